"""Translations of the hub's training captions that were made elsewhere.

A .txt file (or .txt.gz) has a line for each of these captions, in the order of the table `captions`. A .csv, .tsv,
.jsonl or .parquet file has the column caption, and either image and position (an image's captions count from 0) or
source, the text that was translated. It may hold more than is asked for, such as captions of other splits.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from crosscap.faults import Faults
from crosscap.readers.checks import CaptionRow, check_captions, quote, quote_all
from crosscap.readers.files import Row, Rows, read_lines, read_rows

LINES = (".txt", ".gz")
KEYS = (("image", "position"), ("source",))  # what may tell which caption is translated, the best first


def read_translations(path: Path, source: pd.DataFrame, *, language: str) -> list[str]:
    """Return the translation of each caption of `source`, a table `captions`, in its order.

    Raises:
        InputError: captions have no translation or several, or a translation cannot be used; all faults are listed.
    """
    faults = Faults()
    found = _from_lines(path, source, faults) if path.suffix in LINES else _from_rows(path, source, faults)
    faults.raise_any()
    rows = [
        CaptionRow(str(path), line, image, language, text, "machine")
        for (line, text), image in zip(found, source["image_id"], strict=True)
    ]
    texts = check_captions(rows, faults)
    faults.raise_any()
    return texts


def _from_lines(path: Path, source: pd.DataFrame, faults: Faults) -> list[tuple[int, str]]:
    """Return each line with its number; there must be as many as captions."""
    lines = read_lines(path, faults)
    if lines is not None and len(lines) != len(source):
        message = f"{len(lines):,} lines for {len(source):,} training captions; give a line for each, in their order"
        faults.add("D-140", path, None, message)
    return list(enumerate(lines or [], start=1))


def _from_rows(path: Path, source: pd.DataFrame, faults: Faults) -> list[tuple[int, str]]:
    """Return the translation of each caption with its line, found by what the file's columns tell."""
    table = read_rows(path, faults)
    columns = next((keys for keys in KEYS if {*keys, "caption"} <= set(table.columns)), None)
    if columns is None:
        if not faults.found:
            message = f"columns found: {quote_all(table.columns)}; give caption, and image and position or source"
            faults.add("D-105", path, None, message)
        return []
    wanted = _wanted(source, columns)
    given = _by_key(table, columns, path=path, wanted=set(wanted), faults=faults)
    missing = [key for key in wanted if key not in given]
    if missing:
        shown = quote_all([" ".join(key) for key in missing])
        message = f"no translation of {len(missing):,} of {len(wanted):,} training captions: {shown}; add them"
        faults.add("D-141", path, None, message)
        return []
    return [given[key] for key in wanted]


def _wanted(source: pd.DataFrame, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """Return what each caption is found by."""
    if columns == KEYS[0]:
        return list(zip(source["image_id"], source["position"].astype(str), strict=True))
    return [(text,) for text in source["text"]]


def _by_key(
    table: Rows, columns: Sequence[str], *, path: Path, wanted: set[tuple[str, ...]], faults: Faults
) -> Mapping[tuple[str, ...], tuple[int, str]]:
    """Return the line and text of each wanted caption; note captions that are translated in two ways."""
    found: dict[tuple[str, ...], tuple[int, str]] = {}
    for row in table.rows:
        key = tuple(_cell(row, column) for column in columns)
        if key not in wanted:
            continue
        earlier, text = found.setdefault(key, (row.line, _cell(row, "caption")))
        if text != _cell(row, "caption"):
            message = f"{quote(' '.join(key))} is translated otherwise in line {earlier}; remove one of the two"
            faults.add("D-142", path, row.line, message)
    return found


def _cell(row: Row, column: str) -> str:
    """Return a cell as text, "" where it is empty; a position may be a number, 0 or 0.0."""
    value = row.cells.get(column)
    if value is None or value != value:  # NaN, which only differs from itself
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFC", str(value)).strip() if column == "source" else str(value).strip()
