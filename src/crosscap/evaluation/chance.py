"""What ranking at random would score: computed, not drawn.

When a gallery of G items, m of them right, is ranked at random, the first k are all wrong with the probability
C(G - m, k) / C(G, k), the product over i < k of (G - m - i) / (G - i). That is P(rank >= k), as a rank counts from 0
the wrong items before the first right one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crosscap.evaluation.metrics import Replicates, sums_of_recalls
from crosscap.evaluation.ranking import CUTOFFS
from crosscap.evaluation.retrieval import pairings
from crosscap.schemas import TABLES


def chance_metrics(items: pd.DataFrame, *, fold_size: int | None, benchmark: str) -> pd.DataFrame:
    """Return the table metrics of experiment "chance", seed 0, for the benchmarks and tasks of `rank_split`.

    R@k and mean_rank are expectations, median_rank is the distribution's; nothing is drawn, so low = high = value.

    Shapes:
        items: the plain columns of the table embeddings.
    """
    of_folds: dict[str, dict[tuple[str, str], list[dict[str, float]]]] = {}
    images = items["image_id"].to_numpy()
    languages = [language for language in items["language"].unique() if language]  # images have none
    for pairing in pairings(items, languages=languages, benchmark=benchmark, fold_size=fold_size):
        a, b = images[pairing.a], images[pairing.b]
        of_tasks = of_folds.setdefault(pairing.benchmark, {})
        of_tasks.setdefault((pairing.task_a, pairing.language_a), []).append(_chance(a, b))
        of_tasks.setdefault((pairing.task_b, pairing.language_b), []).append(_chance(b, a))
    rows = [
        ("chance", 0, name, *key, value[0], value[0], value[0])
        for name, of_tasks in of_folds.items()
        for key, value in _over_folds(of_tasks).items()
    ]
    return pd.DataFrame(rows, columns=list(TABLES["metrics"]))


def _over_folds(of_tasks: Mapping[tuple[str, str], Sequence[Mapping[str, float]]]) -> Replicates:
    """Return the mean over folds of each task's and language's metrics, and their sums of recalls."""
    values: Replicates = {
        (*key, metric): np.array([np.mean([fold[metric] for fold in folds])])
        for key, folds in of_tasks.items()
        for metric in folds[0]
    }
    return values | sums_of_recalls(values)


def _chance(queries: np.ndarray, gallery: np.ndarray) -> dict[str, float]:
    """Return the metrics of random ranks, given the image of each query and of each gallery item."""
    later = _probability_of_later_ranks(len(gallery), positives=_positives(queries, gallery))
    recalls = {f"R@{cutoff}": 100 * (1 - float(later[min(cutoff, len(gallery))])) for cutoff in CUTOFFS}
    return {**recalls, "mean_rank": 1 + float(later[1:].sum()), "median_rank": float(np.argmax(later <= 0.5))}


def _positives(queries: np.ndarray, gallery: np.ndarray) -> np.ndarray:
    """Return the number of right gallery items of each query that has any."""
    names, counts = np.unique(gallery, return_counts=True)
    places = pd.Index(names).get_indexer(pd.Index(queries))
    return counts[places[places >= 0]]


def _probability_of_later_ranks(gallery: int, *, positives: np.ndarray) -> np.ndarray:
    """Return P(rank >= k) for k = 0 ... `gallery`, [gallery + 1], as the mean over queries with so many positives."""
    distinct, queries = np.unique(positives, return_counts=True)
    before = np.arange(gallery)
    wrong = np.maximum(gallery - distinct[:, None] - before, 0)  # [distinct, gallery]: wrong items left
    later = np.cumprod(wrong / (gallery - before), axis=1)
    return np.concatenate([[1.0], queries / queries.sum() @ later])
