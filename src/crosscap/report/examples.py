"""Example queries for the report: test captions, answered right and wrong, with the images that a model finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crosscap.evaluation.retrieval import WHOLE_SPLIT
from crosscap.evaluation.similarity import SCORES, normalise_rows
from crosscap.report.thumbnails import picture

SHOWN = 5  # images a query


@dataclass(frozen=True)
class Found:
    """An image that a query found, `right` where it is the caption's own; `thumbnail` is "" where there is no photo."""

    image_id: str
    rank: int
    right: bool
    thumbnail: str


@dataclass(frozen=True)
class Example:
    """A query with the images found, best first; the right one stands at the end where it is not among the first."""

    language: str
    text: str
    rank: int
    images: tuple[Found, ...]


def best_run(results: pd.DataFrame, models: Sequence[Mapping[str, Any]]) -> int:
    """Return which of `models` to show.

    The one that is measured in most languages, then trained in most, then with the best mean R@10 of text to image.
    """
    wanted = (results["task"] == "text_to_image") & (results["metric"] == "R@10")
    recall = results[wanted].groupby("experiment")["value"].mean()
    trained = [model["architecture"]["languages"] for model in models]
    merits = [
        (len(languages) + len(model.get("zero_shot", ())), len(languages), recall.get(model["experiment"], 0.0))
        for model, languages in zip(models, trained, strict=True)
    ]
    return merits.index(max(merits))


def choose_examples(
    ranks: pd.DataFrame,
    embeddings: tuple[pd.DataFrame, np.ndarray],
    *,
    model: Mapping[str, Any],
    images: pd.DataFrame,
    captions: pd.DataFrame,
    images_folder: str | None,
    count: int,
    seed: int,
) -> list[Example]:
    """Return `count` queries a language, half of them answered right, drawn with `seed`.

    `embeddings` are the items and vectors of the run whose `ranks` and `model` are given.
    """
    queries = ranks[(ranks["task"] == "text_to_image") & (ranks["fold"] == WHOLE_SPLIT)]
    generator = np.random.default_rng(seed)
    drawn = [
        query
        for _, rows in queries.groupby("language", sort=False)
        for query in _drawn_queries(rows.sort_values("query_id"), count=count, generator=generator)
    ]
    texts = captions.set_index("caption_id")["text"]
    photos = images.set_index("image_id")["path"] if images_folder else pd.Series(dtype=str)
    folder = Path(images_folder or ".")
    return [
        Example(
            language=query.language,
            text=texts[query.query_id],
            rank=int(query.rank_pessimistic) + 1,
            images=tuple(
                Found(image, rank, image == query.image_id, picture(folder, photos.get(image, "")))
                for image, rank in found
            ),
        )
        for query, found in zip(drawn, _search(drawn, embeddings, model["architecture"]["similarity"]), strict=True)
    ]


def _drawn_queries(rows: pd.DataFrame, *, count: int, generator: np.random.Generator) -> list[Any]:
    """Draw queries of one language: half at rank 0, half worse, and more of one sort where the other has too few."""
    shuffled = rows.iloc[generator.permutation(len(rows))]
    right = shuffled[shuffled["rank_pessimistic"] == 0]
    wrong = shuffled[shuffled["rank_pessimistic"] > 0]
    wrongs = min(len(wrong), max(count // 2, count - len(right)))
    chosen = pd.concat([right[: count - wrongs], wrong[:wrongs]])
    return list(chosen.itertuples(index=False))


def _search(
    queries: Sequence[Any], embeddings: tuple[pd.DataFrame, np.ndarray], similarity: str
) -> list[list[tuple[str, int]]]:
    """Return for each query the best images with their ranks, and the right one."""
    items, matrix = embeddings
    vectors = normalise_rows(matrix) if similarity == "cosine" else matrix.astype(np.float32)
    row_of = pd.Series(np.arange(len(items)), index=items["item_id"])
    gallery = items[items["kind"] == "image"]
    found = []
    for query in queries:
        scores = SCORES[similarity](vectors[[row_of[query.query_id]]], vectors[gallery.index])[0]
        names = gallery["image_id"].to_numpy()[np.argsort(-scores, kind="stable")[:SHOWN]]
        best = [(str(name), place) for place, name in enumerate(names, start=1)]
        right = [] if query.image_id in names else [(query.image_id, int(query.rank_pessimistic) + 1)]
        found.append(best + right)
    return found
