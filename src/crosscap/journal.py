"""The local journal of one training run: everything that is tracked, a JSON line each, kept whatever the server does.

The first line names the run; the others hold one value each, with the time at which it was first noted, or how the run
ended. A run that is killed and resumed goes on in its journal, and what it measures for the second time is not noted
again. A process that notes holds a lock, which ends with it however it dies.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypedDict

from crosscap.faults import InputError

FORMAT = "1"


class Entry(TypedDict):
    """One value of one metric; time in milliseconds since 1970."""

    step: int
    metric: str
    value: float
    time: int


@dataclass(frozen=True)
class Recorded:
    """What a journal holds: its run, the values, how the run ended in MLflow's words, and the time of the last line.

    A run that was killed without warning has noted no end, nor has one that goes on: its status is None.
    """

    header: dict[str, Any]
    entries: list[Entry]
    status: str | None
    ended: int


class Journal:
    """A run's journal, continued where `path` already holds the same run's and begun anew where it does not.

    Another run's, whose values a tracking store may lack, is kept beside it: ``journal.1.jsonl`` and so on.

    Raises:
        InputError: another process notes in it, it is of another format, or it does not say whose values it has.
    """

    def __init__(self, path: str | Path, *, header: Mapping[str, Any]) -> None:
        self._path = Path(path)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self._path.open("ab")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"{path}: another process trains this run; wait for its end or stop it") from None
        lines = _whole_lines(self._path)
        found = _header(self._path, lines)
        if found is None and _entries(lines):
            raise InputError(
                f"{path}: the first line, which names the run, is damaged; restore it, or move the journal elsewhere, "
                "so that a new one begins"
            )
        if found is None or found["run"] != header["run"]:
            if found is not None:
                shutil.copy2(self._path, _unused(self._path))
            self._lock.truncate(0)
            self._append([{"format": FORMAT, **header, "started": milliseconds()}])
        self._noted = {(entry["step"], entry["metric"]) for entry in read_journal(self._path).entries}

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

    def end(self, status: str) -> None:
        """Note how the run ended, in MLflow's words."""
        self._append([{"ended": status, "time": milliseconds()}])

    def close(self) -> None:
        """Let another process note."""
        self._lock.close()

    def _append(self, lines: list[Any]) -> None:
        """Append lines, flushed, after ending a line that was cut short."""
        with self._path.open("a+b") as file:
            if file.tell():
                file.seek(-1, 2)
                if file.read() != b"\n":
                    file.write(b"\n")
            file.write(b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines))


def read_journal(path: str | Path) -> Recorded:
    """Return what a journal holds; a line that a kill cut short, or that is damaged, is left out.

    Raises:
        InputError: there is no journal, or it is of another format.
    """
    lines = _whole_lines(Path(path))
    header = _header(path, lines)
    if header is None:
        raise InputError(f"{path}: no tracking journal")
    last = lines[-1]
    return Recorded(header, _entries(lines), last.get("ended"), last.get("time", header["started"]))


def is_being_written(path: str | Path) -> bool:
    """Tell whether a process notes in a journal at this moment."""
    with Path(path).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


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


def _unused(path: Path) -> Path:
    """Return the first of ``journal.1.jsonl``, ``journal.2.jsonl`` and so on that is not there."""
    names = (path.with_name(f"{path.stem}.{number}{path.suffix}") for number in count(1))
    return next(name for name in names if not name.exists())


def _header(path: str | Path, lines: Sequence[Any]) -> dict[str, Any] | None:
    """Return the first line of a journal, None where the lines are none.

    Raises:
        InputError: the journal is of another format.
    """
    if not lines or not _holds(lines[0], run=str, started=int):
        return None
    header: dict[str, Any] = lines[0]
    if header.get("format") != FORMAT:
        raise InputError(
            f"{path}: journal format {header.get('format')}, expected {FORMAT}; move it elsewhere, so "
            "that a new one begins, or send it with the version of Crosscap that wrote it"
        )
    return header


def _entries(lines: Sequence[Any]) -> list[Entry]:
    """Return the lines that are values."""
    return [line for line in lines if _holds(line, step=int, metric=str, value=(int, float), time=int)]


def _holds(line: Mapping[str, Any], **kinds: type | tuple[type, ...]) -> bool:
    """Tell whether a line has values of some kinds under some names."""
    return all(isinstance(line.get(name), kind) for name, kind in kinds.items())


def _whole_lines(path: Path) -> list[Any]:
    """Return the objects of a JSONL file's readable lines, none where there is no file."""
    lines = path.read_bytes().split(b"\n") if path.is_file() else []
    parsed = [_parsed(line) for line in lines]
    return [line for line in parsed if isinstance(line, dict)]


def _parsed(line: bytes) -> Any:
    """Return the value of a line of JSON, None where it is cut short."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):  # RecursionError: brackets without end
        return None
