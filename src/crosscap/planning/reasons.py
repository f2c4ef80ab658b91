"""Why a job would run, in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crosscap.planning.changes import changes
from crosscap.planning.dry_run import Job

SHOWN = 3  # names or settings in a reason
# how Snakemake's reasons begin; they are joined by semicolons, which settings may hold too
MISSING, INCOMPLETE = "Missing output files: ", "Incomplete output files: "
UPDATED, UPSTREAM = "Updated input files: ", "Input files updated by another job: "
INPUTS, CODE, FORCED = "Set of input files has changed", "Code has changed", "Forced execution"
PARAMS, ENVIRONMENT = "Params have changed", "Software environment definition has changed"
BEGINNINGS = (MISSING, INCOMPLETE, UPDATED, UPSTREAM, INPUTS, CODE, FORCED, PARAMS, ENVIRONMENT)


def reasons(
    job: Job, *, causes: Sequence[str], base: Path, ran: bool, stored: Mapping[str, Any] = MappingProxyType({})
) -> list[str]:
    """Return why a job would run, in as few words as say it.

    `causes` are the rules that it runs for in the end, `base` is the folder of the workflow, `ran` says whether
    the job has run before, and `stored` are its settings of the last run, where they are known.
    """
    parts = [part for part in re.split(f"; (?={'|'.join(map(re.escape, BEGINNINGS))})", job.reason) if part]
    missing = [part for part in parts if part.startswith(MISSING)]
    if missing and not ran:
        parts = missing
    elif any(part.startswith(UPSTREAM) for part in parts):  # what it makes is made again anyway
        parts = [part for part in parts if part not in missing]
    return [
        _some(changes(part, stored))
        if part.startswith(PARAMS)
        else _words(part, job=job, causes=causes, base=base, ran=ran)
        for part in parts
    ]


def _words(part: str, *, job: Job, causes: Sequence[str], base: Path, ran: bool) -> str:
    """Return one of Snakemake's reasons in plain words; one that is not known stays as it is."""
    files = sorted(_short(file, base) for file in part.partition(": ")[2].split(", "))
    plain = {
        MISSING: f"{_some(files)} {_are(files)} missing" if ran else "it has not run here yet",
        INCOMPLETE: "it was interrupted",
        UPDATED: f"{_some(files)} changed",
        UPSTREAM: f"{_some(causes)} {'runs' if len(causes) == 1 else 'run'} before it" if causes else part,
        INPUTS: "it reads other files than before",
        CODE: f"workflow/scripts/{job.rule}.py changed",
        FORCED: "it is forced",
        ENVIRONMENT: "its environment in envs/ changed",
    }
    return next((words for beginning, words in plain.items() if part.startswith(beginning)), part)


def _short(file: str, base: Path) -> str:
    """Return a file of the workflow relative to the workflow's folder."""
    return str(Path(file).relative_to(base)) if Path(file).is_relative_to(base) else file


def _are(names: Sequence[str]) -> str:
    """Return the verb that goes with so many names."""
    return "is" if len(names) == 1 else "are"


def _some(names: Sequence[str]) -> str:
    """Return the first few of some names: ``a, b, c and 2 others``."""
    rest = len(names) - SHOWN
    if rest > 0:
        return f"{', '.join(names[:SHOWN])} and {rest} other{'s' * (rest > 1)}"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
