"""The demo, whole: what the machine's cores spent on it, on top of what its stages computed.

The workflow runs with config.yaml, as ``make demo`` does, in a copy of its own without any compiled file. A stage's own
compute is what its log gives as "done in"; a job's start and imports are the rest of the time that Snakemake measured
of it; what is left are Snakemake itself and cores that had nothing to do or stood by for a job of two threads. Cores
times wall time is the whole. CROSSCAP_BENCH_QUICK=1 runs the tests' settings, where there is little to compute.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import Figure, Found, run, seconds_of

ROOT = Path(__file__).parent.parent
PARTS = ("Snakefile", "config.yaml", "src", "workflow", "envs", "requirements.lock")
QUICK = "CROSSCAP_BENCH_QUICK"
CORES = 2
DONE = re.compile(r"done in ([\d.]+) s")
TARGET = 15  # percent


def measure() -> Found:
    """Run the demo once and account for its time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_project(folder)
        whole = CORES * seconds_of(lambda: run_demo(folder))
        jobs = list((folder / "logs").rglob("*.tsv"))
        taken = sum(map(job_seconds, jobs))
        computed = sum(map(own_seconds, jobs))
    share = 100 / computed
    detail = (
        f"{computed:.0f} s of compute in {len(jobs)} jobs; on top their starts and imports "
        f"{share * (taken - computed):.0f} %, Snakemake and idle cores {share * (whole - taken):.0f} %"
    )
    settings = "the tests' settings" if os.environ.get(QUICK) else "config.yaml"
    path = f"the whole workflow, {settings}, {CORES} cores"
    on_top = share * (whole - computed)
    return Found([Figure(path, "its stages' own compute", on_top, "% on top", TARGET, "at most", detail=detail)])


def copy_project(folder: Path) -> None:
    """Copy what the workflow is made of."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / part)
    if os.environ.get(QUICK):
        shutil.copy(ROOT / "tests/config.yaml", folder / "quick.yaml")


def run_demo(folder: Path) -> None:
    """Run the workflow in its folder."""
    command = [sys.executable, "-m", "snakemake", "--cores", str(CORES), "--quiet", "all"]
    command += ["--workflow-profile", "workflow/profiles/default"]
    command += ["--configfile", "quick.yaml"] if os.environ.get(QUICK) else []
    environment = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"}
    environment.pop("PYTHONPATH", None)  # of the benchmark; the workflow sets its own
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def job_seconds(benchmark: Path) -> float:
    """Return how long a job's process ran, by what Snakemake wrote of it."""
    with benchmark.open() as file:
        return float(next(csv.DictReader(file, delimiter="\t"))["s"])


def own_seconds(benchmark: Path) -> float:
    """Return how long a job computed, by its own log."""
    done = DONE.findall(benchmark.with_suffix(".log").read_text())
    return float(done[-1]) if done else 0.0


if __name__ == "__main__":
    run(measure, __doc__)
