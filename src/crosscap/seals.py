"""The seal of a Parquet file: the checksums of its column chunks and a digest of its footer.

Parquet's own checksums leave out the headers of pages and the footer (schema, metadata, offsets). The seal stands right
before the footer, where no reader looks: a CRC-32 a column chunk, one of these, and the sha256 of the footer.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow.parquet as pq

from crosscap.faults import InputError

_TAIL = 8  # bytes at the end of a Parquet file: the footer's length, PAR1
_DIGEST = hashlib.sha256().digest_size
_CHECKSUM = np.dtype("<u4")
_MAGIC = b"PAR1"  # the first bytes of a Parquet file


def seal(file: BinaryIO) -> None:
    """Put the seal into a Parquet file that has none."""
    start = _footer_start(file)
    file.seek(start)
    footer = file.read()
    sums = [_checksum(file, *place) for _, _, place in _chunks(pq.read_metadata(file))]
    checksums = np.array(sums, _CHECKSUM).tobytes()
    file.seek(start)
    file.write(checksums + _sum_of(checksums) + hashlib.sha256(footer).digest() + footer)


def check_chunks(
    path: Path,
    columns: Collection[str] | None = None,
    *,
    groups: Collection[int] | None = None,
    footer: pq.FileMetaData | None = None,
) -> None:
    """Compare some columns and row groups, all where None, of a file that `write_blocks` wrote with their checksums.

    Raises:
        InputError: they are damaged.
    """
    chunks = list(_chunks(footer or pq.read_metadata(path)))
    with path.open("rb") as file:
        intact = file.read(len(_MAGIC)) == _MAGIC
        size = _CHECKSUM.itemsize * len(chunks)
        file.seek(_footer_start(file) - _DIGEST - _CHECKSUM.itemsize - size)
        checksums, of_checksums = file.read(size), file.read(_CHECKSUM.itemsize)
        intact &= _sum_of(checksums) == of_checksums
        for expected, (group, column, place) in zip(np.frombuffer(checksums, _CHECKSUM), chunks, strict=True):
            if (columns is None or column in columns) and (groups is None or group in groups):
                intact = intact and _checksum(file, *place) == expected
    if not intact:
        raise InputError(f"{path}: damaged; restore it or make it again")


def footer_intact(path: Path) -> bool:
    """Tell whether the footer is the one that was written, by the digest before it."""
    with path.open("rb") as file:
        file.seek(_footer_start(file) - _DIGEST)
        digest, footer = file.read(_DIGEST), file.read()
    return hashlib.sha256(footer).digest() == digest


def _chunks(footer: pq.FileMetaData) -> Iterator[tuple[int, str, tuple[int, int]]]:
    """Yield the row group and the column of each column chunk, and where it is: its start and size in bytes."""
    for group in range(footer.num_row_groups):
        row_group = footer.row_group(group)
        for number in range(footer.num_columns):
            chunk = row_group.column(number)
            starts = [chunk.data_page_offset, *[chunk.dictionary_page_offset] * chunk.has_dictionary_page]
            yield group, chunk.path_in_schema.partition(".")[0], (min(starts), chunk.total_compressed_size)


def _checksum(file: BinaryIO, start: int, size: int) -> int:
    """Return the CRC-32 of a part of a file."""
    file.seek(start)
    return zlib.crc32(file.read(size))


def _sum_of(checksums: bytes) -> bytes:
    """Return the checksum of checksums, as it is stored."""
    return np.array([zlib.crc32(checksums)], _CHECKSUM).tobytes()


def _footer_start(file: BinaryIO) -> int:
    """Return where the footer of a Parquet file begins, as its last eight bytes say."""
    size = file.seek(0, os.SEEK_END)
    file.seek(-_TAIL, os.SEEK_END)
    return size - _TAIL - int.from_bytes(file.read(4), "little")
