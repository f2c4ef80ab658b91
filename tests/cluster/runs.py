"""Runs of the workflow on a cluster of the tests, as its users start them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
SMALLEST = ROOT / "tests/config.yaml"
ONE_MODEL = ROOT / "tests/cluster/config.yaml"
SHIPPED = ()  # no settings but those of config.yaml: the demo
QUICK = {"OMP_NUM_THREADS": "1", "NUMBA_DISABLE_JIT": "1"}
# what stands in the shipped profile serves clusters with many users; here there is one node, and no shared disk
PATIENCE = ["--slurm-init-seconds-before-status-checks", "1", "--latency-wait", "10"]
SLURM = ["--workflow-profile", ROOT / "workflow/profiles/slurm", *PATIENCE]


def start(
    *arguments: str | Path, folder: Path, log: Path, settings: Path | Sequence[Path] = ONE_MODEL
) -> subprocess.Popen:
    """Start Snakemake in `folder`, with a file of settings over the smallest, or with given files alone.

    What it says goes to the file `log`.
    """
    files = [SMALLEST, settings] if isinstance(settings, Path) else settings
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--directory", folder]
    with log.open("w") as output:
        return subprocess.Popen(
            [*command, *(["--configfile", *files] if files else []), *arguments],
            env=os.environ | (QUICK if files else {}),
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches it also where the tests themselves run in the background, with SIGINT ignored
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )


def finish(
    *arguments: str | Path, folder: Path, log: Path, settings: Path | Sequence[Path] = ONE_MODEL
) -> tuple[int, str]:
    """Run Snakemake in `folder` to its end, and return its status and what it said."""
    status = start(*arguments, folder=folder, log=log, settings=settings).wait()
    return status, log.read_text()
