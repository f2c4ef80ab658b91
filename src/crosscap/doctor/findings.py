"""What a check-up has found: faults, warnings, figures, and what was looked at."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from crosscap.faults import Fault, Faults, placed


class Checked(NamedTuple):
    """Something that was looked at, whether it is sound (None: it could not be checked), and what to say of it."""

    what: str
    sound: bool | None
    note: str = ""


@dataclass
class Findings:
    """Faults stop the work, warnings do not; figures are of the inputs alone, equal inputs have equal ones."""

    faults: Faults = field(default_factory=Faults)
    warnings: Faults = field(default_factory=Faults)
    figures: dict[str, Any] = field(default_factory=dict)
    checked: list[Checked] = field(default_factory=list)

    @contextmanager
    def check(self, what: str, *, code: str, file: Path | str) -> Iterator[None]:
        """Note what the block refuses as faults, and what the library warns of meanwhile as warnings.

        Such as have no code of their own get `code`, and `file` where they name none.
        """
        before = len(self.faults.found)
        library = logging.getLogger("crosscap")
        handlers, library.handlers = library.handlers, [_Collector(self.warnings, code, str(file))]
        try:
            with self.faults.absorb(code, file):
                yield
        finally:
            library.handlers = handlers
        self.checked.append(Checked(what, len(self.faults.found) == before))

    def note(self, what: str, note: str) -> None:
        """Note something that was looked at and is no fault."""
        self.checked.append(Checked(what, True, note))

    def skip(self, what: str, why: str) -> None:
        """Note something that could not be checked, and why."""
        self.checked.append(Checked(what, None, why))


class _Collector(logging.Handler):
    """Turns the library's warnings into findings."""

    def __init__(self, warnings: Faults, code: str, file: str) -> None:
        super().__init__(logging.WARNING)
        self._warnings, self._code, self._file = warnings, code, file

    def emit(self, record: logging.LogRecord) -> None:
        """Note a warning."""
        self._warnings.found.append(placed(record.getMessage(), self._code, self._file))


def as_plain(findings: Findings) -> dict[str, Any]:
    """Return findings as plain values for JSON: faults, warnings, figures, checked."""
    return {
        "faults": list(map(_fault, findings.faults.in_order)),
        "warnings": list(map(_fault, findings.warnings.in_order)),
        "figures": findings.figures,
        "checked": [item._asdict() for item in findings.checked],
    }


def _fault(fault: Fault) -> dict[str, Any]:
    """Return a fault as plain values."""
    return {"code": fault.code, "file": fault.file, "line": fault.line, "message": fault.message}
