"""Word vectors from files in fastText's text format: a line ``N D``, then a word and D numbers a line.

Files hold millions of words, a vocabulary thousands: of a line whose word is not wanted nothing but the word is looked
at, so its faults pass; the number of lines is always checked. Words are compared as bytes and only the space separates,
so words may hold any other white space.
"""

from __future__ import annotations

import gzip
import logging
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from crosscap.faults import Faults, InputError

logger = logging.getLogger(__name__)

BUFFER_BYTES = 1 << 20  # a line has thousands of bytes: Python's 8 KiB would be refilled every few lines
LONGEST_LINE = 1 << 24  # bytes; a small .gz file can hold gigabytes without an end of a line
_DIGITS = 18  # of a number in the header
LARGEST_DIMENSION = 10_000  # of word vectors; published ones have 300
REMEDY = "download the file again"


def read_vector_file(path: Path, words: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Read the vectors of `words` from a ``.vec`` or ``.vec.gz`` file; a word that the file repeats has its first one.

    Shapes:
        result: [V, D] float32, zeros for words that the file lacks; [V] bool, which words it has.

    Raises:
        InputError: the file is missing, malformed (all faults at once), cut short, or has none of the words.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; check vectors.files (--vectors)")
    faults = Faults()
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb", buffering=BUFFER_BYTES) as file:
            vectors, known = _read_rows(cast(BinaryIO, file), path, words, faults)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path}: cut short or damaged ({error}); {REMEDY}") from error
    faults.raise_any()
    if not known.any():
        raise InputError(f"{path}: has none of the {len(words)} words (0 % coverage); check its language and case")
    return vectors, known


def read_file_words(path: Path, count: int) -> list[str]:
    """Read the first words of a ``.vec`` or ``.vec.gz`` file.

    Raises:
        InputError: the file is missing or cut short, its header is not one, or a word is not UTF-8.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; check vectors.files (--vectors)")
    words = []
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb", buffering=BUFFER_BYTES) as file:
            _read_header(file.readline(LONGEST_LINE), path)
            for line in islice(bounded_lines(cast(BinaryIO, file), path), count):
                words.append(line[: line.find(b" ")].decode())
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path}: cut short or damaged ({error}); {REMEDY}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}:{len(words) + 2}: the word is not UTF-8; {REMEDY}") from error
    return words


def bounded_lines(file: BinaryIO, path: Path) -> Iterator[bytes]:
    """Yield the lines of a file with their ends.

    Raises:
        InputError: a line is so long that it is none.
    """
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise InputError(f"{path}: has a line of more than {LONGEST_LINE:,} bytes; {REMEDY}")
        yield line


def _read_rows(file: BinaryIO, path: Path, words: Sequence[str], faults: Faults) -> tuple[np.ndarray, np.ndarray]:
    """Read the header and the rows; what is wrong goes to `faults`."""
    count, dimension = _read_header(file.readline(LONGEST_LINE), path)
    wanted = {word.encode(): position for position, word in enumerate(words)}
    vectors, known = np.zeros((len(words), dimension), dtype=np.float32), np.zeros(len(words), dtype=bool)
    rows = repeated = 0
    line = b"\n"
    for rows, line in enumerate(bounded_lines(file, path), start=1):
        position = wanted.get(line[: line.find(b" ")])
        if position is None:
            continue
        if known[position]:
            repeated += 1
            continue
        known[position] = True
        vector = _parse_row(line, path, rows + 1, faults)
        if len(vector) == dimension:
            vectors[position] = vector
        else:
            faults.add("D-311", path, rows + 1, f"{len(vector)} numbers, expected {dimension}; {REMEDY}")
    if repeated:
        logger.warning("%s: %d repetitions of words; the first vector of each is taken", path, repeated)
    if rows != count or not line.endswith(b"\n"):
        ending = "" if line.endswith(b"\n") else ", the last one not ended"
        faults.add("D-312", path, None, f"{rows} rows{ending}; the header says {count}; {REMEDY}")
    return vectors, known


def _read_header(line: bytes, path: Path) -> tuple[int, int]:
    """Return the number of rows and of columns that the first line gives."""
    fields = line.split()
    numbers = [int(field) for field in fields if field.isdigit() and len(field) <= _DIGITS]
    if len(fields) != 2 or len(numbers) != 2 or not 0 < numbers[1] <= LARGEST_DIMENSION:
        raise InputError(
            f"{path}:1: expected the number of words and the dimension, such as 2519370 300, "
            f"found {line[:40].decode(errors='replace')!r}; give a .vec file in fastText's format"
        )
    return numbers[0], numbers[1]


def _parse_row(line: bytes, path: Path, number: int, faults: Faults) -> np.ndarray:
    """Return a row's numbers; zeros, and a fault, where they are not usable."""
    fields = line.rstrip(b" \r\n").split(b" ")[1:]
    try:
        with np.errstate(over="ignore"):  # 1e99 becomes infinity, a fault below
            vector = np.array(fields, dtype=np.float32)
    except ValueError as error:
        faults.add("D-313", path, number, f"not a number: {error}; {REMEDY}")
        return np.zeros(len(fields), dtype=np.float32)
    if not np.isfinite(vector).all():
        faults.add("D-314", path, number, "holds NaN or infinity; correct or remove the row, and the header's count")
    elif not vector.any():
        faults.add("D-315", path, number, "all numbers are zero; remove the row, and lower the header's count by one")
    return vector
