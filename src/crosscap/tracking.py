"""Experiment tracking with MLflow, which training does not depend on.

Every value goes to a local journal first and to MLflow second. A server that is dead, slow or out of order costs one
warning and a few seconds; training goes on, and `sync` later sends what the journal kept. Values keep the time at which
they were first noted, and only those are sent that MLflow does not have: sending a journal twice, or resuming a run,
doubles nothing.

A store without an address of its own is bound to the place of its results folder: ``tracking.json`` and the database
hold absolute paths. Where the folder is moved, remove ``tracking.json`` and run the workflow: new runs go to the
database at its new place; the files of all runs stay named by their old place, while their values are all there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from crosscap.attempts import attempt
from crosscap.faults import InputError
from crosscap.journal import Journal, flatten, read_journal
from crosscap.tracking_runs import Sent, close_run, continue_run, send_journal, send_results, send_values
from crosscap.tracking_store import RUN_TAG, load_mlflow, make_experiment
from crosscap.tracking_uri import fault_of, is_server

Result = TypeVar("Result")

SETTINGS = "CROSSCAP_TRACKING"  # the environment's variable of the settings' section, as JSON
RESULTS = "results"
WAIT_IN_TRAINING = 10  # seconds, twice at most; a preempted job on a cluster has 30 from the warning to its end
WAIT_AT_END = 60  # seconds, when the model is written and many runs may end at once
WAIT = 120  # seconds, where no training waits


def place() -> dict[str, str]:
    """Return the keywords `uri` and `experiment` of a run's `Tracker`, which the workflow's environment has.

    They are neither parameters nor inputs of a training: no model is trained anew because its tracking goes elsewhere.
    """
    section = json.loads(os.environ[SETTINGS])
    return {"uri": address(section["uri"], folder=RESULTS), "experiment": section["experiment"]}


def address(uri: str | None, *, folder: str | Path) -> str:
    """Return the store's address: by default that of ``mlflow.db`` in the folder of the results."""
    return uri or f"sqlite:///{Path(folder).resolve() / 'mlflow.db'}"


def initialise(uri: str | None, *, folder: str | Path, experiment: str) -> dict[str, str | bool]:
    """Create the tracking store and the experiment once, before several processes write to it at once.

    Without a `uri` the store is ``mlflow.db`` in `folder`. Files go to `folder` where a database is the store: it keeps
    none itself, while a server knows its own place for them. A dead server is a warning. Return uri, experiment, and
    whether the store is reachable.

    Raises:
        InputError: the address is none of a store, or holds a password.
    """
    folder = Path(folder).resolve()
    uri = address(uri, folder=folder)
    if fault := fault_of(uri):
        raise InputError(fault)
    artifacts = None if is_server(uri) else (folder / "mlartifacts").as_uri()
    folder.mkdir(parents=True, exist_ok=True)
    created = attempt(
        lambda: make_experiment(uri, experiment, artifacts=artifacts),
        f"the tracking store {uri} does not answer; runs keep a local journal",
        seconds=WAIT,
    )
    return {"uri": uri, "experiment": experiment, "reachable": created is not None}


class Tracker:
    """The tracking of one training run.

    Args:
        uri: The store, as `place` or `initialise` returns it.
        experiment: MLflow's experiment.
        run_name: What MLflow's page shows, such as ``ame seed 1``.
        tags: What describes the run; ``crosscap.run`` names it, and a resumed run goes on under the same name.
        params: The settings, nested or not.
        journal: The local file; keep it where the run's resumed process finds it.
    """

    def __init__(
        self,
        *,
        uri: str,
        experiment: str,
        run_name: str,
        tags: Mapping[str, str],
        params: Mapping[str, Any],
        journal: str | Path,
    ) -> None:
        description = {"experiment": experiment, "run_name": run_name, "tags": dict(tags), "params": flatten(params)}
        header, self._uri, self._path = {"run": tags[RUN_TAG], **description}, uri, journal
        self._unsent = f"MLflow at {uri} failed; the values stay in {journal}, and crosscap track sync sends them"
        self._unwritten = f"cannot write {journal}; the run is not tracked any more"
        self._journal = attempt(lambda: Journal(journal, header=header), self._unwritten)
        load_mlflow()  # not at the expense of the time limit
        self._run = self._attempt(lambda: continue_run(uri, read_journal(journal))) if self._journal else None

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
            self._run = self._attempt(lambda: send_values(run, entries))

    def finish(self, status: str = "FINISHED") -> None:
        """Close the run with MLflow's status: FINISHED, FAILED or KILLED.

        If MLflow failed before, it gets a second chance with the whole journal.
        """
        if journal := self._journal:
            attempt(lambda: journal.end(status), self._unwritten)
            journal.close()
        patience = WAIT_IN_TRAINING if status == "KILLED" else WAIT_AT_END
        if run := self._run:
            self._attempt(lambda: close_run(run, status), seconds=patience)
        elif journal:
            self._attempt(lambda: send_journal(self._path, self._uri), seconds=patience)

    def _attempt(self, action: Callable[[], Result], *, seconds: float | None = None) -> Result | None:
        """Try what MLflow may fail at, for as long as training can wait if no time is given."""
        return attempt(action, self._unsent, seconds=seconds or WAIT_IN_TRAINING)


def sync(journal: str | Path, *, uri: str) -> Sent | None:
    """Send what a store lacks of a run's journal, and close the run as it ended; None after a warning.

    A run without an end in its journal was killed, unless a process writes it now or the store knows better.
    """
    return attempt(lambda: send_journal(journal, uri), f"{journal} was not sent to {uri}", seconds=WAIT)


def log_results(
    run: str, metrics: Mapping[str, float], *, uri: str, experiment: str, artifacts: Sequence[str | Path]
) -> bool:
    """Add test results and files to the newest run whose name is `run` and a fingerprint; tell whether they arrived.

    A result that the run has already is not added again.
    """

    def send() -> bool:
        return send_results(run, metrics, uri=uri, experiment=experiment, artifacts=artifacts)

    refused = f"MLflow at {uri} did not take the results of {run}"
    return attempt(send, refused, seconds=WAIT) is not None
