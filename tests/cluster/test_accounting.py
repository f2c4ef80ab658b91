"""The workflow on a Slurm that keeps accounts of jobs, through the profile as its users edit it there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.accounting import accounts
from tests.cluster.runs import ROOT, SLURM, finish
from tests.cluster.slurm import one_node, slurm

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("slurm")]
DATA = "results/scenes/images.parquet"
EDITS = {
    "  # slurm_account: my-project #": "  slurm_account: {} #",
    "slurm-status-command: squeue": "slurm-status-command: sacct",
}


@pytest.fixture(scope="module")
def accounting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("accounting")
    with one_node(folder, accounting=accounts(folder)):
        yield


def profile(folder: Path, account: str) -> list[str | Path]:
    """The profile with what its comments say of accounts done."""
    text = (ROOT / "workflow/profiles/slurm/config.yaml").read_text()
    for shipped, edited in EDITS.items():
        assert shipped in text
        text = text.replace(shipped, edited.format(account))
    (folder / "config.yaml").write_text(text)
    return ["--workflow-profile", folder, *SLURM[2:]]


def test_jobs_are_billed_and_watched_by_their_accounts(accounting: None, tmp_path: Path):
    status, said = finish(*profile(tmp_path, "project"), DATA, folder=tmp_path, log=tmp_path / "said.log")
    assert status == 0, said[-20000:]
    assert (tmp_path / DATA).is_file()
    billed = slurm("sacct", "--allocations", "--noheader", "--parsable2", "--format=Account,State")
    assert billed.split() == ["project|COMPLETED"]


def test_an_account_that_is_not_known_is_told(accounting: None, tmp_path: Path):
    arguments = [*profile(tmp_path, "nobody"), "--retries", "0", DATA]
    status, said = finish(*arguments, folder=tmp_path, log=tmp_path / "said.log")
    assert status == 1
    assert "nobody" in said
    assert not (tmp_path / DATA).exists()
