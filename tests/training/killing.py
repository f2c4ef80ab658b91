"""Trainings of a small data set, each a process of its own, which are killed and stopped at every moment of their work.

The system is AME with maps, dropout and a learning rate that falls: whatever a checkpoint must hold is in play. The
processes are forked from a server that has imported torch, so that each begins at once.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import runpy
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, suppress
from dataclasses import dataclass
from io import StringIO
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from threading import RLock
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from crosscap import logs, tables, tracking
from crosscap.experiments import resolve_experiments
from crosscap.files import sha256_of, write_json
from crosscap.journal import Journal, read_journal
from crosscap.settings import load_settings
from crosscap.tracking_store import RUN_TAG
from crosscap.training import loop, run
from crosscap.training.experiment import Experiment, Inputs

SHIPPED = load_settings([Path(__file__).parents[2] / "config.yaml"], arguments={})
SMALL = {
    "joint_dimension": 16,
    "batch_size": 8,
    "dropout": 0.1,
    "learning_rate": 0.01,
    "learning_rate_steps": [3],
    "epochs": 4,
    "patience": 100,
    "validate_every": 4,
    "checkpoint_every": 5,
    "align_every": 3,
    "align_learning_rate": 1.0,
    "align_neighbours": 2,
}
STEPS = 28  # 4 epochs of 7 batches
SCRIPT = Path(__file__).parents[2] / "workflow/scripts/train_model.py"
IMAGES, WORDS = 100, 12
FINISHED, KILLED = 0, -signal.SIGKILL  # exit statuses
PATIENCE = 120.0  # seconds after which a process has hung
SLOW = 0.01  # seconds a step, so that there are moments between two steps

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.training.warm"])


@dataclass(frozen=True)
class Trap:
    """Signals that a training sends itself the `number`-th time that it comes to a moment.

    The moments of writing a `file` are begun, half (of it written), flushed (to disk, but not renamed) and renamed;
    other moments are the beginnings of the functions in `BEGINNINGS`.
    """

    moment: str
    file: str = "checkpoint"
    number: int = 1
    signals: tuple[int, ...] = (signal.SIGKILL,)


BEGINNINGS = {
    "loading": (run, "read_tokens"),
    "validation": (loop, "measure"),
    "noting": (Journal, "note"),
    "step": (loop.Trainer, "_step"),
    "writing the model": (run, "save_model"),
}


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

    def __init__(self, uri: str, *, tags: dict[str, str], journal: Path, **told: Any) -> None:
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
        _tell_steps(steps, seconds_a_step=seconds_a_step, halt=halt)
        if trap:
            _set(trap)
        runpy.run_path(str(SCRIPT))["train_model"](
            inputs_of(data),
            experiment=Experiment(**resolved(**changes)),
            seed=1,
            run="small",
            store=data / "tracking.json",
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
    """Return the sha256 of everything that a finished training leaves but its journal and its log."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    found = {str(path.relative_to(folder)): sha256_of(path) for path in paths}
    return {name: sha256 for name, sha256 in found.items() if name not in ("journal.jsonl", "log")}


def noted(folder: Path) -> list[tuple[int, str, float]]:
    """Return the rows of a training's journal without the times at which they were noted."""
    return [
        (entry["step"], entry["metric"], entry["value"]) for entry in read_journal(folder / "journal.jsonl").entries
    ]


def write_data(folder: Path) -> Path:
    """Write the tables of a small data set."""
    random = np.random.default_rng(0)
    shown = random.integers(WORDS, size=(IMAGES, 3))
    ids = [f"{number}.png" for number in range(IMAGES)]
    splits = ["train"] * 28 + ["val"] * 72
    blank = {"path": "", "sha256": "", "width": 0, "height": 0}
    tables.write_table(pd.DataFrame({"image_id": ids, "split": splits, **blank}), folder / "images", name="images")
    features = np.eye(WORDS, dtype=np.float32)[shown].sum(axis=1)  # which words are said of an image
    tables.write_table(pd.DataFrame({"image_id": ids}), folder / "features", name="features", matrix=features)
    for language in ("en", "de"):
        words = ["<pad>", "<start>", "<end>", "<unk>", *(f"{language}{number}" for number in range(WORDS))]
        captions = [[f"{language}{number}" for number in row] for row in shown]
        frame = pd.DataFrame({"caption_id": [f"{i}#{language}#0" for i in ids], "image_id": ids, "language": language})
        frame = frame.assign(position=0, origin="human", split=splits, tokens=captions)
        tables.write_table(frame, folder / f"tokens-{language}", name="tokens")
        vocabulary = pd.DataFrame({"index": range(len(words)), "word": words, "known": True})
        vectors = random.normal(size=(len(words), 8))
        tables.write_table(vocabulary, folder / f"vectors-{language}", name="vectors", matrix=vectors)
    tables.write_table(pd.DataFrame(index=range(8)), folder / "mapping", name="mapping", matrix=np.eye(8))
    for source, target in (("en", "de"), ("de", "en")):
        pairs = [(f"{source}{n}", f"{target}{n}", part) for n in range(WORDS) for part in ("train", "test")]
        frame = pd.DataFrame(pairs, columns=["source", "target", "part"])
        tables.write_table(frame, folder / f"{source}-{target}", name="lexicon")
    write_json(folder / "tracking.json", {"uri": "", "experiment": "small"})
    return folder


def resolved(**changes: Any) -> dict[str, Any]:
    """Return the experiment as the workflow hands it over, with some settings of its training changed."""
    experiment = {"name": "ame", "system": "ame", "similarity": "order", "languages": ["en", "de"], "seeds": [1]}
    experiments = [experiment | {"training": SMALL | changes}]
    settings = resolve_experiments(SHIPPED | {"experiments": experiments})["ame"]
    del settings["zero_shot"]
    return json.loads(json.dumps(settings))


def inputs_of(data: Path, **others: Any) -> Inputs:
    """Return the files that the experiment reads, some of them others."""
    files = {
        "images": data / "images",
        "features": data / "features",
        "tokens": [data / "tokens-en", data / "tokens-de"],
        "vectors": [data / "vectors-en", data / "vectors-de"],
        "mappings": [data / "mapping"],
        "lexicons": {name: data / name for name in ("de-en", "en-de")},
    }
    nothing = dict.fromkeys(("vocabularies", "sentences", "captions", "code"), ())
    return Inputs(**(nothing | files | others))


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


def _set(trap: Trap) -> None:
    """Make this process send itself signals at a moment."""
    calls = count(1)

    def spring(path: str | Path, *, cut: int | None = None) -> None:
        if not Path(path).name.startswith(f".{trap.file}.") or next(calls) != trap.number:
            return
        if cut is not None:
            os.ftruncate(cut, os.fstat(cut).st_size // 2)
        for number in trap.signals:
            os.kill(os.getpid(), number)

    def name_of(descriptor: int) -> Path:
        return Path(f"/proc/self/fd/{descriptor}").readlink()

    if trap.moment == "begun":
        _wrap(tempfile, "mkstemp", after=lambda made, *_: spring(made[1]))
    elif trap.moment == "half":
        _wrap(os, "fsync", before=lambda file: spring(name_of(file), cut=file))
    elif trap.moment == "flushed":
        _wrap(os, "fsync", after=lambda _, file: spring(name_of(file)))
    elif trap.moment == "renamed":
        _wrap(Path, "replace", after=lambda _, path, *to: spring(path))
    else:
        place, name = BEGINNINGS[trap.moment]
        _wrap(place, name, before=lambda *_: spring(f".{trap.file}."))


def _wrap(
    place: Any,
    name: str,
    *,
    before: Callable[..., None] = lambda *arguments: None,
    after: Callable[..., None] = lambda result, *arguments: None,
) -> None:
    """Replace a function by one that does something more before or after it."""
    function = getattr(place, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        before(*arguments)
        result = function(*arguments, **named)
        after(result, *arguments)
        return result

    setattr(place, name, wrapped)


def read_log(folder: Path) -> Sequence[str]:
    """Return the lines of a training's log."""
    return (folder / "log").read_text(encoding="utf-8").splitlines()
