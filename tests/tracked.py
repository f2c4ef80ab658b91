"""What tests of the tracking share: runs that are tracked, what a store has of them, and stores of a test's own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from crosscap.tracking import Tracker
from crosscap.tracking_store import connect

RUN = "scenes/ame/seed1"
DEAD = "http://127.0.0.1:9"


def tracker(uri: str, journal: Path, *, run: str = f"{RUN}/abc", params: Mapping[str, Any] | None = None) -> Tracker:
    """Return the tracker of a run."""
    tags = {"crosscap.run": run, "crosscap.data": "5f3a"}
    given = params or {"learning_rate": 1e-3, "margin": {"order": 0.05}}
    return Tracker(uri=uri, experiment="crosscap", run_name=RUN, tags=tags, params=given, journal=journal)


def runs(uri: str) -> list[Any]:
    """Return the store's runs."""
    client = connect(uri)
    return list(client.search_runs([client.get_experiment_by_name("crosscap").experiment_id]))


def histories(uri: str) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """Return the steps and values of each metric of each run, in the order of the steps."""
    client = connect(uri)
    return {
        run.data.tags["crosscap.run"]: {
            name: sorted((entry.step, entry.value) for entry in client.get_metric_history(run.info.run_id, name))
            for name in run.data.metrics
        }
        for run in runs(uri)
    }


def at_once(action: Callable[..., Any], arguments: list[tuple[Any, ...]], *, seconds: float = 120) -> list[Any]:
    """Return what an action returns in processes of its own that begin together, None for one that fails."""
    processes = multiprocessing.get_context("fork")
    answers, ready = processes.Manager().dict(), processes.Barrier(len(arguments))

    def work(number: int, given: tuple[Any, ...]) -> None:
        ready.wait()
        answers[number] = action(*given)

    jobs = [processes.Process(target=work, args=(number, given)) for number, given in enumerate(arguments)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(seconds)
    return [answers.get(number) for number in range(len(jobs))]


@contextmanager
def mlflow_server(folder: Path, port: int) -> Iterator[int]:
    """Start a real MLflow server over an SQLite database, and give its process, which leads a group of its own."""
    store, files = f"sqlite:///{folder / 'server.db'}", str(folder / "artifacts")
    address = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command = [sys.executable, "-m", "mlflow", "server", *address, "--backend-store-uri", store]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen(
            [*command, "--artifacts-destination", files],
            env={**os.environ, **quiet},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until(lambda: answers_at(f"http://127.0.0.1:{port}/health"))
        yield server.pid
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def answers_at(url: str) -> bool:
    """Tell whether a server answers."""
    try:
        return bool(urlopen(url, timeout=1).status == 200)
    except (URLError, OSError):
        return False


def wait_until(true: Callable[[], bool], *, seconds: float = 90) -> None:
    """Wait for something, which takes long on a busy machine."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
