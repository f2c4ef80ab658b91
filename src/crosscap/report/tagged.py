"""Example images for the report, with the tags that a model ranks first for them in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crosscap.readers.tags import text_id
from crosscap.report.thumbnails import picture

SHOWN = 5  # tags a language


@dataclass(frozen=True)
class Tag:
    """A tag's name in one language, `right` where it is one of the image's own."""

    text: str
    right: bool


@dataclass(frozen=True)
class TaggedImage:
    """An image with its best tags by language, best first; `thumbnail` is "" where there is no photo."""

    image_id: str
    thumbnail: str
    tags: Mapping[str, tuple[Tag, ...]]


def choose_tagged(
    tagged: pd.DataFrame,
    *,
    texts: pd.DataFrame,
    truth: pd.DataFrame,
    images: pd.DataFrame,
    images_folder: str | None,
    count: int,
    seed: int,
) -> list[TaggedImage]:
    """Return `count` images that a model tagged, drawn with `seed`.

    `tagged` is the table of the run shown, `texts` and `truth` are the tables of the tags' names and of the right tags.
    """
    names = tagged["image_id"].drop_duplicates().sort_values().to_numpy()
    drawn = names[np.random.default_rng(seed).permutation(len(names))[:count]]
    paths = images.set_index("image_id")["path"] if images_folder else pd.Series(dtype=str)
    folder = Path(images_folder or ".")
    called = texts.set_index("caption_id")["text"]
    right = set(truth[["image_id", "tag_id"]].itertuples(index=False, name=None))
    best = tagged[tagged["rank"] < SHOWN].sort_values("rank", kind="stable")
    return [
        TaggedImage(image, picture(folder, paths.get(image, "")), _tags(best[best["image_id"] == image], called, right))
        for image in map(str, drawn)
    ]


def _tags(best: pd.DataFrame, called: pd.Series, right: set[tuple[str, str]]) -> dict[str, tuple[Tag, ...]]:
    """Return one image's best tags by language."""
    return {
        str(language): tuple(
            Tag(called[text_id(tag, str(language))], right=(image, tag) in right)
            for image, tag in zip(rows["image_id"], rows["tag_id"], strict=True)
        )
        for language, rows in best.groupby("language", sort=False)
    }
