"""Files of word vectors: small ones are read whole, of large ones the header, the beginning and the end."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crosscap.faults import Faults
from crosscap.text.model_files import check_model_file
from crosscap.text.vector_files import REMEDY, read_file_words, read_vector_file
from crosscap.text.vectors import first_words, select_vectors
from crosscap.text.vocabulary import SPECIALS

WHOLE = 200_000_000  # bytes; larger files take minutes
ENDS = 1 << 20  # bytes read of each end of a larger one


def check_vectors(path: Path, words: Sequence[str]) -> tuple[int, np.ndarray | None]:
    """Check a file; return the dimension and which of the words have a vector, None of a file that is not read whole.

    Shapes:
        result: the dimension; [V] bool.

    Raises:
        InputError: the file cannot be used.
    """
    large = path.stat().st_size >= WHOLE
    if path.suffix == ".bin" and large:
        check_model_file(path)
        return _model_dimension(path), None
    if large and path.suffix in (".vec", ".gz"):
        return _check_ends(path), None
    if path.name.endswith((".vec", ".vec.gz")):
        vectors, known = read_vector_file(path, words)
        return vectors.shape[1], known
    vectors, known = select_vectors(path, [*SPECIALS, *words], seed=0)
    return vectors.shape[1], known[len(SPECIALS) :]


def own_words(path: Path, count: int) -> list[str]:
    """Return the first words of a file, to check it by where the captions' words are not known.

    Raises:
        InputError: the file cannot be used.
    """
    return first_words(path, count) if path.suffix == ".bin" else read_file_words(path, count)


def _model_dimension(path: Path) -> int:
    """Return the dimension that a model's header tells, which has been checked: its third number of four bytes."""
    with path.open("rb") as file:
        return int.from_bytes(file.read(12)[8:], "little")


def _check_ends(path: Path) -> int:
    """Check the rows at both ends of a text file, or at the beginning of a compressed one; return the dimension."""
    read_file_words(path, 1)  # the header is one, and the file can be opened
    faults = Faults()
    dimension = _first_rows(path, faults) if path.suffix == ".gz" else _both_ends(path, faults)
    faults.raise_any()
    return dimension


def _first_rows(path: Path, faults: Faults) -> int:
    """Check the first rows of a compressed file, whose end is not to be had without all before it."""
    with gzip.open(path) as file:
        dimension = int(file.readline().split()[1])
        _check_rows(file.read(ENDS).split(b"\n")[:-1], dimension, path, first_line=2, faults=faults)
    return dimension


def _both_ends(path: Path, faults: Faults) -> int:
    """Check the rows at both ends of a file, and that it ends with a line's end."""
    with path.open("rb") as file:
        dimension = int(file.readline().split()[1])
        _check_rows(file.read(ENDS).split(b"\n")[:-1], dimension, path, first_line=2, faults=faults)
        file.seek(-ENDS, 2)
        *rows, rest = file.read().split(b"\n")[1:]
    _check_rows(rows, dimension, path, first_line=None, faults=faults)
    if rest:
        faults.add("D-312", path, None, f"the last row is not ended; {REMEDY}")
    return dimension


def _check_rows(rows: Sequence[bytes], dimension: int, path: Path, *, first_line: int | None, faults: Faults) -> None:
    """Note rows without as many finite numbers as the dimension; lines near the end of a file are not counted."""
    for place, row in enumerate(rows):
        numbers = row.rstrip(b" \r").split(b" ")[1:]
        line = None if first_line is None else first_line + place
        if len(numbers) != dimension:
            faults.add("D-311", path, line, f"{len(numbers)} numbers, expected {dimension}; {REMEDY}")
            continue
        try:
            finite = np.isfinite(np.array(numbers, dtype=np.float32)).all()
        except ValueError as error:
            faults.add("D-313", path, line, f"not a number: {error}; {REMEDY}")
            continue
        if not finite:
            faults.add("D-314", path, line, f"holds NaN or infinity; {REMEDY}")
