"""Jobs as Snakemake would describe them to their scripts, for tests that run none."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

SCRIPTS = Path(__file__).parents[1] / "workflow/scripts"


def invented_job(rule: str, *, log: str, scriptdir: Path = SCRIPTS, **named: Any) -> Any:
    """Return a job of a rule: its files and settings by name, and none where nothing is given."""
    empty = {name: {} for name in ("input", "output", "params", "wildcards")}
    return SimpleNamespace(rule=rule, log=[log], threads=1, scriptdir=scriptdir, **empty | named)
