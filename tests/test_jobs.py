"""A job keeps its log, and leaves a manifest only where it ends well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crosscap import jobs
from crosscap.faults import InputError
from tests.invented_jobs import invented_job

LOG, MANIFEST = Path("logs/a/write_card/b.log"), Path("results/a/manifests/write_card/b.json")


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A job that has ended well once."""
    monkeypatch.chdir(tmp_path)
    card = invented_job("write_card", log=str(LOG), wildcards={"dataset": "a"}, output={"card": "results/a/card.md"})
    with jobs.running(card):
        Path("results/a").mkdir(parents=True)
        Path("results/a/card.md").write_text("a card")
    return card


def test_a_job_that_ends_well_leaves_a_log_and_a_manifest(job: Any) -> None:
    assert "done in" in LOG.read_text()
    assert MANIFEST.is_file()


def test_a_users_mistake_is_told_and_leaves_no_manifest(job: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, jobs.running(job):
        raise InputError("a.csv: no such file")
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith("a.csv: no such file\n")
    assert not MANIFEST.exists()


@pytest.mark.parametrize("failure", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_a_job_that_fails_or_is_stopped_leaves_none(job: Any, failure: type[BaseException]) -> None:
    there: list[bool] = []

    def fail() -> None:
        there.append(MANIFEST.exists())  # for a job that is killed
        raise failure

    with pytest.raises(failure), jobs.running(job):
        fail()
    assert not MANIFEST.exists()
    assert there == [False]


def test_an_output_that_was_not_made_leaves_none(job: Any) -> None:
    Path("results/a/card.md").unlink()
    with pytest.raises(FileNotFoundError), jobs.running(job):
        pass
    assert not MANIFEST.exists()
