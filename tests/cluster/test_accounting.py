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


def test_jobs_are_billed_and_watched_by_their_accounts_which_have_to_be_known(accounting: None, tmp_path: Path):
    status, said = finish(*profile(tmp_path, "project"), DATA, folder=tmp_path, log=tmp_path / "said.log")
    assert status == 0, said[-20000:]
    assert (tmp_path / DATA).is_file()
    billed = slurm("sacct", "--allocations", "--noheader", "--parsable2", "--format=Account,State")
    assert billed.split() == ["project|COMPLETED"]

    # of a group of jobs the executor would not say it (docs/cluster.md), hence one that is submitted alone
    alone = [*profile(tmp_path, "nobody"), "--retries", "0", "results/scenes/features/1-of-2.parquet"]
    status, said = finish(*alone, folder=tmp_path, log=tmp_path / "said.log")
    assert status == 1
    assert "The given account nobody appears to be invalid" in said
