"""Faults in what the user gave: collected, named by file and line, and raised all at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

SHOWN = 50


class InputError(ValueError):
    """What the user gave cannot be used; the message says where, what was expected and the remedy."""


@dataclass(frozen=True)
class Fault:
    """One fault: a code such as ``D-104``, the file, the line (from 1; None for the whole file), and what to do."""

    code: str
    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        """Return ``D-104 captions.csv:12: the caption is empty; write one or remove the line``."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{self.code} {place}: {self.message}"


@dataclass
class Faults:
    """A collector, so that one run reports every fault of an input instead of the first."""

    found: list[Fault] = field(default_factory=list)

    def add(self, code: str, file: Path | str, line: int | None, message: str) -> None:
        """Note one fault; `message` gives what was found, what was expected and the remedy."""
        self.found.append(Fault(code, str(file), line, message))

    def raise_any(self) -> None:
        """Raise one `InputError` that lists the faults (at most 50 of them) in file and line order, or return.

        Raises:
            InputError: at least one fault was noted.
        """
        if not self.found:
            return
        lines = [str(fault) for fault in sorted(self.found, key=lambda f: (f.file, f.line or 0))]
        count = f"{len(lines)} fault{'s' * (len(lines) > 1)} in the input"
        if len(lines) > SHOWN:
            count += f", the first {SHOWN} shown"
        raise InputError("\n  ".join([f"{count}:", *lines[:SHOWN]]))
