"""Making an index: of the photos in a folder, of which only those that are new are embedded, or of a finished split."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crosscap import logs, tables
from crosscap.faults import InputError
from crosscap.models.store import StoredModel, load_model
from crosscap.search import store
from crosscap.search.contents import ITEM_COLUMNS, Contents, read_contents
from crosscap.search.encoding import Network, PhotoEncoder
from crosscap.search.photos import Photo, Seen, Unreadable, find_photos, look

logger = logging.getLogger(__name__)

CHUNK = 4096  # photos whose features are in memory at once


@dataclass(frozen=True)
class Built:
    """What became of the photos: rows of the index, how many are new, kept and gone, and which cannot be read."""

    count: int
    added: int
    kept: int
    dropped: int
    unreadable: tuple[Unreadable, ...]


def index_photos(model: Path, photos: Path, index: Path, *, network: Mapping[str, Any]) -> Built:
    """Make or bring up to date the index of the photos below a folder.

    Photos that the index has already, by path and bytes, are kept as they are, unless the model or the network is
    another one. `network` is what the user gives of `Network`.

    Raises:
        InputError: no photo can be read, the model or the network does not fit, or the index is being written.
    """
    if not photos.is_dir():
        raise InputError(f"{photos}: no such folder")
    stored = load_model(model)
    encoder = PhotoEncoder(stored.model, Network.of(_facts(stored, "features"), **network))
    with store.writing(index) as (place, facts):
        facts |= model_facts(stored) | {
            "features": encoder.network.as_dict(),
            "photos": str(photos),
            "dataset": photos.name,
        }
        old = _reusable(index, facts)
        found, refused = find_photos(photos)
        kept = {} if old is None else _rows_of(old)
        seen, unreadable = _look_all(found, photos, place, old=old, kept=kept)
        if not seen:
            raise InputError(
                f"{photos}: none of {len(found) + len(refused):,} photos can be read{_first(refused, unreadable)}"
            )
        items = _items(seen)
        tables.write_table(items, place / store.ITEMS, name="items")
        _embed_all(items, photos, place, encoder=encoder, old=old, kept=kept)
        shutil.copytree(model, place / store.MODEL)
        problems = (*refused, *unreadable)
        facts |= {"count": len(items), "captions": 0, "unreadable": [asdict(problem) for problem in problems]}
    reused = sum((item.photo.path, item.photo.sha256) in kept for item in seen)
    gone = 0 if old is None else len(old.items) - reused
    return Built(len(items), len(items) - reused, reused, gone, problems)


def model_facts(stored: StoredModel) -> dict[str, Any]:
    """Return what a manifest says of the model."""
    architecture, described = stored.model.architecture, stored.description
    return {
        "model": {key: described.get(key, "") for key in ("experiment", "seed", "paper", "fidelity", "weights_sha256")},
        "system": architecture.system,
        "similarity": architecture.similarity,
        "languages": list(architecture.languages),
        "dimension": architecture.joint_dimension,
        "tokens": _tokens(_facts(stored, "tokens")),
    }


def _facts(stored: StoredModel, name: str) -> Mapping[str, Any]:
    """Return what a model's description says of how something was made, nothing where it is too old to say so."""
    facts = stored.description.get(name)
    return facts if isinstance(facts, Mapping) else {}


def _tokens(facts: Mapping[str, Any]) -> dict[str, object]:
    """Return how captions were split into words, which is as config.yaml has it where a model does not say."""
    return {"tokenizer": facts.get("tokenizer", "auto"), "lowercase": facts.get("lowercase", "true") == "true"}


def _reusable(index: Path, facts: Mapping[str, Any]) -> Contents | None:
    """Return the index as it is, None where there is none or it was made with another model or network."""
    if not (index / store.MANIFEST).is_file():
        return None
    old = read_contents(index)
    changed = [key for key in ("model", "features") if old.manifest[key] != facts[key]]
    if changed:
        logger.info("another %s than before: all photos are embedded anew", " and ".join(changed))
        return None
    return old


def _rows_of(old: Contents) -> dict[tuple[str, str], int]:
    """Return the rows of an index by path and sha256."""
    return {key: row for row, key in enumerate(zip(old.items["path"], old.items["sha256"], strict=True))}


def _look_all(
    found: Sequence[Photo], folder: Path, place: Path, *, old: Contents | None, kept: Mapping[tuple[str, str], int]
) -> tuple[list[Seen], list[Unreadable]]:
    """Write the small pictures of the photos that can be read, and return these and the others."""
    new = look([photo for photo in found if (photo.path, photo.sha256) not in kept], folder)
    seen: list[Seen] = []
    unreadable: list[Unreadable] = []
    with PictureFile(place) as pictures:
        for photo in logs.progress(found, total=len(found), unit="photo"):
            row = kept.get((photo.path, photo.sha256))
            what = next(new) if row is None or old is None else _known(old, row)
            if isinstance(what, Unreadable):
                unreadable.append(what)
            else:
                pictures.add(what.thumbnail)
                seen.append(Seen(what.photo, what.width, what.height, b""))  # the picture is written, not kept
    return seen, unreadable


def _known(old: Contents, row: int) -> Seen:
    """Return a photo as the index has it."""
    item = old.items.iloc[row]
    return Seen(Photo(item["path"], item["sha256"]), int(item["width"]), int(item["height"]), old.thumbnail(row))


def _items(seen: Sequence[Seen]) -> pd.DataFrame:
    """Return the table items."""
    rows = [(i, one.photo.path, one.photo.path, one.photo.sha256, one.width, one.height) for i, one in enumerate(seen)]
    return pd.DataFrame(rows, columns=ITEM_COLUMNS)


def _embed_all(
    items: pd.DataFrame,
    folder: Path,
    place: Path,
    *,
    encoder: PhotoEncoder,
    old: Contents | None,
    kept: Mapping[tuple[str, str], int],
) -> None:
    """Write the embeddings of the items: those that the index has as they are, the others through the network."""
    rows = np.array([kept.get(key, -1) for key in zip(items["path"], items["sha256"], strict=True)])
    shape = (len(items), encoder.model.architecture.joint_dimension)
    embeddings = np.lib.format.open_memmap(place / store.EMBEDDINGS, mode="w+", dtype=np.float32, shape=shape)
    if old is not None:
        embeddings[rows >= 0] = old.embeddings[rows[rows >= 0]]
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
        """Write one picture."""
        self.file.write(picture)
        self.ends.append(self.file.tell())

    def __exit__(self, *raised: object) -> None:
        """Close the file and write the ends."""
        self.file.close()
        np.save(self.place / store.THUMBNAIL_ENDS, np.array(self.ends, dtype=np.int64))


def _first(*problems: Sequence[Unreadable]) -> str:
    """Return the first problem for a message."""
    first = next((problem for some in problems for problem in some), None)
    return f", first: {first.path}: {first.problem}" if first else "; give a folder with JPEG or PNG files"
