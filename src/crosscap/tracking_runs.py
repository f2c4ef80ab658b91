"""A tracked run in MLflow's store: found or made by its own name, sent what it lacks, and closed as it ended.

Each function that `crosscap.tracking` calls works alone on an SQLite database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosscap.journal import Entry, Recorded, is_being_written, milliseconds, read_journal
from crosscap.tracking_store import alone, connect, experiment_id_of, newest_run

if TYPE_CHECKING:
    from mlflow import MlflowClient

_VALUES, _PARAMS = 500, 100  # a request; MLflow takes at most 1,000 and 100


@dataclass(frozen=True)
class Run:
    """A run in a store."""

    client: MlflowClient
    id: str
    uri: str


@dataclass(frozen=True)
class Sent:
    """What became of a journal: the values it has, how many of them were sent now, and the run's status in MLflow."""

    run: str
    values: int
    sent: int
    status: str


def continue_run(uri: str, recorded: Recorded) -> Run:
    """Return a journal's run, with all its values, as one that is running."""
    with alone(uri):
        run = _opened(uri, recorded.header)
        _send(run, _missing(run, recorded.entries))
        run.client.update_run(run.id, status="RUNNING")
    return run


def send_values(run: Run, entries: Sequence[Entry]) -> Run:
    """Send values, and return the run."""
    with alone(run.uri):
        _send(run, entries)
    return run


def close_run(run: Run, status: str) -> None:
    """Close a run with MLflow's status."""
    with alone(run.uri):
        run.client.set_terminated(run.id, status)


def send_journal(path: str | Path, uri: str) -> Sent:
    """Send what a store lacks of a journal, and close the run where it has ended.

    A run without an end in its journal was killed, unless a process writes it now or the store knows better.
    """
    recorded = read_journal(path)
    with alone(uri):
        run = _opened(uri, recorded.header)
        missing = _missing(run, recorded.entries)
        _send(run, missing)
        status = before = str(run.client.get_run(run.id).info.status)
        if not is_being_written(path):
            status = recorded.status or ("KILLED" if before == "RUNNING" else before)
        if status != before:
            run.client.set_terminated(run.id, status, recorded.ended)
    return Sent(recorded.header["run"], len(recorded.entries), len(missing), status)


def send_results(
    name: str, metrics: Mapping[str, float], *, uri: str, experiment: str, artifacts: Sequence[str | Path]
) -> bool:
    """Add values and files to the newest run whose name is `name` and a fingerprint, but no value that it has already.

    Raises:
        LookupError: there is none.
    """
    with alone(uri):
        client = connect(uri)
        run_id = newest_run(client, experiment_id_of(client, experiment), f"{name}/")
        if run_id is None:
            raise LookupError(f"no run {name}")
        tracked, now = client.get_run(run_id), milliseconds()
        held = tracked.data.metrics
        new = {metric: value for metric, value in metrics.items() if held.get(_stored(metric)) != value}
        entries = [Entry(step=0, metric=metric, value=value, time=now) for metric, value in new.items()]
        _send(Run(client, run_id, uri), entries)
        for artifact in artifacts:
            client.log_artifact(run_id, str(artifact))
        client.set_terminated(run_id, "FINISHED", tracked.info.end_time)
    return True


def _opened(uri: str, header: dict[str, Any]) -> Run:
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
    return Run(client, run_id, uri)


def _missing(run: Run, entries: Sequence[Entry]) -> list[Entry]:
    """Return the values that the store does not have, by metric, step and time."""
    held = {
        (name, value.step, value.timestamp)
        for name in run.client.get_run(run.id).data.metrics
        for value in run.client.get_metric_history(run.id, name)
    }
    return [entry for entry in entries if (_stored(entry["metric"]), entry["step"], entry["time"]) not in held]


def _send(run: Run, entries: Sequence[Entry]) -> None:
    """Send values, in requests of the size that MLflow takes."""
    from mlflow.entities import Metric

    metrics = [Metric(_stored(entry["metric"]), entry["value"], entry["time"], entry["step"]) for entry in entries]
    for start in range(0, len(metrics), _VALUES):
        run.client.log_batch(run.id, metrics=metrics[start : start + _VALUES])


def _stored(metric: str) -> str:
    """Return a metric's name in the characters that MLflow takes: ``R@1`` becomes ``R_at_1``."""
    return re.sub(r"[^\w\-. :/]", "_", metric.replace("@", "_at_"))
