"""SIGTERM, by which a scheduler asks a training to end: at once where nothing is lost, else at the next safe place."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

TERMINATED = 143  # 128 + SIGTERM, what a scheduler expects of a preempted job


class Stopped(SystemExit):
    """The process was asked to end where it may end at once; nobody who catches it makes it end with status 143."""

    def __init__(self) -> None:
        super().__init__(TERMINATED)


class Stop:
    """Whether the process has been asked to end; called, it answers."""

    def __init__(self) -> None:
        self._asked = self._at_once = False

    def __call__(self) -> bool:
        """Return whether it has been asked."""
        return self._asked

    def ask(self) -> None:
        """Ask it to end: where the block is one of `at_once`, by raising there, the first time."""
        first, self._asked = not self._asked, True
        if first and self._at_once:
            raise Stopped

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Mark a block that may end anywhere.

        Raises:
            Stopped: from wherever the block is when the process is asked to end, or before it if that was before.
        """
        self._at_once = True
        try:
            if self._asked:
                raise Stopped
            yield
        finally:
            self._at_once = False


@contextmanager
def stopping() -> Iterator[Stop]:
    """Hear SIGTERM while the block runs."""
    stop = Stop()
    before = signal.signal(signal.SIGTERM, lambda number, frame: stop.ask())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, before)
