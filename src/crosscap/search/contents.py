"""What an index holds, memory-mapped: rows of photos with their embeddings and small pictures, and of captions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from crosscap import tables
from crosscap.faults import InputError
from crosscap.search import store

ITEM_COLUMNS = ["row", "image_id", "path", "sha256", "width", "height"]


@dataclass(frozen=True)
class Contents:
    """An opened index.

    Shapes:
        embeddings [N, E]; thumbnail_ends [N], where each small picture ends in `thumbnails`
    """

    place: Path
    manifest: store.Manifest
    items: pd.DataFrame
    embeddings: np.ndarray
    thumbnails: np.ndarray
    thumbnail_ends: np.ndarray

    def thumbnail(self, row: int) -> bytes:
        """Return the small JPEG of a photo."""
        start = int(self.thumbnail_ends[row - 1]) if row else 0
        return self.thumbnails[start : int(self.thumbnail_ends[row])].tobytes()

    @cached_property
    def captions(self) -> tuple[pd.DataFrame, np.ndarray]:
        """Return the table captions and the embeddings of its rows [C, E]; both are empty where there are none."""
        if not self.manifest["captions"]:
            return pd.DataFrame(columns=["caption_id", "image_id", "language", "text"]), self.embeddings[:0]
        frame = tables.read_table(self.place / store.CAPTIONS, name="captions")
        return frame, mapped(self.place / store.CAPTION_EMBEDDINGS, rows=len(frame))


def read_contents(folder: Path) -> Contents:
    """Open an index; where it is being replaced at this moment, the new one.

    Raises:
        InputError: there is no index, or it is damaged.
    """
    manifest = store.read_manifest(folder)
    while True:
        try:
            return _read(folder, manifest)
        except InputError:
            again = store.read_manifest(folder)
            if again["generation"] == manifest["generation"]:
                raise
            manifest = again


def mapped(path: Path, *, rows: int) -> np.ndarray:
    """Map a file of numbers into memory.

    Raises:
        InputError: it is no such file, or has another number of rows.
    """
    try:
        matrix = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"{path}: not a whole .npy file ({error}); restore it or make the index again") from error
    if len(matrix) != rows:
        raise InputError(f"{path}: {len(matrix):,} rows, expected {rows:,}; restore it or make the index again")
    return matrix


def _read(folder: Path, manifest: store.Manifest) -> Contents:
    """Open the files that a manifest lists."""
    place, count = folder / manifest["generation"], manifest["count"]
    items = tables.read_table(place / store.ITEMS, name="items")
    pictures = place / store.THUMBNAILS
    return Contents(
        place=place,
        manifest=manifest,
        items=items,
        embeddings=mapped(place / store.EMBEDDINGS, rows=count),
        thumbnails=np.memmap(pictures, dtype=np.uint8, mode="r") if pictures.stat().st_size else np.empty(0, np.uint8),
        thumbnail_ends=mapped(place / store.THUMBNAIL_ENDS, rows=count),
    )
