"""A plan as text for people, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby

from crosscap.planning.plan import Plan, Step

FORMAT = 1  # of the JSON
LOCKED = "Another Snakemake works in this folder, or one was killed there. If none runs: snakemake --unlock\n"


def plan_text(plan: Plan) -> str:
    """Return a plan in plain words: jobs of one rule that run for the same reasons share a line."""
    lines = [*_lines(plan), *_replaced(plan.replaced), *_memory(plan.steps)]
    rest = plan.total - len(plan.steps)
    head = f"{_headline(plan)}\n" + "".join(f"  {line}\n" for line in lines)
    tail = f"Nothing else: {_count(rest, 'job')} {'is' if rest == 1 else 'are'} up to date.\n"
    return LOCKED * plan.locked + head + tail * bool(plan.steps and rest)


def plan_json(plan: Plan) -> str:
    """Return a plan as JSON."""
    data = {
        "format": FORMAT,
        "jobs": [_fields(step) for step in plan.steps],
        "total": plan.total,
        "cores": plan.cores,
        "seconds": round(plan.seconds, 1),
        "unknown_seconds": plan.unknown,
        "replaced_models": plan.replaced,
        "locked": plan.locked,
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _fields(step: Step) -> dict[str, object]:
    """Return what JSON says of a job; seconds and megabytes are null where they are not known."""
    return {
        "rule": step.job.rule,
        "wildcards": step.job.wildcards,
        "reasons": step.reasons,
        "seconds": step.cost and round(step.cost.seconds, 1),
        "megabytes": step.cost and round(step.cost.megabytes),
        "threads": step.job.threads,
        "outputs": step.job.outputs,
    }


def _headline(plan: Plan) -> str:
    """Return how many jobs would run, and for about how long."""
    count = len(plan.steps)
    if not count:
        return f"Nothing would run: all {_count(plan.total, 'job')} are up to date."
    if plan.unknown == count:
        time = "; how long that takes is not known before a first run"
    else:
        time = f", about {_duration(plan.seconds)} on {_count(plan.cores, 'core')} by earlier runs"
        time += f", and {plan.unknown} of a time that is not known" if plan.unknown else ""
    return f"{count} of {_count(plan.total, 'job')} would run{time}:"


def _lines(plan: Plan) -> list[str]:
    """Return a line for the jobs of each rule that run for the same reasons, in columns."""
    ordered = sorted(plan.steps, key=lambda step: (_first(plan.steps, step), step.reasons))
    rows = [
        (_label(group), _time(group), " and ".join(reasons))
        for (_, reasons), steps in groupby(ordered, key=lambda step: (step.job.rule, step.reasons))
        for group in [list(steps)]
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    return [f"{label:<{widths[0]}}  {time:>{widths[1]}}  because {why}" for label, time, why in rows]


def _first(steps: Sequence[Step], step: Step) -> int:
    """Return the place of a rule's first job."""
    return next(place for place, other in enumerate(steps) if other.job.rule == step.job.rule)


def _label(group: Sequence[Step]) -> str:
    """Return the rule and what sets its job apart, or how many jobs there are."""
    job = group[0].job
    if len(group) > 1:
        return f"{job.rule}: {len(group)} jobs"
    named = {"seed": "seed {}", "shard": "part {}", "shards": "of {}"}
    parts = [named.get(key, "{}").format(value) for key, value in job.wildcards.items() if key != "dataset"]
    return " ".join([job.rule, *parts])


def _time(group: Sequence[Step]) -> str:
    """Return the time of some jobs, ``?`` where that of one is not known."""
    costs = [step.cost.seconds for step in group if step.cost]
    return f"~{_duration(sum(costs))}" if len(costs) == len(group) else "?"


def _replaced(models: Sequence[str]) -> list[str]:
    """Return which trained models would be replaced, nothing where none would."""
    if not models:
        return []
    return [f"This replaces {_count(len(models), 'trained model')}: {', '.join(models)}"]


def _memory(steps: Sequence[Step]) -> list[str]:
    """Return which job took most memory."""
    known = [(step.cost.megabytes, step.job.rule) for step in steps if step.cost and step.cost.megabytes]
    return [f"Most memory: {max(known)[0] / 1000:.1f} GB in {max(known)[1]}"] if known else []


def _duration(seconds: float) -> str:
    """Return seconds as people say them: 41 s, 12 min, 3 h 5 min."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def _count(number: int, noun: str) -> str:
    """Return ``1 job``, ``2 jobs``."""
    return f"{number} {noun}{'s' * (number != 1)}"
