"""Queries that one of two experiments answers and the other does not, with what they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from crosscap.report.thumbnails import picture


@dataclass(frozen=True)
class Flip:
    """A query that one of two experiments finds among the first k, and the other does not; ranks count from 1.

    `texts` are the caption asked for, or of an image query its captions, any of which is right; `thumbnail` is "" where
    there is no photo.
    """

    task: str
    language: str
    query_id: str
    image_id: str
    texts: tuple[str, ...]
    ranks: tuple[int, int]
    thumbnail: str

    @property
    def won(self) -> bool:
        """Return whether it is the first experiment that finds it."""
        return self.ranks[0] < self.ranks[1]


def described_flips(
    chosen: pd.DataFrame, *, images: pd.DataFrame, captions: pd.DataFrame, images_folder: str | Path | None
) -> tuple[Flip, ...]:
    """Return what `furthest_flips` has chosen with what is asked for; without a folder there are no thumbnails."""
    photos = images.set_index("image_id")["path"] if images_folder else pd.Series(dtype=str)
    folder = Path(images_folder or ".")
    text_of = captions.set_index("caption_id")["text"]
    wanted = captions[captions["image_id"].isin(chosen["image_id"])]
    texts_of = wanted.groupby(["image_id", "language"], sort=False)["text"].agg(tuple).to_dict()
    rows: list[Any] = list(chosen.itertuples(index=False))
    return tuple(
        Flip(
            task=row.task,
            language=row.language,
            query_id=row.query_id,
            image_id=row.image_id,
            texts=texts_of[row.image_id, row.language] if row.task == "image_to_text" else (text_of[row.query_id],),
            ranks=(int(row.rank_a) + 1, int(row.rank_b) + 1),
            thumbnail=picture(folder, photos.get(row.image_id, "")),
        )
        for row in rows
    )
