"""Runs of Snakemake that start no job, in processes that have it imported: that takes longer than planning."""

from __future__ import annotations

import multiprocessing
import os
import re
import subprocess
import tempfile
from pathlib import Path

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["snakemake.cli"])


def plan(*arguments: str | Path, copy: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Snakemake on a copy of the workflow in `folder`, with arguments that start no job, such as --dry-run."""
    command = [str(part) for part in ("--snakefile", copy / "Snakefile", "--directory", folder, *arguments)]
    with tempfile.NamedTemporaryFile("r") as output:
        process = SERVER.Process(target=_snakemake, args=(command, output.name))
        process.start()
        process.join()
        return subprocess.CompletedProcess(command, process.exitcode or 0, stdout=output.read())


def _snakemake(command: list[str], output: str) -> None:
    from snakemake import cli  # in the forked process only

    with Path(output).open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    cli.main(command)


def jobs(run: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """The jobs that a dry run announces: how many of each rule."""
    assert run.returncode == 0, run.stdout
    if "Nothing to be done" in run.stdout:
        return {}
    table = run.stdout.partition("Job stats:")[2].partition("\n\n")[0]
    counts = {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table, flags=re.MULTILINE)}
    return {rule: count for rule, count in counts.items() if rule not in ("all", "total")}
