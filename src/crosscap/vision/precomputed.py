"""Features that were computed elsewhere: a NumPy matrix with a list of names, or a Parquet file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
import pandas as pd

from crosscap.faults import InputError
from crosscap.parquet import row_blocks
from crosscap.tables import read_foreign

log = logging.getLogger(__name__)

KINDS = (np.float16, np.float32, np.float64)
# What NumPy raises on a damaged .npy file, the last four on its header, which is read as Python source.
DAMAGED = (ValueError, OSError, EOFError, SyntaxError, TokenError, RecursionError, OverflowError)


@dataclass(frozen=True)
class ChosenRows:
    """Rows of a matrix, in an order of our own, as float32: [N, ...]; a file's are read as they are indexed.

    A file is mapped anew each time, so that what was read before does not count as the process's memory.
    """

    matrix: Callable[[], np.ndarray]
    rows: np.ndarray
    shape: tuple[int, ...]

    def __getitem__(self, places: Any) -> np.ndarray:
        """Return some of the rows."""
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused
            return np.asarray(self.matrix()[self.rows[places]], dtype=np.float32)


def read_features(path: Path, ids: Sequence[str], *, item: str = "image") -> np.ndarray:
    """Return the features of `ids` as `open_features` finds them, in memory."""
    return open_features(path, ids, item=item)[:]


def open_features(path: Path, ids: Sequence[str], *, item: str = "image") -> ChosenRows:
    """Find and check the features of `ids`, in their order, float32 [N, F]; the file may hold more.

    A ``.npy`` matrix (float16, float32 or float64) has its names, a line a row, beside it in ``<stem>.txt`` or
    ``names.txt``; an array with three dimensions holds R regions an image, and so does what is returned: [N, R, F].
    It stays on disk. A ``.parquet`` file has the columns image_id and feature (a list of numbers). Features of other
    things than images have another `item`: captions are named in the column caption_id.

    Raises:
        InputError: the file cannot be used, an image is missing or named twice, or a feature is NaN or infinite.
    """
    if path.suffix == ".npy":
        names, matrix = _open_numpy(path, item)
    elif path.suffix == ".parquet":
        names, matrix = _read_parquet(path, item)
    else:
        raise InputError(f"{path}: precomputed features are a .npy matrix or a .parquet file")
    twice = names[names.duplicated()].unique().tolist()
    _refuse(twice, len(names), f"{item}s are named twice", "keep one row of each", path)
    rows = names.get_indexer(pd.Index(ids))
    absent = [name for name, row in zip(ids, rows, strict=True) if row < 0]
    _refuse(absent, len(ids), f"{item}s of the data set have no feature", "compute the features of all", path)
    chosen = ChosenRows(matrix, rows, (len(ids), *matrix().shape[1:]))
    bad = [name for part in row_blocks(chosen) for name in _not_finite(chosen[part], ids[part])]
    _refuse(bad, len(ids), "features hold NaN, infinity or more than float32 holds", "compute them again", path)
    log.info("%d features of shape %s, of the %d in %s", len(ids), list(chosen.shape[1:]), len(names), path)
    return chosen


def names_file(path: Path, *, item: str = "image") -> Path:
    """Return the list of names of a ``.npy`` matrix: ``<stem>.txt`` where it exists, else ``names.txt`` beside it.

    Raises:
        InputError: there is neither.
    """
    for candidate in (path.with_suffix(".txt"), path.with_name("names.txt")):
        if candidate.is_file():
            return candidate
    raise InputError(f"{path}: no {path.stem}.txt or names.txt beside it; write the {item} names there, a line a row")


def _open_numpy(path: Path, item: str) -> tuple[pd.Index, Callable[[], np.ndarray]]:
    """Check a ``.npy`` matrix, read its names, and return how to map it into memory, never unpickling."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    mapped = partial(np.load, path, mmap_mode="r", allow_pickle=False)
    try:
        matrix = mapped()
    except DAMAGED as error:
        raise InputError(f"{path}: not a whole .npy matrix of numbers ({error}); save it again") from error
    if not isinstance(matrix, np.ndarray) or matrix.ndim not in (2, 3) or matrix.dtype.type not in KINDS:
        found = f"{matrix.dtype} {list(matrix.shape)}" if isinstance(matrix, np.ndarray) else "an archive"
        shapes = f"[{item}s, width] or [{item}s, regions, width]"
        raise InputError(f"{path}: expected float16, float32 or float64 {shapes}, found {found}")
    listing = names_file(path, item=item)
    names = _read_names(listing)
    if len(names) != len(matrix):
        raise InputError(f"{path}: {len(matrix)} rows, but {listing.name} has {len(names)} names; write a name a row")
    return names, mapped


def _read_names(path: Path) -> pd.Index:
    """Read a name a line; only line feeds end a line, with or without a carriage return."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    return pd.Index([line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")], dtype=object)


def _read_parquet(path: Path, item: str) -> tuple[pd.Index, Callable[[], np.ndarray]]:
    """Read a Parquet file of image_id, or the like, and feature, and return what gives the features."""
    frame = read_foreign(path)
    absent = [column for column in (f"{item}_id", "feature") if column not in frame]
    if absent:
        expected = f"expected {item}_id and feature (a list of numbers)"
        raise InputError(f"{path}: no column {' and '.join(absent)}; {expected}")
    try:
        matrix = np.stack([np.asarray(feature, dtype=np.float64) for feature in frame["feature"]])
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: column feature: not lists of numbers of one length ({error})") from error
    if matrix.ndim != 2:
        raise InputError(f"{path}: column feature: expected a list of numbers a row, found shape {list(matrix.shape)}")
    return pd.Index(frame[f"{item}_id"], dtype=object), lambda: matrix


def _not_finite(features: np.ndarray, names: Sequence[str]) -> list[str]:
    """Return the names of the features [N, ...] that hold NaN or infinity."""
    finite = np.isfinite(features).all(axis=tuple(range(1, features.ndim)))
    return [names[row] for row in np.flatnonzero(~finite).tolist()]


def _refuse(names: Sequence[str], total: int, what: str, remedy: str, path: Path) -> None:
    """Raise an `InputError` that gives up to five of the `names`, or return when there are none."""
    if len(names):
        shown = ", ".join(str(name) for name in names[:5])
        raise InputError(f"{path}: {len(names)} of {total} {what}, first: {shown}; {remedy}")
