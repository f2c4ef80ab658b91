"""Runs of Snakemake that start no job, in processes that have it imported: that takes longer than planning."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]


@cache
def server() -> subprocess.Popen[str]:
    """Start the process that dry runs are forked from; it ends with this one, which holds its input."""
    command = [sys.executable, "-m", "tests.snakemake_server"]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def plan(*arguments: str | Path, copy: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Snakemake on a copy of the workflow in `folder`, with arguments that start no job, such as --dry-run."""
    command = [str(part) for part in ("--snakefile", copy / "Snakefile", "--directory", folder, *arguments)]
    asked, told = server().stdin, server().stdout
    assert asked
    assert told
    with tempfile.NamedTemporaryFile("r") as output:
        asked.write(json.dumps([command, output.name]) + "\n")
        asked.flush()
        return subprocess.CompletedProcess(command, int(told.readline()), stdout=output.read())


def jobs(run: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """The jobs that a dry run announces: how many of each rule."""
    assert run.returncode == 0, run.stdout
    if "Nothing to be done" in run.stdout:
        return {}
    table = run.stdout.partition("Job stats:")[2].partition("\n\n")[0]
    counts = {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table, flags=re.MULTILINE)}
    return {rule: count for rule, count in counts.items() if rule not in ("all", "total")}
