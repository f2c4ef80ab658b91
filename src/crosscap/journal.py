"""The local journal of one training run: everything that is tracked, a JSON line each, kept whatever the server does.

The first line names the run; the others hold one value each, with the time at which it was first noted. A run that is
killed and resumed goes on in its journal, and what it measures for the second time is not noted again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from crosscap.faults import InputError


class Entry(TypedDict):
    """One value of one metric; time in milliseconds since 1970."""

    step: int
    metric: str
    value: float
    time: int


class Journal:
    """A run's journal, continued where `path` already holds the same run's and begun anew where it does not."""

    def __init__(self, path: str | Path, *, header: Mapping[str, Any]) -> None:
        self._path = Path(path)
        if not _is_journal_of(self._path, header["run"]):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.unlink(missing_ok=True)
            self._append([{**header, "started": milliseconds()}])
        _, entries = read_journal(self._path)
        self._noted = {(entry["step"], entry["metric"]) for entry in entries}

    def note(self, step: int, metrics: Mapping[str, float]) -> list[Entry]:
        """Append the values that are not yet noted for this step, and return them."""
        now = milliseconds()
        entries: list[Entry] = [
            {"step": step, "metric": metric, "value": float(value), "time": now}
            for metric, value in metrics.items()
            if (step, metric) not in self._noted
        ]
        self._append(entries)
        self._noted.update((entry["step"], entry["metric"]) for entry in entries)
        return entries

    def _append(self, lines: list[Any]) -> None:
        """Append lines, flushed, after ending a line that was cut short."""
        with self._path.open("a+b") as file:
            if file.tell():
                file.seek(-1, 2)
                if file.read() != b"\n":
                    file.write(b"\n")
            file.write(b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines))


def read_journal(path: str | Path) -> tuple[dict[str, Any], list[Entry]]:
    """Return a journal's header and its entries; a line that a kill cut short is left out.

    Raises:
        InputError: there is no journal.
    """
    lines = _whole_lines(Path(path))
    if not lines or "run" not in lines[0]:
        raise InputError(f"{path}: no tracking journal")
    return lines[0], lines[1:]


def flatten(params: Mapping[str, Any], *, prefix: str = "") -> dict[str, str]:
    """Return nested settings as one level of text: ``{"margin": {"order": 0.05}}`` gives ``margin.order: 0.05``."""
    flat: dict[str, str] = {}
    for key, value in params.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, prefix=f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat


def milliseconds() -> int:
    """Return the time in milliseconds since 1970, as MLflow counts it."""
    return int(time.time() * 1000)


def _is_journal_of(path: Path, run: str) -> bool:
    """Tell whether a file is the journal of a run."""
    lines = _whole_lines(path)
    return bool(lines) and lines[0].get("run") == run


def _whole_lines(path: Path) -> list[Any]:
    """Return the objects of a JSONL file's readable lines, none where there is no file."""
    lines = path.read_bytes().split(b"\n") if path.is_file() else []
    parsed = [_parsed(line) for line in lines]
    return [line for line in parsed if isinstance(line, dict)]


def _parsed(line: bytes) -> Any:
    """Return the value of a line of JSON, None where it is cut short."""
    try:
        return json.loads(line)
    except ValueError:
        return None
