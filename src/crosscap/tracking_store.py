"""Opening MLflow's store: short time limits, one process at a time where that matters, and what it holds by name.

MLflow is imported inside functions because its import takes seconds, and after its time limits are set.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from crosscap.faults import InputError
from crosscap.tracking_uri import fault_of

if TYPE_CHECKING:
    from mlflow import MlflowClient

RUN_TAG = "crosscap.run"  # names a run for ever: dataset, experiment, seed and fingerprint
_LOCK = 0x63726F73  # the number of our lock in PostgreSQL
_ENVIRONMENT = {  # a user's own settings win
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",  # seconds; MLflow's default is 120
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",  # MLflow's default of 7 waits for minutes on a dead server
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # where JSON may go
    "PGCONNECT_TIMEOUT": "5",  # seconds; PostgreSQL's default is to wait for ever
}


def load_mlflow() -> None:
    """Import MLflow, which takes seconds, with short time limits; its errors are told once, by those who call it."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import mlflow  # noqa: F401

    for noisy in ("mlflow", "alembic"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)


def connect(uri: str) -> MlflowClient:
    """Return a client of a store, with short time limits.

    Opening makes the tables of a new database, which processes that do so at once spoil for one another; SQLite's open
    it under `alone`.

    Raises:
        InputError: the address is none of a store, or holds a password.
    """
    if fault := fault_of(uri):
        raise InputError(fault)
    load_mlflow()
    from mlflow import MlflowClient

    with _one_at_a_time(uri):
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


def make_experiment(uri: str, name: str, *, artifacts: str | None) -> str:
    """Return the id of an experiment, made where there is none yet; another process may be making it now."""
    with alone(uri):
        client = connect(uri)
        if client.get_experiment_by_name(name) is None:
            try:
                client.create_experiment(name, artifacts)
            except Exception:  # a database and a server each raise their own
                if client.get_experiment_by_name(name) is None:
                    raise
        return experiment_id_of(client, name)


def newest_run(client: MlflowClient, experiment_id: str, prefix: str) -> str | None:
    """Return the id of the newest run whose name begins with `prefix`, None where there is none."""
    condition = f"tags.`{RUN_TAG}` LIKE '{prefix}%'"  # an underscore is LIKE's wildcard, so the names are compared too
    runs = client.search_runs([experiment_id], condition, order_by=["attributes.start_time DESC"])
    return next((str(run.info.run_id) for run in runs if run.data.tags[RUN_TAG].startswith(prefix)), None)


@contextmanager
def alone(uri: str) -> Iterator[None]:
    """Keep our other processes away from an SQLite database: of two that write at once, it refuses one at once."""
    if not uri.startswith("sqlite"):
        yield
        return
    file = Path(uri.removeprefix("sqlite:///"))
    with file.with_name(f"{file.name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _one_at_a_time(uri: str) -> Iterator[None]:
    """Hold a lock in a PostgreSQL database, which frees it at the end of the transaction."""
    if not uri.startswith("postgresql"):
        yield
        return
    from mlflow.store.db.utils import create_sqlalchemy_engine

    engine = create_sqlalchemy_engine(uri)
    try:
        with engine.begin() as transaction:
            transaction.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield
    finally:
        engine.dispose()
