r"""Text files and tables of a data set as lines and rows, with every fault noted under its file and line.

Lines end with \n or \r\n and nothing else: captions may hold U+0085 or U+2028, at which `str.splitlines` would break.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from crosscap.faults import Faults
from crosscap.readers.checks import quote
from crosscap.tables import read_foreign

LARGEST_TEXT = 2**31  # bytes out of a .gz file, of which a small one can make thousands of times its own size


class Row(NamedTuple):
    """A row of a user's table: its line (in Parquet: its number, from 1) and its cells by column."""

    line: int
    cells: Mapping[str, object]


class Rows(NamedTuple):
    """A user's table."""

    columns: list[str]
    rows: list[Row]


def read_lines(path: Path, faults: Faults) -> list[str] | None:
    """Read a UTF-8 text file, plain or .gz, as its lines without their ends; None where it cannot be read."""
    text = _read_text(path, faults)
    return None if text is None else _split_lines(text)


def read_json(path: Path, faults: Faults) -> dict[str, Any] | list[Any] | None:
    """Read a JSON file, plain or .gz, that holds an object or a list; None where it cannot be read."""
    text = _read_text(path, faults)
    if text is None:
        return None
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"not valid JSON from here on ({error.msg}); download or copy the file again"
        faults.add("D-104", path, error.lineno, message)
        return None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, or brackets without end
        faults.add("D-104", path, None, f"not JSON that can be read ({error}); download or copy the file again")
        return None
    if isinstance(data, dict | list):
        return data
    faults.add("D-104", path, None, f"holds {quote(str(data))} where an object or a list belongs; restore the file")
    return None


def read_rows(path: Path, faults: Faults) -> Rows:
    """Read a table from a .csv, .tsv, .jsonl or .parquet file.

    In .csv, fields that hold commas, quotes or line breaks are in double quotes. In .tsv, quotes are plain characters:
    a row is a line, and no field can hold a tab or a line break.

    Raises:
        InputError: a Parquet file is missing or damaged.
    """
    ending = path.suffix.lower()
    if ending == ".parquet":
        return _read_parquet(path)
    if ending not in (".csv", ".tsv", ".jsonl"):
        faults.add("D-107", path, None, f"the file's kind {ending!r} is not known; give .csv, .tsv, .jsonl or .parquet")
        return Rows([], [])
    text = _read_text(path, faults) or ""
    if ending == ".jsonl":
        return _read_jsonl(text, path, faults)
    return _read_separated(text, path, faults)


def _read_text(path: Path, faults: Faults) -> str | None:
    """Return a file's text without a byte order mark; None where the file cannot be read at all."""
    try:
        data = path.read_bytes()
    except OSError as error:
        faults.add("D-101", path, None, f"cannot be read ({error.strerror}); restore the file or correct the setting")
        return None
    if path.suffix == ".gz":
        try:
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(LARGEST_TEXT + 1)
        except (EOFError, OSError, zlib.error) as error:
            faults.add("D-102", path, None, f"cut short or damaged ({error}); download or copy the file again")
            return None
        if len(data) > LARGEST_TEXT:
            faults.add("D-108", path, None, f"unpacks to more than {LARGEST_TEXT:,} bytes; is it the right file?")
            return None
    return _decode(data, path, faults)


def _decode(data: bytes, path: Path, faults: Faults) -> str:
    """Decode UTF-8; note each line that is not, and go on with replacement characters to find further faults."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        for number, line in enumerate(data.split(b"\n"), start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                byte = f"0x{line[error.start]:02x} at byte {error.start + 1} of the line"
                faults.add("D-103", path, number, f"not valid UTF-8 ({byte}); save the file as UTF-8")
        return data.decode("utf-8-sig", errors="replace")


def _split_lines(text: str) -> list[str]:
    """Return the lines of a text; the last one may lack its end."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if lines[-1] == "" else lines


def _read_separated(text: str, path: Path, faults: Faults) -> Rows:
    """Read rows under a header, noting lines with broken quotes or another number of fields than the header."""
    records = _records(text, path, faults)
    _, columns = next(records, (1, []))
    rows = []
    for line, fields in records:
        if len(fields) == len(columns):
            rows.append(Row(line, dict(zip(columns, fields, strict=True))))
        else:
            counts = f"{len(fields)} fields where the header has {len(columns)}"
            hint = "put a caption with commas in double quotes" if path.suffix.lower() == ".csv" else "check its tabs"
            faults.add("D-104", path, line, f"{counts}; {hint}")
    return Rows(columns, rows)


def _records(text: str, path: Path, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank with its first line; note those that cannot be parsed and go on."""
    stream = io.StringIO(text, newline="")
    tabs = path.suffix.lower() == ".tsv"
    reader = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if tabs else csv.reader(stream, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = f"cannot be read ({error}); check the double quotes from here on: they come in pairs"
            faults.add("D-104", path, line, message)
            continue
        if fields:
            yield line, fields


def _read_jsonl(text: str, path: Path, faults: Faults) -> Rows:
    """Read one JSON object a line; the columns are all names that occur."""
    rows = []
    for line, content in enumerate(_split_lines(text), start=1):
        if not content.strip():
            continue
        try:
            values = json.loads(content)
        except (ValueError, RecursionError):
            values = None
        if isinstance(values, dict):
            rows.append(Row(line, values))
        else:
            faults.add("D-104", path, line, f"{quote(content)} is not a JSON object; write one object a line")
    return Rows(list(dict.fromkeys(name for row in rows for name in row.cells)), rows)


def _read_parquet(path: Path) -> Rows:
    """Read a Parquet file that any program may have written."""
    frame = read_foreign(path)
    columns = [str(column) for column in frame.columns]
    records = enumerate(frame.itertuples(index=False, name=None), start=1)
    return Rows(columns, [Row(number, dict(zip(columns, values, strict=True))) for number, values in records])
