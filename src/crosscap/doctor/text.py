"""Findings as text for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crosscap.doctor.findings import Findings
from crosscap.terminal import printable

STATES = {True: "ok", False: "FAULTY", None: "-"}  # of what was checked


def findings_text(findings: Findings) -> str:
    """Return what was checked, the faults, the warnings and the figures, a line each."""
    faults, warnings = findings.faults.in_order, findings.warnings.in_order
    parts = {
        "Checked": [f"{STATES[sound]:6}  {_joined(what, note)}" for what, sound, note in findings.checked],
        "Faults": list(map(str, faults)),
        "Warnings": list(map(str, warnings)),
        "Figures": [line for name, value in findings.figures.items() for line in _lines(name.replace("_", " "), value)],
    }
    blocks = [
        "\n".join([f"{title}:", *(f"  {printable(line)}" for line in lines)]) for title, lines in parts.items() if lines
    ]
    verdict = f"{_count(len(faults), 'fault')}, {_count(len(warnings), 'warning')}"
    return "\n\n".join([*blocks, verdict]) + "\n"


def _lines(name: str, value: Any) -> Iterator[str]:
    """Yield a figure in a line, or a line for each part of it."""
    if not isinstance(value, Mapping):
        yield f"{name}: {_shown(value)}"
    elif any(isinstance(part, Mapping) for part in value.values()):
        for key, part in value.items():
            yield from _lines(f"{name}, {key}", part)
    elif value:
        yield f"{name}: " + ", ".join(f"{_shown(part)} {key.replace('_', ' ')}" for key, part in value.items())


def _shown(value: Any) -> str:
    """Return a value as text."""
    if isinstance(value, list):
        return "[" + ", ".join(map(str, value)) + "]"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _joined(what: str, note: str) -> str:
    """Return what was checked, with its note."""
    return f"{what}: {note}" if note else what


def _count(number: int, what: str) -> str:
    """Return ``1 fault``, ``2 faults``, ``no faults``."""
    return f"{number or 'no'} {what}{'s' * (number != 1)}"
