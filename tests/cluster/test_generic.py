"""The workflow through its profile cluster-generic: with Slurm's own commands, and with a stand-in for PBS's."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cluster.runs import ROOT, finish, start
from tests.cluster.slurm import jobs, slurm, wait_until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("slurm")]
PROFILE = ["--workflow-profile", ROOT / "workflow/profiles/cluster-generic", "--seconds-between-status-checks", "1"]
DATA = "results/scenes/images.parquet"
SUBMIT = (
    "sbatch --parsable --output=/dev/null --time={resources.runtime} --mem={resources.mem_mb}"
    " --cpus-per-task={threads} --gres=gpu:{resources.gpu}"
)
STATUS = """#!/bin/sh
case $(scontrol show job "$1") in
*JobState=COMPLETED*) echo success ;;
*JobState=PENDING* | *JobState=RUNNING* | *JobState=COMPLETING*) echo running ;;
*) echo failed ;;
esac
"""


@pytest.fixture
def sbatch(node: None, tmp_path: Path) -> list[str | Path]:
    """The profile with Slurm's commands in the place of PBS's, as of a site with a scheduler of its own."""
    status = tmp_path / "status.sh"
    status.write_text(STATUS)
    status.chmod(0o755)
    commands = {"submit": SUBMIT, "status": str(status), "cancel": "scancel"}
    return [*PROFILE, *(part for name, text in commands.items() for part in (f"--cluster-generic-{name}-cmd", text))]


@pytest.fixture
def pbs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the stand-in for PBS keeps its jobs."""
    folder = tmp_path / "pbs"
    folder.mkdir()
    monkeypatch.setenv("PBS_STAND_IN", str(folder))
    monkeypatch.setenv("PATH", f"{Path(__file__).parent / 'pbs'}:{os.environ['PATH']}")
    return folder


def submissions(before: Sequence[dict[str, str]] = ()) -> list[dict[str, str]]:
    """What Slurm was given since, in its order."""
    return sorted(jobs(), key=lambda job: int(job["JobId"]))[len(before) :]


def test_a_scheduler_is_given_what_rules_ask_for_and_a_killed_job_again(sbatch: list[str | Path], tmp_path: Path):
    before = submissions()
    features = "results/scenes/features/1-of-2.parquet"
    run = start(*sbatch, features, folder=tmp_path, log=tmp_path / "said.log")
    wait_until(lambda: submissions(before) and (tmp_path / "logs/scenes").exists(), within=300)
    slurm("scancel", "--signal=KILL", "--full", submissions(before)[0]["JobId"])
    assert run.wait() == 0, (tmp_path / "said.log").read_text()[-20000:]
    assert (tmp_path / features).is_file()
    killed, again, extraction = submissions(before)
    assert killed["JobState"] != again["JobState"] == extraction["JobState"] == "COMPLETED"
    assert int(again["MinMemoryNode"][:-1]) == 2 * int(killed["MinMemoryNode"][:-1])
    assert (again["TresPerNode"], extraction["TresPerNode"]) == ("gres:gpu:0", "gres:gpu:1")
    assert (extraction["MinMemoryNode"], extraction["NumCPUs"], extraction["TimeLimit"]) == ("8000M", "2", "04:00:00")


def test_the_commands_as_shipped_suit_pbs(pbs: Path, tmp_path: Path):
    status, said = finish(*PROFILE, DATA, folder=tmp_path, log=tmp_path / "said.log")
    assert status == 0, said[-20000:]
    assert (tmp_path / DATA).is_file()
    (asked,) = (file.read_text() for file in pbs.glob("*.asked"))
    assert re.search(r"-l walltime=[1-9]\d*00 -l select=1:ncpus=1:mem=[1-9]\d*000mb:ngpus=0 ", asked)


def test_what_is_interrupted_is_cancelled(pbs: Path, tmp_path: Path):
    run = start(*PROFILE, DATA, folder=tmp_path, log=tmp_path / "said.log")
    wait_until(lambda: list(pbs.glob("*.asked")), within=300)
    run.send_signal(signal.SIGINT)
    run.wait()
    (job,) = (int(file.stem) for file in pbs.glob("*.asked"))
    assert not list(pbs.glob("*.status"))  # it was not left to end by itself
    wait_until(lambda: not Path("/proc", str(job)).exists(), within=30)
