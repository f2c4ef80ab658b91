"""The Slurm that the tests of this folder share, and the one whole run on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.runs import SLURM, finish
from tests.cluster.slurm import one_node


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Slurm of one node, while the tests run."""
    with one_node(tmp_path_factory.mktemp("slurm")):
        yield


@pytest.fixture(scope="session")
def folder(node: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working directory of one whole run of the smallest settings through the profile slurm."""
    work = tmp_path_factory.mktemp("cluster")
    status, said = finish(*SLURM, folder=work, log=work / "said.log")
    assert status == 0, said[-20000:]
    return work
