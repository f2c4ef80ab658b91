"""What an index holds, memory-mapped: rows of photos with their embeddings and small pictures, and of captions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crosscap import tables
from crosscap.faults import InputError
from crosscap.schemas import TABLES
from crosscap.search import store
from crosscap.vision.precomputed import DAMAGED

ITEM_COLUMNS = ["row", "image_id", "path", "sha256", "width", "height"]
CAPTION_COLUMNS = list(TABLES["captions"])


@dataclass(frozen=True)
class Contents:
    """An opened index: all of it is read or mapped, so that a later change of the folder is not seen.

    Shapes:
        embeddings [N, E]; thumbnail_ends [N], where each small picture ends in `thumbnails`;
        captions: the table captions with the embeddings of its rows [C, E], both empty where there are none
    """

    place: Path
    manifest: store.Manifest
    items: pd.DataFrame
    embeddings: np.ndarray
    thumbnails: np.ndarray
    thumbnail_ends: np.ndarray
    captions: tuple[pd.DataFrame, np.ndarray]

    def thumbnail(self, row: int) -> bytes:
        """Return the small JPEG of a photo."""
        start = int(self.thumbnail_ends[row - 1]) if row else 0
        return self.thumbnails[start : int(self.thumbnail_ends[row])].tobytes()


def open_contents(place: Path, manifest: store.Manifest) -> Contents:
    """Open the files of an index, as `crosscap.search.store.read` hands them over.

    Raises:
        InputError: a file is damaged.
    """
    count, pictures = manifest["count"], place / store.THUMBNAILS
    embeddings = mapped(place / store.EMBEDDINGS, rows=count)
    return Contents(
        place=place,
        manifest=manifest,
        items=tables.read_table(place / store.ITEMS, name="items"),
        embeddings=embeddings,
        thumbnails=np.memmap(pictures, dtype=np.uint8, mode="r") if pictures.stat().st_size else np.empty(0, np.uint8),
        thumbnail_ends=mapped(place / store.THUMBNAIL_ENDS, rows=count),
        captions=_open_captions(place)
        if manifest["captions"]
        else (pd.DataFrame(columns=CAPTION_COLUMNS), embeddings[:0]),
    )


def mapped(path: Path, *, rows: int) -> np.ndarray:
    """Map a file of numbers into memory.

    Raises:
        InputError: it is no such file, or has another number of rows.
    """
    try:
        matrix = np.lib.format.open_memmap(path, mode="r")  # which, unlike np.load, opens no archives
    except DAMAGED as error:
        raise InputError(f"{path}: not a whole .npy file ({error}); {store.REMEDY}") from error
    if matrix.shape[:1] != (rows,):
        raise InputError(f"{path}: an array of {list(matrix.shape)}, expected {rows:,} rows; {store.REMEDY}")
    return matrix


def _open_captions(place: Path) -> tuple[pd.DataFrame, np.ndarray]:
    """Read the captions, and map their embeddings into memory."""
    frame = tables.read_table(place / store.CAPTIONS, name="captions")
    return frame, mapped(place / store.CAPTION_EMBEDDINGS, rows=len(frame))
