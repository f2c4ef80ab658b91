"""Tagging: all tags of a language ranked for each image by how alike the tag's name and the image are embedded.

The protocol is our own: the papers that speak of tagging do not say how it was measured, so figures of theirs cannot
be compared. A list of tags stands in order of scores, where ties count against the model: wrong tags that score as high
as a right one stand before it. With n right tags of an image and p_j the place of its j-th: precision@k is the share of
right ones among the first k, recall@k the share of the n that are there, and average precision the mean of j / p_j,
mAP its mean over images. Images without a right tag are left out.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crosscap.evaluation.bootstrap import mean_intervals
from crosscap.evaluation.ranking import CUTOFFS, TIE_TOLERANCE
from crosscap.evaluation.similarity import SCORES, normalise_rows, squared_lengths
from crosscap.faults import InputError
from crosscap.schemas import TABLES

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TaggingScores:
    """The scores of a language's tags for the images, and which are right.

    Shapes:
        images: [N] names; tags: [T] names; scores: [N, T]; right: [N, T]; tolerance: difference up to which they tie.
    """

    images: np.ndarray
    tags: np.ndarray
    scores: np.ndarray
    right: np.ndarray
    tolerance: float


def score_tags(
    images: tuple[pd.DataFrame, np.ndarray],
    names: tuple[pd.DataFrame, np.ndarray],
    truth: pd.DataFrame,
    *,
    similarity: str,
    languages: Sequence[str],
) -> dict[str, TaggingScores]:
    """Return the scores of each language's tags for the images that have right tags.

    Args:
        images: a table embeddings whose images are tagged, and its matrix.
        names: the table embeddings of the tags' names, and its matrix; a caption id is ``tag#language``.
        truth: the table tags.
        similarity: "cosine" or "order", where the tag is the more general side.
        languages: those to score.

    Raises:
        InputError: no image has a right tag, or a language has no tags.
    """
    tagged = set(truth["image_id"])
    rows = np.flatnonzero((images[0]["kind"] == "image") & images[0]["image_id"].isin(tagged))
    if not len(rows):
        raise InputError("no image of the split has a tag; give tags for its images, or measure another split")
    logger.info("%d of %d images have tags", len(rows), (images[0]["kind"] == "image").sum())
    of_images = images[0]["image_id"].to_numpy()[rows], images[1][rows]
    scored = {}
    for language in languages:
        own = np.flatnonzero(names[0]["language"] == language)
        if not len(own):
            raise InputError(f"no tag has a name in {language} that is embedded; add the names, or embed them again")
        tags = np.array([name.removesuffix(f"#{language}") for name in names[0]["item_id"].iloc[own]], dtype=object)
        scored[language] = _score((tags, names[1][own]), of_images, truth, similarity)
    return scored


def measure_tagging(
    scored: Mapping[str, TaggingScores], *, experiment: str, seed: int, resamples: int, random_seed: int
) -> pd.DataFrame:
    """Return the table metrics of task tagging, in percent, with intervals that draw images."""
    rows = []
    for language, of_language in scored.items():
        metrics = tagging_metrics(of_language)
        values = np.stack(list(metrics.values()), axis=1)  # [N, metrics]
        bounds = mean_intervals(values, resamples=resamples, random_seed=random_seed)
        named = (experiment, seed, "tags", "tagging", language)
        for name, value, low, high in zip(metrics, values.mean(axis=0), *bounds, strict=True):
            rows.append((*named, name, value, low, high))
    return pd.DataFrame(rows, columns=list(TABLES["metrics"]))


def tagging_metrics(scored: TaggingScores) -> dict[str, np.ndarray]:
    """Return precision@k, recall@k and mAP of each image, in percent, [N] each."""
    per_image = [
        _image_metrics(np.sort(scores[right])[::-1], np.sort(scores[~right]), tolerance=scored.tolerance)
        for scores, right in zip(scored.scores, scored.right, strict=True)
    ]
    precisions = [f"precision@{cutoff}" for cutoff in CUTOFFS]
    recalls = [f"recall@{cutoff}" for cutoff in CUTOFFS]
    return dict(zip([*precisions, *recalls, "mAP"], 100 * np.array(per_image).T, strict=True))


def best_tags(scored: Mapping[str, TaggingScores]) -> pd.DataFrame:
    """Return the table tagged: the tags that score highest for each image and language, as many as the last cutoff."""
    tables = []
    for language, of_language in scored.items():
        best = np.argsort(-of_language.scores, axis=1, kind="stable")[:, : max(CUTOFFS)]  # [N, k]
        shape = {"image_id": np.repeat(of_language.images, best.shape[1]), "language": language}
        rank = np.tile(np.arange(best.shape[1], dtype=np.int32), len(best))
        values = np.take_along_axis(of_language.scores, best, axis=1).ravel().astype(np.float64)
        tables.append(pd.DataFrame({**shape, "rank": rank, "tag_id": of_language.tags[best.ravel()], "score": values}))
    return pd.concat(tables, ignore_index=True)


def _score(
    tags: tuple[np.ndarray, np.ndarray], images: tuple[np.ndarray, np.ndarray], truth: pd.DataFrame, similarity: str
) -> TaggingScores:
    """Return the scores of tags for images, both given as names and embeddings."""
    prepare = normalise_rows if similarity == "cosine" else np.ascontiguousarray
    sides = [prepare(side[1]).astype(np.float32, copy=False) for side in (tags, images)]
    largest = max(float(squared_lengths(side).max(initial=0)) for side in sides)
    right = np.zeros((len(images[0]), len(tags[0])), dtype=bool)
    places = [
        pd.Index(side[0]).get_indexer(pd.Index(truth[column]))
        for side, column in ((images, "image_id"), (tags, "tag_id"))
    ]
    found = (places[0] >= 0) & (places[1] >= 0)  # the truth is of all splits
    right[places[0][found], places[1][found]] = True
    scores = SCORES[similarity](*sides).T
    return TaggingScores(images[0], tags[0], scores, right, tolerance=TIE_TOLERANCE * largest)


def _image_metrics(right: np.ndarray, wrong: np.ndarray, *, tolerance: float) -> np.ndarray:
    """Return one image's metrics as shares, from its right tags' scores, descending, and the wrong ones', ascending."""
    better = len(wrong) - np.searchsorted(wrong, right - tolerance, side="left")
    order = np.arange(1, len(right) + 1)
    places = order + better  # of each right tag in the list, from 1
    hits = (places[:, None] <= np.array(CUTOFFS)).sum(axis=0)
    return np.concatenate([hits / np.array(CUTOFFS), hits / len(right), [np.mean(order / places)]])
