"""What takes long to make and is made when it is first asked for: once, however many threads ask."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Once(Generic[Value]):
    """A value that is made at the first call, and kept; where making it raises, the next call tries again.

    `functools.cached_property` has no lock: two threads that ask first would make two.
    """

    def __init__(self, make: Callable[[], Value]) -> None:
        """Take what makes the value."""
        self._make = make
        self._made: list[Value] = []
        self._lock = threading.Lock()

    def __call__(self) -> Value:
        """Return the value."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
        return self._made[0]
