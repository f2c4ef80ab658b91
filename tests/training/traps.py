"""Moments of a training's work at which it sends itself a signal."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from crosscap.journal import Journal
from crosscap.training import loop, run


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


def set_trap(trap: Trap) -> None:
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
