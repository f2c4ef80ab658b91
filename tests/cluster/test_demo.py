"""The demo as it ships, all its jobs, through the profile slurm."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.runs import ROOT, SHIPPED, SLURM, finish

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("slurm")]


@pytest.fixture(scope="module")
def demo(node: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working directory of the demo, run on the cluster of the tests."""
    work = tmp_path_factory.mktemp("demo")
    status, said = finish(*SLURM, folder=work, log=work / "said.log", settings=SHIPPED)
    assert status == 0, said[-20000:]
    return work


def test_its_table_is_that_of_the_readme(demo: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\|.*\|$", (demo / "results/scenes/summary/results.md").read_text(encoding="utf-8"), re.M)
    rows = shown[:10]
    assert [row for row in rows if row in readme] == rows
    assert rows[-1].startswith("| ame-cosine")


def test_its_jobs_are_few_submissions(demo: Path) -> None:
    said = (demo / "said.log").read_text(encoding="utf-8")
    (steps,) = re.findall(r"^(\d+) of \1 steps", said, flags=re.MULTILINE)
    submissions = said.count("has been submitted with SLURM jobid")
    documented = re.findall(r"demo's (\d+) jobs are (\d+) submissions", (ROOT / "docs/cluster.md").read_text())
    assert documented == [(str(int(steps) - 1), str(submissions))]  # rule all is a step, and no job


def test_what_it_made_holds(demo: Path) -> None:
    verify = [sys.executable, "-m", "crosscap.cli", "verify"]
    verified = subprocess.run(verify, cwd=demo, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr
