"""Values kept as JSON: whole or not at all, sealed, and with their format, so that no other is taken for this one.

A model, a search index and a job's manifest have formats of their own; whatever else is kept so is a note.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosscap.faults import InputError
from crosscap.files import atomic_write

FORMAT = "1"  # of notes
NUMBER, SEAL = "format", "seal"  # the keys of a file's format, and of the sha256 of all the rest


def write_note(path: str | Path, values: Mapping[str, Any]) -> None:
    """Write plain values by name as a note, as `write_sealed` does."""
    write_sealed(path, values, format=FORMAT)


def read_note(path: str | Path, *, remedy: str = "remove it and run the workflow again") -> dict[str, Any]:
    """Read what `write_note` wrote; raises as `read_sealed`."""
    return read_sealed(path, kind="note", format=FORMAT, remedy=remedy)


def write_sealed(path: str | Path, values: Mapping[str, Any], *, format: str) -> None:
    """Write plain values by name with their format and seal: keys sorted, so that equal values give equal bytes.

    Raises:
        ValueError: a value is NaN or infinite, which JSON does not know, or has the name of the format or the seal.
        InputError: the disk is full.
    """
    if taken := values.keys() & {NUMBER, SEAL}:
        raise ValueError(f"{path}: {min(taken)} is no name for a value, as the file's own stands there")
    atomic_write(path, _sealed({**values, NUMBER: format}))


def read_sealed(path: str | Path, *, kind: str, format: str, remedy: str) -> dict[str, Any]:
    """Read what `write_sealed` wrote, byte for byte, without the format and the seal.

    The format is compared first, as another one may be sealed in another way, or not at all.

    Args:
        path: The file.
        kind: What is read, such as "index", for the message.
        format: The format that can be read.
        remedy: What to do about a file that cannot, but for restoring it.

    Raises:
        InputError: the file is missing, of another format, or not as it was written.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    content = path.read_bytes()
    try:
        data = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # RecursionError: brackets without end
        raise InputError(f"{path}: not valid JSON ({error}); restore it, or {remedy}") from error
    found = data.get(NUMBER, "none") if isinstance(data, dict) else "none"
    if found != format:
        raise InputError(f"{path}: {kind} format {found}, expected {format}; {remedy}")
    values = {key: value for key, value in data.items() if key != SEAL}
    try:
        intact = _sealed(values) == content
    except (ValueError, RecursionError):  # NaN, half of a surrogate pair, many brackets: never written
        intact = False
    if not intact:
        raise InputError(f"{path}: damaged, or changed since it was written; restore it, or {remedy}")
    del values[NUMBER]
    return values


def _sealed(values: Mapping[str, Any]) -> bytes:
    """Return plain values as JSON with their sha256 among them."""
    return _json({**values, SEAL: hashlib.sha256(_json(values)).hexdigest()})


def _json(values: Mapping[str, Any]) -> bytes:
    """Return plain values as JSON."""
    return f"{json.dumps(values, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)}\n".encode()
