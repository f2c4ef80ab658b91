"""Trainings of a small data set, each a process of its own, which are killed and stopped at every moment of their work.

The processes are forked from a server that has imported torch, so that each begins at once.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import runpy
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, suppress
from dataclasses import dataclass
from io import StringIO
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from threading import RLock
from typing import Any

from tqdm import tqdm

from crosscap import logs, tracking
from crosscap.files import sha256_of
from crosscap.journal import Journal, read_journal
from crosscap.tracking_store import RUN_TAG
from crosscap.training import loop
from crosscap.training.experiment import Experiment
from tests.training.small_run import STEPS, inputs_of, resolved
from tests.training.traps import Trap, set_trap

SCRIPT = Path(__file__).parents[2] / "workflow/scripts/train_model.py"
FINISHED, KILLED = 0, -signal.SIGKILL  # exit statuses
PATIENCE = 120.0  # seconds after which a process has hung
SLOW = 0.01  # seconds a step, so that there are moments between two steps

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.training.warm"])


@dataclass(frozen=True)
class Attempt:
    """A training that was killed: the step that it began from, and the last one that it was seen at."""

    resumed_from: int
    killed_at: int


class Training:
    """A training in a process of its own, in a folder that it may find used before it."""

    def __init__(
        self,
        folder: Path,
        data: Path,
        *,
        trap: Trap | None = None,
        seconds_a_step: float = 0.0,
        halt: int | None = None,
        **changes: Any,
    ) -> None:
        """Start it; at step `halt` it stands still until it is killed or gets SIGCONT."""
        folder.mkdir(exist_ok=True)
        self.steps, sender = CONTEXT.Pipe(duplex=False)
        work = (folder, data, changes, sender, trap, seconds_a_step, halt)
        self.process = CONTEXT.Process(target=train, args=work)
        self.process.start()
        sender.close()
        self.log = folder / "log"

    def wait_for(self, step: int) -> int:
        """Wait until the training begins a step after so many, and return how many."""
        while self.steps.poll(PATIENCE):
            try:
                reached: int = self.steps.recv()
            except EOFError:
                break
            if reached >= step:
                return reached
        raise AssertionError(f"no step {step}: {self.log.read_text()}")

    def told(self) -> list[int]:
        """Return the steps that the training has begun, but for those told already."""
        steps: list[int] = []
        with suppress(EOFError):
            while self.steps.poll():
                steps.append(self.steps.recv())
        return steps

    def send(self, number: int) -> None:
        """Send the process a signal."""
        os.kill(self.process.pid, number)

    def end(self) -> int | None:
        """Wait for the process and return its exit status."""
        self.process.join(PATIENCE)
        return self.process.exitcode


class JournalAlone:
    """A tracker that sends nothing to MLflow."""

    def __init__(self, *, tags: dict[str, str], journal: Path, **told: Any) -> None:
        self.journal = Journal(journal, header={"run": tags[RUN_TAG]})

    def __enter__(self) -> JournalAlone:
        return self

    def __exit__(self, *raised: object) -> None:
        self.journal.close()

    def log(self, step: int, metrics: dict[str, float]) -> None:
        self.journal.note(step, metrics)


def train(
    folder: Path,
    data: Path,
    changes: dict[str, Any],
    steps: Connection,
    trap: Trap | None,
    seconds_a_step: float,
    halt: int | None,
) -> None:
    """Be the process of the workflow's script."""
    with redirect_stderr(StringIO()), logs.to_file(folder / "log"):
        tqdm.set_lock(RLock())  # its own is a semaphore, which a killed process leaves
        tracking.Tracker = JournalAlone  # type: ignore[misc, assignment]
        os.environ[tracking.SETTINGS] = json.dumps({"uri": None, "experiment": "small"})
        _tell_steps(steps, seconds_a_step=seconds_a_step, halt=halt)
        if trap:
            set_trap(trap)
        runpy.run_path(str(SCRIPT))["train_model"](
            inputs_of(data),
            experiment=Experiment(**resolved(**changes)),
            seed=1,
            run="small",
            journal=folder / "journal.jsonl",
            state=folder / "state",
            model_folder=folder / "model",
            history=folder / "history.parquet",
        )


def kill_at_random(folder: Path, data: Path, *, kills: int, random: Random) -> Iterator[Attempt]:
    """Kill a training so many times at random moments, spread over its steps, then let it end."""
    for number in range(kills):
        step = random.randrange(number * STEPS // kills, (number + 1) * STEPS // kills)
        training = Training(folder, data, seconds_a_step=SLOW, halt=step + 4)
        began = training.wait_for(0)
        reached = began if began >= step else training.wait_for(step)
        time.sleep(random.uniform(0, 5 * SLOW))
        training.send(signal.SIGKILL)
        assert training.end() == KILLED, training.log.read_text()
        yield Attempt(began, max([reached, *training.told()]))
    finish(folder, data)


def finish(folder: Path, data: Path) -> None:
    """Train to the end, undisturbed."""
    training = Training(folder, data)
    assert training.end() == FINISHED, training.log.read_text()


def hashes(folder: Path) -> dict[str, str]:
    """Return the sha256 of everything that a finished training leaves but journals and its log."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    found = {str(path.relative_to(folder)): sha256_of(path) for path in paths}
    return {name: sha256 for name, sha256 in found.items() if name != "log" and not name.startswith("journal")}


def noted(folder: Path) -> list[tuple[int, str, float]]:
    """Return the rows of a training's journal without the times at which they were noted."""
    return [
        (entry["step"], entry["metric"], entry["value"]) for entry in read_journal(folder / "journal.jsonl").entries
    ]


def _tell_steps(steps: Connection, *, seconds_a_step: float, halt: int | None) -> None:
    """Tell the parent of each step, and take time for it."""
    step = loop.Trainer._step
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCONT})  # one that comes early is kept

    def told(self: loop.Trainer, rows: Any) -> None:
        steps.send(self.progress.step)
        if self.progress.step == halt:
            signal.sigwait({signal.SIGCONT})
        time.sleep(seconds_a_step)
        step(self, rows)

    loop.Trainer._step = told  # type: ignore[method-assign]


def read_log(folder: Path) -> Sequence[str]:
    """Return the lines of a training's log."""
    return (folder / "log").read_text(encoding="utf-8").splitlines()
