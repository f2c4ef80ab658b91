"""Parquet files that are written whole, sealed, and read verified; vectors pass a block of rows at a time.

A flipped bit in a Parquet file reads back silently by default, hence the seal (`crosscap.seals`). Features of
regions are larger than many machines' memory: what is written may be an array that is read from disk as it is indexed
(`Rows`), and what is read may be some rows only (`StoredMatrix`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crosscap.faults import InputError
from crosscap.files import whole_file
from crosscap.seals import check_chunks, footer_intact, seal

BLOCK = 2**23  # bytes of vectors that are written or read at once; Parquet takes several times as much meanwhile


class Rows(Protocol):
    """An array [rows, ...], in memory or on disk, of which a slice or an array of row numbers takes some rows."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of rows, and the shape of one."""

    def __getitem__(self, rows: Any, /) -> np.ndarray:
        """Return some rows."""


def row_blocks(rows: Rows) -> Iterator[slice]:
    """Yield slices of consecutive rows, `BLOCK` bytes in float32 or a single row each; one where there are no rows."""
    count, *width = rows.shape
    step = max(1, BLOCK // (4 * max(1, prod(width))))
    for start in range(0, max(1, count), step):
        yield slice(start, min(start + step, count))


class StoredMatrix:
    """The vectors of a table that stay on disk: float32 [rows, width]; what is indexed is read, a block at a time."""

    def __init__(self, path: Path, column: str) -> None:
        with opened(path) as file:
            self._footer = file.metadata  # parsed once: it grows with the number of blocks
            groups = [self._footer.row_group(number).num_rows for number in range(file.num_row_groups)]
            self.shape: tuple[int, ...] = (sum(groups), file.schema_arrow.field(column).type.list_size)
        self._path, self._column, self._starts = path, column, np.cumsum([0, *groups])
        self._checked: set[int] = set()  # row groups that were read before

    def __getitem__(self, rows: Any) -> np.ndarray:
        """Read some rows, in their order, into an array of the caller's own.

        Raises:
            InputError: the file is damaged, or one of the vectors holds NaN or infinity.
        """
        wanted = np.arange(self.shape[0])[rows]
        order = np.argsort(wanted, kind="stable")
        matrix = np.empty((len(wanted), self.shape[1]), dtype=np.float32)
        finite = np.ones(len(wanted), dtype=bool)
        with opened(self._path, footer=self._footer) as file:
            bounds = np.searchsorted(wanted, self._starts, sorter=order)
            for group in np.flatnonzero(np.diff(bounds)).tolist():
                places = order[bounds[group] : bounds[group + 1]]
                block = self._read_group(file, group)[wanted[places] - self._starts[group]]
                matrix[places], finite[places] = block, np.isfinite(block).all(axis=1)
        if not finite.all():
            bad = wanted[~finite]
            raise InputError(
                f"{self._path}: {len(bad)} of {len(wanted)} vectors hold NaN or infinity, first in row {bad.min()}"
            )
        return matrix

    def _read_group(self, file: pq.ParquetFile, group: int) -> np.ndarray:
        """Return the vectors of a row group: [rows, width]."""
        if group not in self._checked:
            check_chunks(self._path, [self._column], groups=[group], footer=self._footer)
            self._checked.add(group)
        column = file.read_row_group(group, columns=[self._column]).column(0).combine_chunks()
        vectors: np.ndarray = column.flatten().to_numpy().reshape(-1, self.shape[1])
        return vectors


def write_blocks(blocks: Iterable[pa.Table], path: Path, *, schema: pa.Schema) -> None:
    """Write tables of one schema behind one another, a row group each: all of them or nothing."""
    vectors = [field.name for field in schema if pa.types.is_fixed_size_list(field.type)]
    # numbers that hardly repeat make a dictionary of values useless; it would cost a megabyte a block
    dictionary = [name for name in schema.names if name not in vectors] if vectors else True
    settings = {"write_page_checksum": True, "compression": "none", "use_dictionary": dictionary}
    with whole_file(path) as file:
        with pq.ParquetWriter(file, schema, **settings) as writer:
            for block in blocks:
                writer.write_table(block)
        seal(file)


def read_columns(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Read columns of a Parquet file, all where None, with the page checksums verified.

    Raises:
        InputError: the file is missing or damaged.
    """
    with _damage_named(path):
        return pq.read_table(path, columns=columns, page_checksum_verification=True, partitioning=None)


def read_sealed_metadata(path: Path) -> dict[str, str]:
    """Return the metadata of a file that `write_blocks` wrote.

    Raises:
        InputError: the file is missing, damaged, or of another writer.
    """
    with _damage_named(path):
        intact = footer_intact(path)
    if not intact:
        raise InputError(f"{path}: damaged, or not a table that Crosscap wrote; restore it or make it again")
    raw = pq.read_schema(path).metadata or {}
    return {key.decode(): value.decode() for key, value in raw.items()}


@contextmanager
def opened(path: Path, *, footer: pq.FileMetaData | None = None) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file whose pages are verified as they are read.

    Raises:
        InputError: the file is missing or damaged.
    """
    with _damage_named(path), pq.ParquetFile(path, metadata=footer, page_checksum_verification=True) as file:
        yield file


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Raise an `InputError` that names the file where Parquet's reader cannot make sense of it."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        remedy = "restore it or make it again: crosscap verify names the command"
        raise InputError(f"{path}: damaged or cut off ({error}); {remedy}") from error
