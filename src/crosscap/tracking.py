"""Experiment tracking with MLflow, which training does not depend on.

Every value goes to a local journal first and to MLflow second. A server that is dead, slow or out of order costs one
warning and a few seconds; training goes on, and `sync` later sends what the journal kept. Values keep the time at which
they were first noted, and MLflow stores a value with the same run, name, step and time once: sending a journal twice,
or resuming a run, doubles nothing.

MLflow is imported inside functions because its import takes seconds, and after its time limits are set.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from crosscap.journal import Entry, Journal, flatten, milliseconds, read_journal
from crosscap.logs import attempt

if TYPE_CHECKING:
    from mlflow import MlflowClient

Run: TypeAlias = "tuple[MlflowClient, str]"  # a client of the store, and the run's id

RUN_TAG = "crosscap.run"  # names a run for ever: dataset, experiment, seed and fingerprint
_BATCH = 500  # values a request; MLflow takes at most 1,000
_ENVIRONMENT = {  # a user's own settings win
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",  # seconds; MLflow's default is 120
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",  # MLflow's default of 7 waits for minutes on a dead server
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


def initialise(uri: str | None, *, folder: str | Path, experiment: str) -> dict[str, str | bool]:
    """Create the tracking store and the experiment once, before several processes write to it at once.

    MLflow's own first opening of an SQLite database breaks it when processes race for it. Without a `uri` the store is
    ``mlflow.db`` in `folder`. A dead server is a warning. Return uri, experiment, and whether the store is reachable.
    """
    folder = Path(folder).resolve()
    uri = uri or f"sqlite:///{folder / 'mlflow.db'}"
    # a database does not keep artefacts itself; a server knows its own place for them
    artifacts = None if uri.startswith("http") else (folder / "mlartifacts").as_uri()
    folder.mkdir(parents=True, exist_ok=True)
    created = attempt(
        lambda: experiment_id_of(connect(uri), experiment, artifacts=artifacts),
        f"the tracking store {uri} does not answer; runs keep a local journal",
    )
    return {"uri": uri, "experiment": experiment, "reachable": created is not None}


class Tracker:
    """The tracking of one training run, which never stops the training.

    Args:
        uri: The store, as `initialise` returned it.
        experiment: MLflow's experiment.
        run_name: What MLflow's page shows, such as ``ame seed 1``.
        tags: What describes the run; ``crosscap.run`` names it, and a resumed run goes on under the same name.
        params: The settings, nested or not.
        journal: The local file; keep it where the run's resumed process finds it.
    """

    def __init__(
        self,
        uri: str,
        *,
        experiment: str,
        run_name: str,
        tags: Mapping[str, str],
        params: Mapping[str, Any],
        journal: str | Path,
    ) -> None:
        description = {"experiment": experiment, "run_name": run_name, "tags": dict(tags), "params": flatten(params)}
        header = {"run": tags[RUN_TAG], **description}
        self._send_all = lambda: _send_journal(journal, uri)
        self._unsent = f"MLflow at {uri} failed; the values stay in {journal} and can be sent later"
        self._unwritten = f"cannot write {journal}; the run is not tracked any more"
        self._journal = attempt(lambda: Journal(journal, header=header), self._unwritten)
        self._run = attempt(self._send_all, self._unsent) if self._journal else None

    def __enter__(self) -> Tracker:
        """Return the tracker, which closes the run at the end of the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Close the run as the block ended: FINISHED, KILLED by a signal, or FAILED."""
        stopped = isinstance(error, SystemExit | KeyboardInterrupt)
        self.finish("FINISHED" if error is None else "KILLED" if stopped else "FAILED")

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Note metrics of a training step, and send them; what was noted before the run was killed stays as it was."""
        if (journal := self._journal) is None:
            return
        entries = attempt(lambda: journal.note(step, metrics), self._unwritten)
        if entries is None:
            self._journal = None
        elif run := self._run:
            self._run = attempt(lambda: _send(run, entries), self._unsent)

    def finish(self, status: str = "FINISHED") -> None:
        """Close the run with MLflow's status: FINISHED, FAILED or KILLED.

        If MLflow failed before, it gets a second chance with the whole journal.
        """
        if self._journal is None:
            return
        if run := self._run or attempt(self._send_all, self._unsent):
            attempt(lambda: _close(run, status), self._unsent)


def sync(journal: str | Path, *, uri: str) -> bool:
    """Send the journal of a run that has ended, whatever arrived before; tell whether MLflow has all of it now."""
    sent = attempt(lambda: _close(_send_journal(journal, uri), "FINISHED"), f"{journal} was not sent to {uri}")
    return sent is not None


def log_results(
    run: str, metrics: Mapping[str, float], *, uri: str, experiment: str, artifacts: Sequence[str | Path]
) -> bool:
    """Add test results and files to the newest run whose name is `run` and a fingerprint; tell whether they arrived."""
    now = milliseconds()
    entries = [Entry(step=0, metric=name, value=value, time=now) for name, value in metrics.items()]

    def send() -> Run:
        client = connect(uri)
        run_id = newest_run(client, experiment_id_of(client, experiment), f"{run}/")
        if run_id is None:
            raise LookupError(f"no run {run}")
        return _close(_send((client, run_id), entries), "FINISHED", artifacts)

    return attempt(send, f"MLflow at {uri} did not take the results of {run}") is not None


def connect(uri: str) -> MlflowClient:
    """Return a client of a store, with short time limits."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient

    for noisy in ("mlflow", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return MlflowClient(tracking_uri=uri)


def _send_journal(path: str | Path, uri: str) -> Run:
    """Find or create a journal's run, and send all that the journal holds."""
    from mlflow.entities import Param

    header, entries = read_journal(path)
    client = connect(uri)
    experiment_id = experiment_id_of(client, header["experiment"])
    run_id = newest_run(client, experiment_id, header["run"])
    if run_id is None:
        run = client.create_run(experiment_id, header["started"], header["tags"], header["run_name"])
        run_id = str(run.info.run_id)
    client.log_batch(run_id, params=[Param(name, value) for name, value in header["params"].items()])
    return _send((client, run_id), entries)


def experiment_id_of(client: MlflowClient, name: str, *, artifacts: str | None = None) -> str:
    """Return the id of an experiment, created where there is none yet."""
    found = client.get_experiment_by_name(name)
    return found.experiment_id if found else client.create_experiment(name, artifacts)


def newest_run(client: MlflowClient, experiment_id: str, prefix: str) -> str | None:
    """Return the id of the newest run whose name begins with `prefix`, None where there is none."""
    condition = f"tags.`{RUN_TAG}` LIKE '{prefix}%'"  # an underscore is LIKE's wildcard, so the names are compared too
    runs = client.search_runs([experiment_id], condition, order_by=["attributes.start_time DESC"])
    return next((str(run.info.run_id) for run in runs if run.data.tags[RUN_TAG].startswith(prefix)), None)


def _send(run: Run, entries: Sequence[Entry]) -> Run:
    """Send values, in requests of the size that MLflow takes."""
    from mlflow.entities import Metric

    client, run_id = run
    metrics = [Metric(_name(entry["metric"]), entry["value"], entry["time"], entry["step"]) for entry in entries]
    for start in range(0, len(metrics), _BATCH):
        client.log_batch(run_id, metrics=metrics[start : start + _BATCH])
    return run


def _close(run: Run, status: str, artifacts: Sequence[str | Path] = ()) -> Run:
    """Copy small files to a run, and end it."""
    client, run_id = run
    for artifact in artifacts:
        client.log_artifact(run_id, str(artifact))
    client.set_terminated(run_id, status)
    return run


def _name(metric: str) -> str:
    """Return a metric's name in the characters that MLflow takes: ``R@1`` becomes ``R_at_1``."""
    return re.sub(r"[^\w\-. :/]", "_", metric.replace("@", "_at_"))
