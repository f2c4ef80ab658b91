"""Experiment tracking with MLflow, which training does not depend on.

Every value goes to a local journal first and to MLflow second. A server that is dead, slow or out of order costs one
warning and a few seconds; training goes on, and `sync` later sends what the journal kept. Values keep the time at which
they were first noted, and only those are sent that MLflow does not have: sending a journal twice, or resuming a run,
doubles nothing.

A store without an address of its own is bound to the place of its results folder: ``tracking.json`` and the database
hold absolute paths. Where the folder is moved, remove ``tracking.json`` and run the workflow: new runs go to the
database at its new place; the files of older runs stay named by their old place, while their values are all there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from crosscap.attempts import attempt
from crosscap.journal import Entry, Journal, Recorded, flatten, is_being_written, milliseconds, read_journal
from crosscap.tracking_store import (
    RUN_TAG,
    Run,
    connect,
    experiment_id_of,
    make_experiment,
    missing,
    newest_run,
    opened_run,
    send,
    stored_name,
)
from crosscap.tracking_uri import is_server

Result = TypeVar("Result")

WAIT_IN_TRAINING = 20  # seconds; a preempted job on a cluster has 30 from the warning to its end
WAIT = 120  # seconds, where no training waits


@dataclass(frozen=True)
class Sent:
    """What became of a journal: the values it has, how many of them were sent now, and the run's status in MLflow."""

    run: str
    values: int
    sent: int
    status: str


def initialise(uri: str | None, *, folder: str | Path, experiment: str) -> dict[str, str | bool]:
    """Create the tracking store and the experiment once, before several processes write to it at once.

    Without a `uri` the store is ``mlflow.db`` in `folder`. Files go to `folder` where a database is the store: it keeps
    none itself, while a server knows its own place for them. A dead server is a warning. Return uri, experiment, and
    whether the store is reachable.
    """
    folder = Path(folder).resolve()
    uri = uri or f"sqlite:///{folder / 'mlflow.db'}"
    artifacts = None if is_server(uri) else (folder / "mlartifacts").as_uri()
    folder.mkdir(parents=True, exist_ok=True)
    created = attempt(
        lambda: make_experiment(connect(uri), experiment, artifacts=artifacts),
        f"the tracking store {uri} does not answer; runs keep a local journal",
        seconds=WAIT,
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
        self._uri, self._path = uri, journal
        self._unsent = f"MLflow at {uri} failed; the values stay in {journal}, and crosscap track sync sends them"
        self._unwritten = f"cannot write {journal}; the run is not tracked any more"
        self._journal = attempt(lambda: Journal(journal, header=header), self._unwritten)
        self._run = self._attempt(lambda: _continued(uri, read_journal(journal))) if self._journal else None

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
            journal.close()
            self._journal = None
        elif run := self._run:
            self._run = self._attempt(lambda: _sent(run, entries))

    def finish(self, status: str = "FINISHED") -> None:
        """Close the run with MLflow's status: FINISHED, FAILED or KILLED.

        If MLflow failed before, it gets a second chance with the whole journal.
        """
        if journal := self._journal:
            attempt(lambda: journal.end(status), self._unwritten)
            journal.close()
        if run := self._run:
            self._attempt(lambda: run.client.set_terminated(run.id, status))
        elif journal:
            self._attempt(lambda: _send_journal(self._path, self._uri))

    def _attempt(self, action: Callable[[], Result]) -> Result | None:
        """Try what MLflow may fail at, for as long as training can wait."""
        return attempt(action, self._unsent, seconds=WAIT_IN_TRAINING)


def sync(journal: str | Path, *, uri: str) -> Sent | None:
    """Send what a store lacks of a run's journal, and close the run as it ended; None after a warning.

    A run without an end in its journal was killed, unless a process writes it now or the store knows better.
    """
    return attempt(lambda: _send_journal(journal, uri), f"{journal} was not sent to {uri}", seconds=WAIT)


def log_results(
    run: str, metrics: Mapping[str, float], *, uri: str, experiment: str, artifacts: Sequence[str | Path]
) -> bool:
    """Add test results and files to the newest run whose name is `run` and a fingerprint; tell whether they arrived.

    A result that the run has already is not added again.
    """
    now = milliseconds()

    def send_results() -> bool:
        client = connect(uri)
        run_id = newest_run(client, experiment_id_of(client, experiment), f"{run}/")
        if run_id is None:
            raise LookupError(f"no run {run}")
        tracked = client.get_run(run_id)
        held = tracked.data.metrics
        new = {name: value for name, value in metrics.items() if held.get(stored_name(name)) != value}
        send(Run(client, run_id), [Entry(step=0, metric=name, value=value, time=now) for name, value in new.items()])
        for artifact in artifacts:
            client.log_artifact(run_id, str(artifact))
        client.set_terminated(run_id, "FINISHED", tracked.info.end_time)
        return True

    refused = f"MLflow at {uri} did not take the results of {run}"
    return attempt(send_results, refused, seconds=WAIT) is not None


def _continued(uri: str, recorded: Recorded) -> Run:
    """Return a journal's run, with all its values, as one that is running."""
    run = opened_run(uri, recorded.header)
    send(run, missing(run, recorded.entries))
    run.client.update_run(run.id, status="RUNNING")
    return run


def _sent(run: Run, entries: Sequence[Entry]) -> Run:
    """Send values, and return the run."""
    send(run, entries)
    return run


def _send_journal(path: str | Path, uri: str) -> Sent:
    """Send what a store lacks of a journal, and close the run where it has ended."""
    recorded = read_journal(path)
    run = opened_run(uri, recorded.header)
    lacking = missing(run, recorded.entries)
    send(run, lacking)
    status = before = run.status()
    if not is_being_written(path):
        status = recorded.status or ("KILLED" if before == "RUNNING" else before)
    if status != before:
        run.client.set_terminated(run.id, status, recorded.ended)
    return Sent(recorded.header["run"], len(recorded.entries), len(lacking), status)
