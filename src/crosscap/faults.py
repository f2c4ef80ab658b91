"""Faults in what the user gave: collected, named by file and line, and raised all at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SHOWN = 50
WRONG_INPUT = 2  # the exit status of argparse for wrong arguments, and ours for wrong input


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


class InputError(ValueError):
    """What the user gave cannot be used; the message says where, what was expected and the remedy.

    `faults` has one by one what was collected; nothing where there is but the message.
    """

    def __init__(self, message: str, *, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


@dataclass
class Faults:
    """A collector, so that one run reports every fault of an input instead of the first."""

    found: list[Fault] = field(default_factory=list)

    def add(self, code: str, file: Path | str, line: int | None, message: str) -> None:
        """Note one fault; `message` gives what was found, what was expected and the remedy."""
        self.found.append(Fault(code, str(file), line, message))

    @contextmanager
    def absorb(self, code: str, file: Path | str) -> Iterator[None]:
        """Note the faults for which the block would end in an error; such as have no code get `code` and `file`.

        A file that cannot be opened is a fault as well.
        """
        try:
            yield
        except InputError as error:
            self.found.extend(error.faults or [placed(str(error), code, str(file))])
        except OSError as error:
            self.add(code, error.filename or file, None, f"cannot be read ({error.strerror or error}); restore it")

    @property
    def in_order(self) -> list[Fault]:
        """The different faults in file and line order."""
        return sorted(dict.fromkeys(self.found), key=lambda fault: (fault.file, fault.line or 0))

    def raise_any(self) -> None:
        """Raise one `InputError` that lists the faults (at most 50 of them) in file and line order, or return.

        Raises:
            InputError: at least one fault was noted.
        """
        if not self.found:
            return
        found = self.in_order
        count = f"{len(found)} fault{'s' * (len(found) > 1)} in the input"
        if len(found) > SHOWN:
            count += f", the first {SHOWN} shown"
        raise InputError("\n  ".join([f"{count}:", *map(str, found[:SHOWN])]), faults=found)


def placed(message: str, code: str, file: str) -> Fault:
    """Return a message as a fault; a file and line that it begins with are the fault's."""
    place = re.match(rf"{re.escape(file)}(?::(\d+))?: ", message)
    line = int(place[1]) if place and place[1] else None
    return Fault(code, file, line, message[place.end() :] if place else message)
