"""Clusters: how near to one another an image and its captions lie, and how far from other images' captions.

Distances are Euclidean, of the embeddings as the model gives them (rows of length 1).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crosscap.evaluation.bootstrap import mean_intervals
from crosscap.evaluation.similarity import squared_lengths
from crosscap.schemas import TABLES

BLOCK = 1024  # images whose distances to all captions are held at once
METRICS = ("intra_distance", "inter_distance")


def measure_clusters(
    embeddings: pd.DataFrame,
    matrix: np.ndarray,
    *,
    languages: Sequence[str],
    experiment: str,
    seed: int,
    benchmark: str,
    resamples: int,
    random_seed: int,
) -> pd.DataFrame:
    """Return the table metrics of task clusters: the mean over images of both distances, with intervals over images.

    Shapes:
        embeddings: the plain columns of the table embeddings, N + C rows; matrix: [N + C, E].
    """
    is_image, names = (embeddings["kind"] == "image").to_numpy(), embeddings["image_id"].to_numpy()
    rows = []
    for language in languages:
        of_language = (~is_image) & (embeddings["language"] == language).to_numpy()
        if not of_language.any():
            continue
        images = is_image & np.isin(names, names[of_language])
        owners = pd.Index(names[images]).get_indexer(pd.Index(names[of_language]))
        distances = cluster_distances(matrix[images], matrix[of_language], owners=owners)
        bounds = mean_intervals(distances, resamples=resamples, random_seed=random_seed)
        for metric, value, low, high in zip(METRICS, distances.mean(axis=0), *bounds, strict=True):
            rows.append((experiment, seed, benchmark, "clusters", language, metric, value, low, high))
    return pd.DataFrame(rows, columns=list(TABLES["metrics"]))


def cluster_distances(images: np.ndarray, captions: np.ndarray, *, owners: np.ndarray) -> np.ndarray:
    """Return each image's mean distance within its cluster, and from it to the captions of other images.

    Within a cluster, all pairs count: the image with its captions, and these with one another. With a single image
    there are no others, and the second distance is NaN.

    Shapes:
        images: [N, E], each with at least one caption; captions: [C, E]; owners: [C], the row of each one's image;
        returns [N, 2].
    """
    order = np.argsort(owners, kind="stable")
    captions, owners = captions[order].astype(np.float64), owners[order]
    starts = np.searchsorted(owners, np.arange(len(images) + 1))
    distances = np.empty((len(images), 2))
    for first in range(0, len(images), BLOCK):
        block = images[first : first + BLOCK].astype(np.float64)
        totals = _distances(block, captions).sum(axis=1)  # [block], own captions included
        for number, image in enumerate(block, start=first):
            own = captions[starts[number] : starts[number + 1]]
            to_own = np.linalg.norm(own - image, axis=1)
            distances[number, 0] = _mean_within(to_own, own)
            distances[number, 1] = totals[number - first] - to_own.sum()
    others = len(captions) - np.diff(starts)
    distances[:, 1] /= np.where(others > 0, others, np.nan)
    return distances


def _mean_within(to_own: np.ndarray, own: np.ndarray) -> float:
    """Return the mean over all pairs of a cluster, given the image's distances to its captions [n] and these [n, E]."""
    one, other = np.triu_indices(len(own), k=1)
    return float(np.concatenate([to_own, np.linalg.norm(own[one] - own[other], axis=1)]).mean())


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the Euclidean distances [A, B] of `a` [A, E] and `b` [B, E] by a matrix product, in double precision."""
    squared = squared_lengths(a)[:, None] + squared_lengths(b) - 2 * (a @ b.T)
    return np.asarray(np.sqrt(np.maximum(squared, 0)))
