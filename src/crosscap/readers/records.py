"""JSON files of a data set as lists of records, with every fault noted under its list and the number of its entry.

The files have no lines to speak of, so a place such as ``dataset_coco.json, images:12`` is the twelfth entry of a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from crosscap.faults import Faults
from crosscap.readers.checks import quote, quote_all
from crosscap.readers.files import read_json

_KINDS = {str: "text", int: "a whole number", list: "a list"}


class Record(NamedTuple):
    """An object of a JSON list: the list's place, the object's number in it from 1, and the object itself."""

    place: str
    number: int
    entry: Mapping[str, Any]


def read_records(path: Path, *, section: str | None, keys: Mapping[str, type], faults: Faults) -> list[Record]:
    """Read the list under the key `section` of a JSON file, or the file's own list, and return what can be used of it.

    `keys` are those that each entry must have, with the kinds of their values; further keys are ignored.
    """
    data = read_json(path, faults)
    if data is None:
        return []
    entries = data.get(section) if section and isinstance(data, dict) else None if section else data
    if not isinstance(entries, list):
        expected = f"an object whose key {section!r} holds a list" if section else "a list"
        faults.add("D-105", path, None, f"does not hold {expected}; is it another file of the data set?")
        return []
    place = f"{path}, {section}" if section else str(path)
    numbered = [(number, entry) for number, entry in enumerate(entries, start=1)]
    return [
        Record(place, number, entry) for number, entry in numbered if _is_usable(entry, place, number, keys, faults)
    ]


def clean_texts(values: Sequence[object], record: Record, *, name: str, faults: Faults) -> list[str]:
    """Return a record's captions, each on one line with single spaces; note values that are not text.

    The published files hold captions with line breaks and with spaces at their ends; they are no fault of the user's.
    """
    texts = []
    for value in values:
        if isinstance(value, str):
            texts.append(" ".join(value.split()))
        else:
            message = f"{name} holds {quote(str(value))}, which is not text; write it as text"
            faults.add("D-104", record.place, record.number, message)
    return texts


def _is_usable(entry: object, place: str, number: int, keys: Mapping[str, type], faults: Faults) -> bool:
    """Return whether an entry is an object with all `keys`, of their kinds; note what is wrong."""
    if not isinstance(entry, dict):
        faults.add("D-104", place, number, f"{quote(str(entry))} is not an object with keys; restore the file")
        return False
    if absent := [key for key in keys if key not in entry]:
        found = quote_all([str(key) for key in entry])
        faults.add("D-105", place, number, f"no key {' and '.join(absent)} (keys found: {found}); restore the file")
        return False
    wrong = [key for key, kind in keys.items() if type(entry[key]) is not kind]
    for key in wrong:
        expected = f"{key} is {quote(str(entry[key]))}, which is not {_KINDS[keys[key]]}"
        faults.add("D-104", place, number, f"{expected}; restore the file")
    return not wrong
