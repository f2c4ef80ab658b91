"""Reading and writing the tables that travel between the stages (`crosscap.schemas`), as Parquet (`crosscap.parquet`).

Every table is checked on write and on read. A table with vectors keeps them in one fixed-width column, which
`write_table` takes and `read_matrix` returns as an array of shape [rows, width]; `open_matrix` leaves it on disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from crosscap.faults import InputError
from crosscap.parquet import (
    Rows,
    StoredMatrix,
    read_columns,
    read_sealed_metadata,
    row_blocks,
    write_blocks,
)
from crosscap.schemas import TABLES, VECTOR, matrix_column
from crosscap.seals import check_chunks

FORMAT = "2"

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
    matrix: Rows | None = None,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write `frame` as the table `name`: all of it or nothing, with page checksums and the format's version.

    Of a `matrix` on disk, a block of rows is in memory at a time.

    Shapes:
        matrix: [rows of frame, ...], each row written flat in the table's vector column.

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
    if matrix is not None and (len(matrix.shape) < 2 or matrix.shape[0] != len(frame)):
        raise ValueError(f"table {name}: {len(frame)} rows but a matrix of shape {matrix.shape}")
    plain = {column: _plain_array(frame[column], columns[column], name=name) for column in expected}
    types = _TYPES if matrix is None else _TYPES | {VECTOR: pa.list_(pa.float32(), prod(matrix.shape[1:]))}
    described = {"crosscap.table": name, "crosscap.format": FORMAT, **(metadata or {})}
    schema = pa.schema([(column, types[kind]) for column, kind in columns.items()], metadata=described)
    write_blocks(_blocks(schema, plain, vector, matrix), Path(path), schema=schema)


def read_table(path: str | Path, *, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read the table `name` without its vector column, which only `read_matrix` reads.

    Raises:
        InputError: the file is missing, damaged, another table or of another format.
    """
    _require(path, name)
    scalar = [column for column in TABLES[name] if column != matrix_column(name)]
    chosen = list(columns) if columns else scalar
    check_chunks(Path(path), chosen)
    frame: pd.DataFrame = read_columns(Path(path), chosen).to_pandas()
    return frame


def read_matrix(path: str | Path, *, name: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Read the table `name` as a frame of its plain columns and a float32 array [rows, width] of its vectors.

    Raises:
        InputError: as `read_table`, or a vector holds NaN or infinity.
    """
    frame, stored = open_matrix(path, name=name)
    return frame, stored[:]


def open_matrix(path: str | Path, *, name: str) -> tuple[pd.DataFrame, StoredMatrix]:
    """Read the plain columns of the table `name`, and leave its vectors on disk until rows of them are asked for.

    Raises:
        InputError: as `read_table`.
    """
    vector = matrix_column(name)
    if vector is None:
        raise ValueError(f"table {name} has no vector column")
    return read_table(path, name=name), StoredMatrix(Path(path), vector)


def read_metadata(path: str | Path) -> dict[str, str]:
    """Return what the writer said of a table, such as the backbone of a features table.

    Raises:
        InputError: the file is missing, damaged or not a table of Crosscap's.
    """
    return read_sealed_metadata(Path(path))


def read_foreign(path: str | Path) -> pd.DataFrame:
    """Read a Parquet file that Crosscap did not write, such as a user's captions, without looking at pandas' notes.

    Raises:
        InputError: the file is missing or not readable Parquet.
    """
    table = read_columns(Path(path)).replace_schema_metadata()
    try:
        table.validate(full=True)  # texts that are not UTF-8 would be noticed much later
        frame: pd.DataFrame = table.to_pandas()
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise InputError(f"{path}: holds damaged values ({error}); restore it or make it again") from error
    return frame


def _plain_array(values: pd.Series, kind: str, *, name: str) -> pa.Array:
    """Return a plain column as Arrow's, without missing values."""
    array = pa.array(values, type=_TYPES[kind], from_pandas=kind != "float64")
    if array.null_count:
        raise ValueError(f"table {name}: {array.null_count} missing values in column {values.name}")
    return array


def _blocks(
    schema: pa.Schema, plain: Mapping[str, pa.Array], vector: str | None, matrix: Rows | None
) -> Iterator[pa.Table]:
    """Yield a table whole, or where it has vectors, a block of rows at a time."""
    if vector is None or matrix is None:
        yield pa.table(dict(plain), schema=schema)
        return
    for rows in row_blocks(matrix):
        of_rows = {column: array[rows] for column, array in plain.items()}
        yield pa.table({**of_rows, vector: _vector_array(matrix[rows], schema.field(vector).type)}, schema=schema)


def _vector_array(matrix: np.ndarray, kind: pa.FixedSizeListType) -> pa.Array:
    """Return the rows of `matrix` as an Arrow column of fixed-width vectors, without copying float32 data."""
    if not np.isfinite(matrix).all():
        raise ValueError("the matrix holds NaN or infinity")
    flat = np.ascontiguousarray(matrix, dtype=np.float32).reshape(-1)  # [rows * width]
    return pa.FixedSizeListArray.from_arrays(pa.array(flat), kind.list_size)


def _require(path: str | Path, name: str) -> None:
    """Refuse a file that is not the table `name` in our format."""
    described = read_metadata(path)
    found = (described.get("crosscap.table"), described.get("crosscap.format"))
    if found != (name, FORMAT):
        raise InputError(
            f"{path}: expected the table {name} in format {FORMAT}, found {found[0]} in format {found[1]}; "
            "remove the file and run the workflow again"
        )
