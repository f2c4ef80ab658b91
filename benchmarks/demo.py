"""The demo, whole: the processor time that it took on top of what its stages computed.

The workflow runs with config.yaml, as ``make demo`` does, in a copy of its own without any compiled file. A stage's own
compute is what its log gives as processor time: without its start, its imports and Snakemake. Stages that only track
count as cost too. (What training spends on tracking, and what a stage imports late, are still in its compute.) Time in
which a core had nothing to do is told beside. CROSSCAP_BENCH_QUICK=1 runs the tests' settings, where there is little to
compute.
"""

from __future__ import annotations

import os
import re
import resource
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
DONE = re.compile(r"done in [\d.]+ s, ([\d.]+) s of processor time")
TRACKING = ("initialise_tracking", "track_results", "register_models")
TARGET = 15  # percent


def measure() -> Found:
    """Run the demo once and account for its time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_project(folder)
        before = spent_seconds()
        wall = seconds_of(lambda: run_demo(folder))
        spent = spent_seconds() - before
        computed = {log: own_seconds(log) for log in (folder / "logs").rglob("*.log")}
    tracked = sum(seconds for log, seconds in computed.items() if log.stem in TRACKING)
    own = sum(computed.values()) - tracked
    share = 100 / own
    detail = (
        f"{own:.0f} s of compute in {len(computed)} jobs; on top tracking {share * tracked:.0f} %, starts, imports and "
        f"Snakemake {share * (spent - own - tracked):.0f} %; of {wall:.0f} s on {CORES} cores, "
        f"{100 - 100 * spent / (CORES * wall):.0f} % idle"
    )
    settings = "the tests' settings" if os.environ.get(QUICK) else "config.yaml"
    path = f"the whole workflow, {settings}, {CORES} cores"
    on_top = share * (spent - own)
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


def spent_seconds() -> float:
    """Return the processor time of all processes that this one started and that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def own_seconds(log: Path) -> float:
    """Return the processor time that a job computed for, by its own log."""
    done = DONE.findall(log.read_text())
    return float(done[-1]) if done else 0.0


if __name__ == "__main__":
    run(measure, __doc__)
