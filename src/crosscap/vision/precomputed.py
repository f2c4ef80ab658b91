"""Features that were computed elsewhere: a NumPy matrix with a list of names, or a Parquet file."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from crosscap.faults import InputError
from crosscap.tables import read_foreign

log = logging.getLogger(__name__)

KINDS = (np.float16, np.float32, np.float64)


def read_features(path: Path, ids: Sequence[str], *, item: str = "image") -> np.ndarray:
    """Return the features of `ids`, in their order, as float32 [N, F]; the file may hold more.

    A ``.npy`` matrix (float16, float32 or float64) has its names, a line a row, beside it in ``<stem>.txt`` or
    ``names.txt``; an array with three dimensions holds R regions an image, and so does what is returned: [N, R, F].
    A ``.parquet`` file has the columns image_id and feature (a list of numbers). Features of other things than images
    have another `item`: captions are named in the column caption_id.

    Raises:
        InputError: the file cannot be used, an image is missing or named twice, or a feature is NaN or infinite.
    """
    if path.suffix == ".npy":
        names, matrix = _read_numpy(path, item)
    elif path.suffix == ".parquet":
        names, matrix = _read_parquet(path, item)
    else:
        raise InputError(f"{path}: precomputed features are a .npy matrix or a .parquet file")
    twice = names[names.duplicated()].unique().tolist()
    _refuse(twice, len(names), f"{item}s are named twice", "keep one row of each", path)
    rows = names.get_indexer(pd.Index(ids))
    absent = [name for name, row in zip(ids, rows, strict=True) if row < 0]
    _refuse(absent, len(ids), f"{item}s of the data set have no feature", "compute the features of all", path)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused below
        chosen = np.asarray(matrix[rows], dtype=np.float32)  # [N, F] or [N, R, F]
    finite = np.isfinite(chosen.reshape(len(chosen), -1)).all(axis=1)
    bad = [ids[row] for row in np.flatnonzero(~finite).tolist()]
    _refuse(bad, len(ids), "features hold NaN, infinity or more than float32 holds", "compute them again", path)
    log.info("%d features of shape %s, of the %d in %s", len(chosen), list(chosen.shape[1:]), len(names), path)
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


def _read_numpy(path: Path, item: str) -> tuple[pd.Index, np.ndarray]:
    """Map a ``.npy`` matrix into memory, never unpickling, and read its names."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        matrix = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"{path}: not a whole .npy matrix of numbers ({error}); save it again") from error
    if not isinstance(matrix, np.ndarray) or matrix.ndim not in (2, 3) or matrix.dtype.type not in KINDS:
        found = f"{matrix.dtype} {list(matrix.shape)}" if isinstance(matrix, np.ndarray) else "an archive"
        shapes = f"[{item}s, width] or [{item}s, regions, width]"
        raise InputError(f"{path}: expected float16, float32 or float64 {shapes}, found {found}")
    listing = names_file(path, item=item)
    names = _read_names(listing)
    if len(names) != len(matrix):
        raise InputError(f"{path}: {len(matrix)} rows, but {listing.name} has {len(names)} names; write a name a row")
    return names, matrix


def _read_names(path: Path) -> pd.Index:
    """Read a name a line; only line feeds end a line, with or without a carriage return."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    return pd.Index([line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")], dtype=object)


def _read_parquet(path: Path, item: str) -> tuple[pd.Index, np.ndarray]:
    """Read a Parquet file of image_id, or the like, and feature."""
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
    return pd.Index(frame[f"{item}_id"], dtype=object), matrix


def _refuse(names: Sequence[str], total: int, what: str, remedy: str, path: Path) -> None:
    """Raise an `InputError` that gives up to five of the `names`, or return when there are none."""
    if len(names):
        shown = ", ".join(str(name) for name in names[:5])
        raise InputError(f"{path}: {len(names)} of {total} {what}, first: {shown}; {remedy}")
