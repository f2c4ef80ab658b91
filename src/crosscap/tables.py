"""Reading and writing the tables that travel between the stages (`crosscap.schemas`), as Parquet.

Every table is checked on write and on read. A flipped bit in a Parquet file reads back silently by default, so pages
carry checksums, and a digest of the footer (schema, metadata, offsets), which Parquet does not protect, stands right
before it, where no reader looks. A table with vectors keeps them in one fixed-width column, which `write_table` takes
and `read_matrix` returns as an array of shape [rows, width].
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crosscap.faults import InputError
from crosscap.files import atomic_write
from crosscap.schemas import TABLES, VECTOR, matrix_column

FORMAT = "1"
_TAIL = 8  # bytes at the end of a Parquet file: the footer's length, PAR1
_DIGEST = hashlib.sha256().digest_size

_TYPES = {
    "str": pa.string(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "list<str>": pa.list_(pa.string()),
}


def write_table(
    frame: pd.DataFrame,
    path: str | Path,
    *,
    name: str,
    matrix: np.ndarray | None = None,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write `frame` as the table `name`: all of it or nothing, with page checksums and the format's version.

    Shapes:
        matrix: [rows of frame, width], written as the table's vector column.

    Raises:
        ValueError: the columns, types or lengths are not those of the table, or a value is missing or not finite.
    """
    columns = TABLES[name]
    vector = matrix_column(name)
    expected = [column for column in columns if column != vector]
    if list(frame.columns) != expected:
        raise ValueError(f"table {name} has the columns {expected}, not {list(frame.columns)}")
    if (matrix is not None) != (vector is not None):
        raise ValueError(f"table {name} {'needs a matrix' if vector else 'has no vector column'}")
    arrays: dict[str, pa.Array] = {}
    for column, kind in columns.items():
        if kind == VECTOR:
            assert matrix is not None
            arrays[column] = _vector_array(matrix, rows=len(frame), name=name)
        else:
            arrays[column] = pa.array(frame[column], type=_TYPES[kind], from_pandas=kind != "float64")
            if arrays[column].null_count:
                raise ValueError(f"table {name}: {arrays[column].null_count} missing values in column {column}")
    table = pa.table(arrays)
    described = {"crosscap.table": name, "crosscap.format": FORMAT, **(metadata or {})}
    _write_whole(table.replace_schema_metadata(described), Path(path))


def read_table(path: str | Path, *, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read the table `name` without its vector column, which only `read_matrix` reads.

    Raises:
        InputError: the file is missing, damaged, another table or of another format.
    """
    scalar = [column for column in TABLES[name] if column != matrix_column(name)]
    frame: pd.DataFrame = _read_arrow(path, name, list(columns) if columns else scalar).to_pandas()
    return frame


def read_matrix(path: str | Path, *, name: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Read the table `name` as a frame of its plain columns and a float32 array [rows, width] of its vectors.

    Raises:
        InputError: as `read_table`, or a vector holds NaN or infinity.
    """
    vector = matrix_column(name)
    if vector is None:
        raise ValueError(f"table {name} has no vector column")
    table = _read_arrow(path, name, list(TABLES[name]))
    column = table.column(vector).combine_chunks()
    matrix = np.array(column.flatten().to_numpy().reshape(len(column), column.type.list_size))  # [rows, width], our own
    bad = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
    if len(bad):
        raise InputError(f"{path}: {len(bad)} of {len(matrix)} vectors hold NaN or infinity, first in row {bad[0]}")
    return table.drop_columns([vector]).to_pandas(), matrix


def read_metadata(path: str | Path) -> dict[str, str]:
    """Return what the writer said of a table, such as the backbone of a features table.

    Raises:
        InputError: the file is missing, damaged or not a table of Crosscap's.
    """
    path = Path(path)
    with _damage_named(path):
        intact = _footer_intact(path)
    if not intact:
        raise InputError(f"{path}: damaged, or not a table that Crosscap wrote; restore it or make it again")
    raw = pq.read_schema(path).metadata or {}
    return {key.decode(): value.decode() for key, value in raw.items()}


def read_foreign(path: str | Path) -> pd.DataFrame:
    """Read a Parquet file that Crosscap did not write, such as a user's captions.

    Raises:
        InputError: the file is missing or not readable Parquet.
    """
    frame: pd.DataFrame = _read_verified(Path(path), None).to_pandas()
    return frame


def _write_whole(table: pa.Table, path: Path) -> None:
    """Serialise `table`, put the footer's digest before the footer, and put the file in place in one step."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, write_page_checksum=True, compression="none")
    data = memoryview(sink.getvalue())
    start = _footer_start(data[-_TAIL:], len(data))
    atomic_write(path, b"".join([data[:start], hashlib.sha256(data[start:]).digest(), data[start:]]))


def _footer_start(tail: bytes | memoryview, size: int) -> int:
    """Return where the footer of a Parquet file of `size` bytes begins, as its last eight bytes say."""
    return size - _TAIL - int.from_bytes(tail[:4], "little")


def _vector_array(matrix: np.ndarray, *, rows: int, name: str) -> pa.Array:
    """Return `matrix` as an Arrow column of fixed-width vectors, without copying float32 data."""
    if matrix.ndim != 2 or len(matrix) != rows:
        raise ValueError(f"table {name}: {rows} rows but a matrix of shape {matrix.shape}")
    if not np.isfinite(matrix).all():
        raise ValueError(f"table {name}: the matrix holds NaN or infinity")
    flat = np.ascontiguousarray(matrix, dtype=np.float32).reshape(-1)  # [rows * width]
    return pa.FixedSizeListArray.from_arrays(pa.array(flat), matrix.shape[1])


def _read_arrow(path: str | Path, name: str, columns: list[str]) -> pa.Table:
    """Read some columns of a table after checking that it is the table and format expected."""
    described = read_metadata(path)
    found = (described.get("crosscap.table"), described.get("crosscap.format"))
    if found != (name, FORMAT):
        raise InputError(
            f"{path}: expected the table {name} in format {FORMAT}, found {found[0]} in format {found[1]}; "
            "remove the file and run the workflow again"
        )
    return _read_verified(Path(path), columns)


def _footer_intact(path: Path) -> bool:
    """Tell whether the footer is the one that was written, by the digest before it."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(-_TAIL, os.SEEK_END)
        file.seek(_footer_start(file.read(), size) - _DIGEST)
        digest, footer = file.read(_DIGEST), file.read()
    return hashlib.sha256(footer).digest() == digest


def _read_verified(path: Path, columns: list[str] | None) -> pa.Table:
    """Read columns of a Parquet file, all where None, with the page checksums verified."""
    with _damage_named(path):
        return pq.read_table(path, columns=columns, page_checksum_verification=True, partitioning=None)


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Raise an `InputError` that names the file where Parquet's reader cannot make sense of it."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: not a readable Parquet file ({error}); restore it or make it again") from error
