"""What must hold of a fastText model's file before fastText opens it: on a damaged one it reads beyond its memory.

The layout is that of fastText 0.9 (``FastText::saveModel``), without the quantisation of its ``.ftz`` files.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import NamedTuple

from crosscap.faults import InputError

MAGIC, VERSION = 793712314, 12
_HEADER = struct.Struct("<2i 12i d 3i 2q")  # magic, version; settings; numbers of words and tokens
_MATRIX = struct.Struct("<?2q")  # whether quantised, rows, columns
_AFTER_WORD = 9  # bytes: its count and kind
_MOST = 10**14  # occurrences of a word
_NOT_PRUNED = -1
_WORD_VECTORS = (1, 2)  # kinds of model, cbow and skip-gram; the third one classifies
_FLOAT = 4


class _Header(NamedTuple):
    """The numbers that the sizes of a model's parts follow from."""

    dimension: int
    bucket: int
    words: int


def check_model_file(path: Path) -> None:
    """Check that a ``.bin`` file's numbers are possible, and that it is as long as they say.

    Raises:
        InputError: it is not.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; check vectors.files (--vectors)")
    if path.stat().st_size < _HEADER.size:
        raise _refusal(path, "it is too short for one")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        header = _read_header(path, data)
        place = _after_words(path, data, header.words)
        inner = header.words + header.bucket
        for name, rows in (("first", inner), ("second", header.words)):
            place = _after_matrix(path, data, place, name=name, rows=rows, columns=header.dimension)
        if place != len(data):
            raise _refusal(path, f"{len(data):,} bytes instead of {place:,}")


def _read_header(path: Path, data: mmap.mmap) -> _Header:
    """Return the header's numbers, of which none is beyond what a model can have."""
    magic, version, *numbers = _HEADER.unpack_from(data)
    if (magic, version) != (MAGIC, VERSION):
        raise _refusal(path, "it does not begin as one of version 0.9 does")
    dimension, kind, bucket, longest = numbers[0], numbers[7], numbers[8], numbers[10]
    entries, words, labels, pruned = numbers[13], numbers[14], numbers[15], numbers[17]
    if kind not in _WORD_VECTORS or labels or pruned != _NOT_PRUNED:
        raise _refusal(path, "it is quantised or classifies texts")
    if dimension < 1 or words < 1 or words != entries:
        raise _refusal(path, f"{words:,} words of dimension {dimension:,}")
    if bucket < 0 or (longest > 0 and not bucket):
        raise _refusal(path, f"{bucket:,} subwords")
    return _Header(dimension, bucket, words)


def _after_words(path: Path, data: mmap.mmap, words: int) -> int:
    """Return where the words end, each of them UTF-8 and a NUL, its count and its kind.

    fastText sums the counts, and never ends where it builds a tree of such as are beyond `_MOST`.
    """
    place = _HEADER.size
    for number in range(1, words + 1):
        end = data.find(b"\0", place)
        if end < 0 or end + _AFTER_WORD >= len(data):
            raise _refusal(path, f"cut short at word {number:,} of {words:,}")
        try:
            data[place:end].decode()
        except UnicodeDecodeError:
            raise _refusal(path, f"word {number:,} is not UTF-8") from None
        if not 0 <= int.from_bytes(data[end + 1 : end + _AFTER_WORD], "little", signed=True) <= _MOST:
            raise _refusal(path, f"the count of word {number:,} is impossible")
        place = end + 1 + _AFTER_WORD
    return place


def _after_matrix(path: Path, data: mmap.mmap, place: int, *, name: str, rows: int, columns: int) -> int:
    """Return where a matrix of numbers ends."""
    end = place + _MATRIX.size + _FLOAT * rows * columns
    if end > len(data):
        raise _refusal(path, f"cut short, {len(data):,} bytes where its {name} matrix ends at {end:,}")
    if _MATRIX.unpack_from(data, place) != (False, rows, columns):
        raise _refusal(path, f"its {name} matrix is not of {rows:,} x {columns:,} plain numbers")
    return end


def _refusal(path: Path, problem: str) -> InputError:
    """Return the error to raise."""
    return InputError(f"{path}: not a whole fastText model of word vectors ({problem}); download the file again")
