"""Making the index of a split that the workflow has embedded: nothing is computed, and no model is loaded for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crosscap import tables
from crosscap.faults import InputError
from crosscap.models.architecture import Architecture
from crosscap.search import store
from crosscap.search.captions import write_captions
from crosscap.search.items import Kept, PictureFile, item_table, write_pictures
from crosscap.search.lists import write_candidates
from crosscap.search.model import Texts, copy_model, described, write_texts
from crosscap.search.photos import Photo, Seen, first_problem


def index_embedded(
    model: Path,
    embeddings: tuple[pd.DataFrame, np.ndarray],
    index: Path,
    *,
    images: pd.DataFrame,
    captions: pd.DataFrame,
    photos: Path | None,
    texts: Texts,
    network: Mapping[str, Any],
) -> None:
    """Make the index of a split that the workflow has embedded, its images and captions.

    `embeddings` is the table embeddings with its matrix; `images` and `captions` are the data set's tables; `photos` is
    the folder of the images, None where there are only features; `network` is as of `network_facts`.

    Raises:
        InputError: a photo cannot be read any more, or the index is being written.
    """
    frame, matrix = embeddings
    is_image = (frame["kind"] == "image").to_numpy()
    shown = images.set_index("image_id").loc[frame.loc[is_image, "image_id"]].reset_index()
    with store.writing(index) as (place, facts):
        facts |= _write_model(model, texts, place)
        facts |= {"features": dict(network), "unreadable": []}
        items = item_table(_pictures_of(shown, photos, place), shown["image_id"].tolist())
        tables.write_table(items, place / store.ITEMS, name="items")
        np.save(place / store.EMBEDDINGS, np.ascontiguousarray(matrix[is_image]))
        said = frame[~is_image].assign(place=np.flatnonzero(~is_image))
        said = said.merge(captions, left_on="item_id", right_on="caption_id", suffixes=("", "_given"))
        facts["captions"] = write_captions(said, matrix[said["place"]], place)
        facts |= {"count": len(items), "approximate": write_candidates(place, threshold=store.APPROXIMATE_FROM)}


def _write_model(model: Path, texts: Texts, place: Path) -> dict[str, Any]:
    """Write a model into an index, with what it reads queries with, and return what the manifest says of it.

    The model is loaded where languages are to be added to it, and only then.

    Raises:
        InputError: the model is damaged or does not take a language, or as `write_texts`.
    """
    description = described(model)
    architecture = Architecture.from_dict(description["architecture"])
    if set(texts.languages) - set(architecture.languages):
        from crosscap.search.extended import load_extended, write_model  # load torch, which copying does without

        return write_model(load_extended(model, texts), model, texts, place)
    copy_model(model, place, weights_sha256=description["weights_sha256"])
    return write_texts(architecture, description, model, texts, place)


def _pictures_of(images: pd.DataFrame, photos: Path | None, place: Path) -> list[Seen]:
    """Write the small pictures of rows of the table images, empty ones where there are no photos."""
    found = [Photo(*pair) for pair in zip(images["path"], images["sha256"], strict=True)]
    if photos is None:
        with PictureFile(place) as pictures:
            for _ in found:
                pictures.add(b"")
        return [Seen(photo, 0, 0, b"") for photo in found]
    seen, unreadable = write_pictures(found, photos, place, kept=Kept(None))
    if unreadable:
        raise InputError(f"{photos}: {len(unreadable)} photos cannot be read{first_problem(unreadable)}")
    return seen
