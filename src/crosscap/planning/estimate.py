"""How long jobs take: by what they or their like took the last time, and by the cores that they share."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import mean

from crosscap.planning.dry_run import Job


@dataclass(frozen=True)
class Cost:
    """What a job took: seconds, and megabytes of memory at most."""

    seconds: float
    megabytes: float


def last_cost(job: Job, folder: Path) -> Cost | None:
    """Return what a job took the last time, or what others of its rule took on average; None where nothing is known.

    Snakemake writes it beside the log of a job when the job has ended well.
    """
    own = folder / job.benchmark
    if not job.benchmark:
        return None
    alike = sorted(own.parent.glob("*.tsv")) if own.parent.name == job.rule else []
    costs = [cost for file in ([own] if own.is_file() else alike) if (cost := _read(file))]
    if not costs:
        return None
    return Cost(mean(cost.seconds for cost in costs), max(cost.megabytes for cost in costs))


def _read(file: Path) -> Cost | None:
    """Return what a file of Snakemake's `benchmark` says; None where it was cut short, as nothing depends on it."""
    try:
        with file.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t"))
        return Cost(mean(float(row["s"]) for row in rows), max(_number(row["max_rss"]) for row in rows))
    except (KeyError, TypeError, ValueError):
        return None


def _number(text: str) -> float:
    """Return a number; of a job that ends before its memory is measured Snakemake writes NA or a dash."""
    return 0.0 if text in ("NA", "-") else float(text)


def elapsed(jobs: Sequence[Job], seconds: Mapping[int, float], *, cores: int) -> float:
    """Return the seconds from the first job's start to the last one's end on some cores.

    The jobs start as Snakemake lets them: each when those before it have ended and its threads are free.
    `seconds` has those of each job by its place; a job that it lacks takes none.
    """
    before = predecessors(jobs)
    waiting, ended = list(range(len(jobs))), set[int]()
    running: list[tuple[float, int, int]] = []  # end, order of start, job
    now, free, order = 0.0, cores, count()
    while waiting or running:
        for job in [job for job in waiting if before[job] <= ended]:
            if (threads := min(jobs[job].threads, cores)) <= free:
                waiting.remove(job)
                running.append((now + seconds.get(job, 0.0), next(order), job))
                free -= threads
        if not running:  # a circle, which Snakemake would have refused
            raise ValueError(f"{jobs[waiting[0]].rule} waits for itself")
        running.sort()
        now, _, job = running.pop(0)
        free += min(jobs[job].threads, cores)
        ended.add(job)
    return now


def predecessors(jobs: Sequence[Job]) -> list[set[int]]:
    """Return the places of the jobs whose outputs a job reads, for each job."""
    makers = {file: place for place, job in enumerate(jobs) for file in job.outputs}
    return [{makers[file] for file in job.inputs if file in makers} for job in jobs]
