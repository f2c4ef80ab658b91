"""What of MLflow's store the tracking uses: runs found by their own names, values sent once, short time limits.

MLflow is imported inside functions because its import takes seconds, and after its time limits are set.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosscap.faults import InputError
from crosscap.journal import Entry
from crosscap.tracking_uri import fault_of, is_server

if TYPE_CHECKING:
    from mlflow import MlflowClient

RUN_TAG = "crosscap.run"  # names a run for ever: dataset, experiment, seed and fingerprint
_VALUES, _PARAMS = 500, 100  # a request; MLflow takes at most 1,000 and 100
_ENVIRONMENT = {  # a user's own settings win
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",  # seconds; MLflow's default is 120
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",  # MLflow's default of 7 waits for minutes on a dead server
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PGCONNECT_TIMEOUT": "5",  # seconds; PostgreSQL's default is to wait for ever
}


@dataclass(frozen=True)
class Run:
    """A run in a store."""

    client: MlflowClient
    id: str

    def status(self) -> str:
        """Return MLflow's status of the run."""
        return str(self.client.get_run(self.id).info.status)


def connect(uri: str) -> MlflowClient:
    """Return a client of a store, with short time limits.

    Opening makes the tables of a new database, which MLflow's own processes spoil for one another: those that open an
    SQLite database wait in line, and of those that open PostgreSQL at once one wins and the others open it again.

    Raises:
        InputError: the address is none of a store, or holds a password.
    """
    if fault := fault_of(uri):
        raise InputError(fault)
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient

    for noisy in ("mlflow", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    with _in_line(uri):
        try:
            return MlflowClient(tracking_uri=uri)
        except Exception:  # psycopg2, SQLAlchemy and Alembic each raise their own
            if is_server(uri):
                raise
            return MlflowClient(tracking_uri=uri)


def experiment_id_of(client: MlflowClient, name: str) -> str:
    """Return the id of an experiment.

    Raises:
        LookupError: there is none; `crosscap.tracking.initialise` makes it, and knows where its files go.
    """
    found = client.get_experiment_by_name(name)
    if found is None:
        raise LookupError(f"the store has no experiment {name}; crosscap track sync makes it")
    return str(found.experiment_id)


def make_experiment(client: MlflowClient, name: str, *, artifacts: str | None) -> str:
    """Return the id of an experiment, made where there is none yet; another process may be making it now."""
    from mlflow.exceptions import MlflowException

    if client.get_experiment_by_name(name) is None:
        try:
            client.create_experiment(name, artifacts)
        except MlflowException:
            if client.get_experiment_by_name(name) is None:
                raise
    return experiment_id_of(client, name)


def newest_run(client: MlflowClient, experiment_id: str, prefix: str) -> str | None:
    """Return the id of the newest run whose name begins with `prefix`, None where there is none."""
    condition = f"tags.`{RUN_TAG}` LIKE '{prefix}%'"  # an underscore is LIKE's wildcard, so the names are compared too
    runs = client.search_runs([experiment_id], condition, order_by=["attributes.start_time DESC"])
    return next((str(run.info.run_id) for run in runs if run.data.tags[RUN_TAG].startswith(prefix)), None)


def opened_run(uri: str, header: dict[str, Any]) -> Run:
    """Return the run that a journal's first line describes, made where the store has none yet, with its parameters."""
    from mlflow.entities import Param

    client = connect(uri)
    experiment_id = experiment_id_of(client, header["experiment"])
    run_id = newest_run(client, experiment_id, header["run"])
    if run_id is None:
        made = client.create_run(experiment_id, header["started"], header["tags"], header["run_name"])
        run_id = str(made.info.run_id)
    params = [Param(name, value) for name, value in header["params"].items()]
    for start in range(0, len(params), _PARAMS):
        client.log_batch(run_id, params=params[start : start + _PARAMS])
    return Run(client, run_id)


def missing(run: Run, entries: Sequence[Entry]) -> list[Entry]:
    """Return the values that the store does not have, by metric, step and time."""
    held = {
        (name, value.step, value.timestamp)
        for name in run.client.get_run(run.id).data.metrics
        for value in run.client.get_metric_history(run.id, name)
    }
    return [entry for entry in entries if (stored_name(entry["metric"]), entry["step"], entry["time"]) not in held]


def send(run: Run, entries: Sequence[Entry]) -> None:
    """Send values, in requests of the size that MLflow takes."""
    from mlflow.entities import Metric

    metrics = [Metric(stored_name(entry["metric"]), entry["value"], entry["time"], entry["step"]) for entry in entries]
    for start in range(0, len(metrics), _VALUES):
        run.client.log_batch(run.id, metrics=metrics[start : start + _VALUES])


def stored_name(metric: str) -> str:
    """Return a metric's name in the characters that MLflow takes: ``R@1`` becomes ``R_at_1``."""
    return re.sub(r"[^\w\-. :/]", "_", metric.replace("@", "_at_"))


@contextmanager
def _in_line(uri: str) -> Iterator[None]:
    """Hold a lock beside an SQLite database; servers and PostgreSQL need none."""
    if not uri.startswith("sqlite:///"):
        yield
        return
    file = Path(uri.removeprefix("sqlite:///"))
    with file.with_name(f"{file.name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
