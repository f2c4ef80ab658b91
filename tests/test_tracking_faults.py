"""Stores that die, hang, fail, are locked or full in mid-run: the run ends, in seconds, and its journal has all."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from crosscap import tracking
from crosscap.cli import main
from crosscap.journal import read_journal
from crosscap.notes import write_note
from crosscap.tracking import initialise, sync
from crosscap.tracking_store import load_mlflow
from tests.postgres import PASSWORD, postgres
from tests.tracked import RUN, free_port, histories, mlflow_server, runs, tracker

pytestmark = pytest.mark.xdist_group("tracking")
LINE = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops"
STEPS = 30
ALL = {f"{RUN}/abc": {"loss": [(step, float(step)) for step in range(STEPS)]}}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a second each time instead of ten or sixty, and not for the import."""
    load_mlflow()
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    monkeypatch.setattr(tracking, "WAIT_IN_TRAINING", 1)
    monkeypatch.setattr(tracking, "WAIT_AT_END", 2)


@pytest.fixture
def store(initialised: tuple[Path, list[Any]], tmp_path: Path) -> str:
    """Return the address of a store of the test's own."""
    shutil.copy(initialised[0] / "mlflow.db", tmp_path / "mlflow.db")
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


def train(run: tracking.Tracker, *, first: int = 0, last: int = STEPS) -> float:
    """Log steps, and return the seconds that it took."""
    start = time.monotonic()
    for step in range(first, last):
        run.log(step, {"loss": float(step)})
    return time.monotonic() - start


def finish(run: tracking.Tracker) -> float:
    """Close a run, and return the seconds that it took."""
    start = time.monotonic()
    run.finish()
    return time.monotonic() - start


def noted(journal: Path) -> list[tuple[int, float]]:
    """Return the steps and values of a journal."""
    return [(entry["step"], entry["value"]) for entry in read_journal(journal).entries]


def is_told_once(caplog: pytest.LogCaptureFixture, *, times: int = 2) -> bool:
    """Tell whether the failure cost a warning when it came, and one at the end, and nothing louder."""
    levels = [record.levelname for record in caplog.records if record.name.startswith(("crosscap", "mlflow"))]
    return levels == ["WARNING"] * times and "crosscap track sync" in caplog.text


@contextmanager
def server_that(does: str) -> Iterator[str]:
    """Listen, and do to each client what a broken server does: be silent, fail, hang up, or answer a byte at a time."""

    def serve(client: socket.socket) -> None:
        with suppress(OSError), client:
            client.recv(65536)
            if does == "fails":
                client.sendall(LINE)
            elif does != "hangs up":
                for byte in LINE * 100 if does == "drips" else b"":
                    client.sendall(bytes([byte]))
                    time.sleep(0.3)
                time.sleep(30)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize("does", ["is silent", "fails", "hangs up", "drips"])
def test_a_server_that_is_out_of_order_costs_seconds_and_no_value(
    does: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = tmp_path / "journal.jsonl"
    with server_that(does) as uri:
        start = time.monotonic()
        run = tracker(uri, journal)
        train(run)
        run.finish()
        assert time.monotonic() - start < 6
    assert noted(journal) == [(step, float(step)) for step in range(STEPS)]
    assert read_journal(journal).status == "FINISHED"
    assert is_told_once(caplog)


def test_a_database_that_another_program_locks_gets_everything_later(
    store: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = tmp_path / "journal.jsonl"
    run = tracker(store, journal)
    train(run, last=3)
    with closing(sqlite3.connect(tmp_path / "mlflow.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert train(run, first=3) < 3
        assert finish(run) < 4
    assert is_told_once(caplog)
    assert sync(journal, uri=store)
    assert histories(store) == ALL
    assert [run.info.status for run in runs(store)] == ["FINISHED"]


def train_with_little_room(uri: str, journal: Path, size: int) -> None:
    """Log steps where no file may grow beyond a size."""
    run = tracker(uri, journal)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    run.log(0, {"loss": 0.0, **{f"word{number}" * 20: 0.0 for number in range(400)}})
    train(run, first=1)
    run.finish()


def test_a_database_without_room_gets_everything_later(store: str, tmp_path: Path) -> None:
    journal, file = tmp_path / "journal.jsonl", tmp_path / "mlflow.db"
    arguments = (store, journal, file.stat().st_size)
    process = get_context("fork").Process(target=train_with_little_room, args=arguments)
    process.start()
    process.join(60)
    assert process.exitcode == 0
    values = 400 + STEPS
    assert len(noted(journal)) == values
    before = sync(journal, uri=store)
    assert before
    assert 400 < before.sent <= values  # now that there is room
    assert sync(journal, uri=store) == tracking.Sent(f"{RUN}/abc", values, 0, "FINISHED")


@pytest.mark.slow
@pytest.mark.parametrize("fault", [signal.SIGSTOP, signal.SIGKILL])
def test_a_postgresql_server_that_freezes_or_dies_costs_seconds_and_no_value(
    fault: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    journal = tmp_path / "journal.jsonl"
    with postgres() as server:
        uri = server.new_database()
        assert initialise(uri, folder=tmp_path, experiment="crosscap")["reachable"]
        run = tracker(uri, journal)
        train(run, last=3)
        for process in processes_of(server.process):
            os.kill(process, fault)
        try:
            assert train(run, first=3) < 3
            assert finish(run) < 4
        finally:
            for process in processes_of(server.process):
                os.kill(process, signal.SIGCONT)
        assert is_told_once(caplog)
        if fault == signal.SIGSTOP:
            assert sync(journal, uri=uri)
            assert histories(uri) == ALL
    assert noted(journal) == [(step, float(step)) for step in range(STEPS)]
    assert PASSWORD not in caplog.text


def processes_of(first: int) -> list[int]:
    """Return a process and its children, none where it is gone."""
    try:
        children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [first, *map(int, children.split())]


@pytest.mark.slow
def test_a_server_that_is_killed_in_mid_run_gets_the_rest_from_track_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: Any
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "5")
    monkeypatch.setattr(tracking, "WAIT_IN_TRAINING", 10)
    results, port = tmp_path / "results", free_port()
    uri, journal = f"http://127.0.0.1:{port}", results / "scenes" / "models" / "ame" / "seed1" / "journal.jsonl"
    with mlflow_server(tmp_path, port) as server:
        write_note(results / "tracking.json", initialise(uri, folder=results, experiment="crosscap"))
        run = tracker(uri, journal, params={f"setting{number}": number for number in range(150)})
        train(run, last=10)
        os.killpg(server, signal.SIGKILL)
        assert train(run, first=10) < 6
        assert finish(run) < 6
    assert is_told_once(caplog)
    assert main(["track", "sync", str(results / "scenes")]) == 1
    assert capsys.readouterr().out == f"{journal}: not sent\n"
    with mlflow_server(tmp_path, port):
        assert main(["track", "sync", str(results / "scenes")]) == 0
        assert capsys.readouterr().out == f"{RUN}: 20 of 30 values sent, the others were there; FINISHED\n"
        assert main(["track", "sync", str(results / "scenes")]) == 0
        assert capsys.readouterr().out == f"{RUN}: 0 of 30 values sent, the others were there; FINISHED\n"
        assert histories(uri) == ALL
        assert [len(run.data.params) for run in runs(uri)] == [150]
