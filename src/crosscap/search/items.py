"""The photos of an index as its files: which of them are kept from before, their small pictures and embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crosscap import files, logs
from crosscap.search import store
from crosscap.search.contents import ITEM_COLUMNS, Contents
from crosscap.search.photos import Photo, Seen, Unreadable, look

if TYPE_CHECKING:
    from crosscap.search.encoding import PhotoEncoder  # loads torch and torchvision, which embedded images do without

CHUNK = 4096  # photos whose features are in memory at once


class Kept:
    """The photos that an index has already, by path and bytes."""

    def __init__(self, old: Contents | None) -> None:
        """Take the index as it was, None where there is nothing to keep."""
        self.old = old
        keys = () if old is None else zip(old.items["path"], old.items["sha256"], strict=True)
        self.rows: Mapping[tuple[str, str], int] = {key: row for row, key in enumerate(keys)}

    def row(self, path: str, sha256: str) -> int:
        """Return the row of a photo in the index as it was, -1 where it is new."""
        return self.rows.get((path, sha256), -1)

    def seen(self, row: int) -> Seen:
        """Return a photo as the index has it."""
        assert self.old is not None
        item = self.old.items.iloc[row]
        photo = Photo(item["path"], item["sha256"])
        return Seen(photo, int(item["width"]), int(item["height"]), self.old.thumbnail(row))


def write_pictures(
    found: Sequence[Photo], folder: Path, place: Path, *, kept: Kept
) -> tuple[list[Seen], list[Unreadable]]:
    """Write the small pictures of the photos that can be read, and return these and the others."""
    new = look([photo for photo in found if kept.row(photo.path, photo.sha256) < 0], folder)
    seen: list[Seen] = []
    unreadable: list[Unreadable] = []
    with PictureFile(place) as pictures:
        for photo in logs.progress(found, total=len(found), unit="photo"):
            row = kept.row(photo.path, photo.sha256)
            what = kept.seen(row) if row >= 0 else next(new)
            if isinstance(what, Unreadable):
                unreadable.append(what)
            else:
                pictures.add(what.thumbnail)
                seen.append(Seen(what.photo, what.width, what.height, b""))  # the picture is written, not kept
    return seen, unreadable


def item_table(seen: Sequence[Seen], image_ids: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the table items; an image is named by its path unless it has a name."""
    names = [one.photo.path for one in seen] if image_ids is None else image_ids
    rows = [
        (row, name, one.photo.path, one.photo.sha256, one.width, one.height)
        for row, (name, one) in enumerate(zip(names, seen, strict=True))
    ]
    return pd.DataFrame(rows, columns=ITEM_COLUMNS)


def write_embeddings(items: pd.DataFrame, folder: Path, place: Path, *, encoder: PhotoEncoder, kept: Kept) -> None:
    """Write the embeddings of the items: those that the index had as they were, the others by the encoder."""
    rows = np.array([kept.row(*key) for key in zip(items["path"], items["sha256"], strict=True)])
    shape = (len(items), encoder.model.architecture.joint_dimension)
    embeddings = np.lib.format.open_memmap(place / store.EMBEDDINGS, mode="w+", dtype=np.float32, shape=shape)
    files.reserve(place / store.EMBEDDINGS)
    if kept.old is not None:
        embeddings[rows >= 0] = kept.old.embeddings[rows[rows >= 0]]
    new = np.flatnonzero(rows < 0)
    for start in range(0, len(new), CHUNK):
        chunk = new[start : start + CHUNK]
        embeddings[chunk] = encoder.embed(items.iloc[chunk], folder)
    embeddings.flush()


class PictureFile:
    """Small pictures one behind the other in a file, and where each ends in another."""

    def __init__(self, place: Path) -> None:
        """Take the folder of an index's files."""
        self.place = place
        self.ends: list[int] = []

    def __enter__(self) -> PictureFile:
        """Open the file."""
        self.file = (self.place / store.THUMBNAILS).open("wb")
        return self

    def add(self, picture: bytes) -> None:
        """Write one picture, empty where there is none."""
        self.file.write(picture)
        self.ends.append(self.file.tell())

    def __exit__(self, *raised: object) -> None:
        """Close the file and write the ends."""
        self.file.close()
        np.save(self.place / store.THUMBNAIL_ENDS, np.array(self.ends, dtype=np.int64))
