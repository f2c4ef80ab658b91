"""The plan: what would run, why, for how long, and which trained models it replaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crosscap.faults import InputError
from crosscap.manifests import manifest_path, read_manifest
from crosscap.planning.dry_run import DryRun, Job
from crosscap.planning.estimate import Cost, elapsed, last_cost, predecessors
from crosscap.planning.reasons import reasons

TRAINING = "train_model"


@dataclass(frozen=True)
class Step:
    """A job that would run: why, what it took the last time (None: not known), and which trained model it replaces."""

    job: Job
    reasons: tuple[str, ...]
    cost: Cost | None
    replaces: str | None


@dataclass(frozen=True)
class Plan:
    """What would run, the seconds that it takes on some cores as far as they are known, and how many jobs there are."""

    steps: tuple[Step, ...]
    total: int
    cores: int
    seconds: float
    locked: bool

    @property
    def replaced(self) -> list[str]:
        """The folders of the trained models that would be replaced."""
        return [step.replaces for step in self.steps if step.replaces]

    @property
    def unknown(self) -> int:
        """How many jobs' times are not known."""
        return sum(step.cost is None for step in self.steps)


def make_plan(run: DryRun, *, cores: int) -> Plan:
    """Return the plan of a dry run, on a number of cores."""
    steps = _steps(run)
    seconds = {place: step.cost.seconds for place, step in enumerate(steps) if step.cost}
    return Plan(steps, run.total, cores=cores, seconds=elapsed(run.jobs, seconds, cores=cores), locked=run.locked)


def _steps(run: DryRun) -> tuple[Step, ...]:
    """Return a step for each job, in the dry run's order."""
    before = predecessors(run.jobs)
    return tuple(
        Step(
            job,
            reasons=tuple(
                reasons(
                    job,
                    causes=causes(place, run.jobs, before),
                    base=run.base,
                    ran=_ran(job, run),
                    stored=_stored(job, run),
                )
            ),
            cost=last_cost(job, run.folder),
            replaces=_replaced(job, run),
        )
        for place, job in enumerate(run.jobs)
    )


def causes(place: int, jobs: Sequence[Job], before: Sequence[set[int]]) -> list[str]:
    """Return the rules of the jobs before a job that wait for none themselves: what it runs for in the end."""
    seen, todo = set[int](), list(before[place])
    while todo:
        other = todo.pop()
        if other not in seen:
            seen.add(other)
            todo.extend(before[other])
    return sorted({jobs[other].rule for other in seen if not before[other]})


def _ran(job: Job, run: DryRun) -> bool:
    """Return whether a job has run before: it left its time, or some of its files."""
    return any((run.folder / file).exists() for file in (job.benchmark, *job.outputs) if file)


def _stored(job: Job, run: DryRun) -> Mapping[str, Any]:
    """Return the settings of a job's last run by their names, as far as it left a manifest that can be read."""
    if not job.benchmark:
        return {}
    try:
        return read_manifest(run.folder / manifest_path(job.benchmark, job.wildcards.get("dataset")))["params"]
    except (InputError, OSError):
        return {}


def _replaced(job: Job, run: DryRun) -> str | None:
    """Return the trained model that a job replaces."""
    models: Sequence[str] = job.outputs[:1] if job.rule == TRAINING else ()
    return next((model for model in models if (run.folder / model).exists()), None)
