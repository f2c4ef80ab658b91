"""Processes that track side by side, or are killed and go on: every value arrives once, in SQLite and in PostgreSQL."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from crosscap.journal import read_journal
from crosscap.tracking import initialise, sync
from crosscap.tracking_store import load_mlflow
from tests.postgres import PASSWORD, Server, postgres
from tests.tracked import RUN, at_once, histories, runs, tracker, wait_until

JOBS, STEPS, KILLS = 4, 16, 3
pytestmark = pytest.mark.xdist_group("tracking")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Start PostgreSQL, whose password is nowhere but in the environment."""
    with pytest.MonkeyPatch.context() as patched, postgres() as started:
        patched.setenv("PGPASSWORD", PASSWORD)
        yield started


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, list[Any]]:
    """Initialise a fresh store from several processes at once; return its address, its folder, and their answers."""
    if request.param == "sqlite":
        folder, answers = request.getfixturevalue("initialised")
        return f"sqlite:///{folder / 'mlflow.db'}", folder, answers
    load_mlflow()
    folder, uri = tmp_path_factory.mktemp("made"), request.getfixturevalue("server").new_database()
    return uri, folder, at_once(lambda: initialise(uri, folder=folder, experiment="crosscap"), [()] * JOBS)


@pytest.fixture
def store(made: tuple[str, Path, list[Any]], request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return a store of the test's own, a copy of the one that was made."""
    uri, folder, _ = made
    if uri.startswith("postgresql"):
        return str(request.getfixturevalue("server").new_database(like=uri))
    shutil.copy(folder / "mlflow.db", tmp_path / "mlflow.db")
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


def test_a_store_survives_processes_that_initialise_it_at_once(made: tuple[str, Path, list[Any]]) -> None:
    uri, folder, answers = made
    assert answers == [{"uri": uri, "experiment": "crosscap", "reachable": True}] * JOBS
    kept = "\n".join(path.read_text("utf-8", errors="replace") for path in folder.rglob("*") if path.is_file())
    assert PASSWORD not in kept


def log_steps(uri: str, folder: Path, number: int) -> bool:
    """Log the steps of one run."""
    with tracker(uri, folder / f"journal{number}.jsonl", run=f"scenes/ame/seed{number}/abc") as run:
        for step in range(STEPS):
            run.log(step, {"loss": float(number), "rsum": float(step)})
    return True


def test_every_value_of_processes_side_by_side_arrives(store: str, tmp_path: Path) -> None:
    assert at_once(log_steps, [(store, tmp_path, number) for number in range(JOBS)]) == [True] * JOBS
    assert histories(store) == {
        f"scenes/ame/seed{number}/abc": {
            "loss": [(step, float(number)) for step in range(STEPS)],
            "rsum": [(step, float(step)) for step in range(STEPS)],
        }
        for number in range(JOBS)
    }
    assert {run.info.status for run in runs(store)} == {"FINISHED"}


def train(uri: str, journal: Path, start: int) -> None:
    """Log steps as training does: from the checkpoint on, slowly enough to be killed in the midst."""
    with tracker(uri, journal) as run:
        for step in range(start, STEPS):
            run.log(step, {"loss": float(step), "R@1": step / 2})
            time.sleep(0.02)


def test_a_run_that_is_killed_and_resumed_has_each_value_once(store: str, tmp_path: Path) -> None:
    journal, generator = tmp_path / "journal.jsonl", random.Random(1)
    for kill in range(KILLS + 1):
        noted = len(read_journal(journal).entries) // 2 if kill else 0
        start = max(0, noted - generator.randint(1, 4))  # the last checkpoint was some steps ago
        process = get_context("fork").Process(target=train, args=(store, journal, start))
        process.start()
        if kill < KILLS:
            more = 2 * (noted + 4)
            wait_until(lambda: journal.is_file() and journal.read_bytes().count(b"metric") >= more)  # noqa: B023
            os.kill(process.pid or 0, signal.SIGKILL)
        process.join(60)
        assert process.exitcode == (-signal.SIGKILL if kill < KILLS else 0)
        if kill == 1:
            sent = sync(journal, uri=store)
            assert sent
            assert sent.status == "KILLED"
    assert histories(store) == {
        f"{RUN}/abc": {
            "loss": [(step, float(step)) for step in range(STEPS)],
            "R_at_1": [(step, step / 2) for step in range(STEPS)],
        }
    }
    assert [run.info.status for run in runs(store)] == ["FINISHED"]
