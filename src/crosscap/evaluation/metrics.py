"""Metrics of ranks with 95 % intervals from a bootstrap that draws images.

Captions of one image are not independent, so images are drawn, with all their queries. With r the rank from 0 of a
query: R@k = 100 mean(r < k), median_rank = floor(median(r)) + 1 and mean_rank = mean(r) + 1, as in the VSE++ code, and
rsum, the sum of both directions' R@1, R@5 and R@10. Ties count against the model (`rank_pessimistic`); R@k_optimistic
is the other end, with all ties in its favour. With folds, each metric is computed within each fold, and bootstrapped
there, then averaged over the folds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crosscap.evaluation.ranking import CUTOFFS
from crosscap.schemas import TABLES

RECALLS = tuple(f"R@{cutoff}" for cutoff in CUTOFFS)
INTERVAL = (0.025, 0.975)  # quantiles that bound 95 %
CHUNK_ELEMENTS = 1 << 20  # of a [resamples, queries] block: 8 MB

Key = tuple[str, str, str]  # task, language, metric
Replicates = dict[Key, np.ndarray]  # [1 + resamples]: the metric itself, then its value in each resample


def measure(ranks: pd.DataFrame, *, experiment: str, seed: int, resamples: int, random_seed: int) -> pd.DataFrame:
    """Return the table metrics of one experiment and seed for each benchmark, task and language in the table `ranks`.

    The rows of task image_text hold rsum, for each language that was ranked in both directions. Each benchmark has the
    figures and intervals that it would have alone.
    """
    rows = [
        (experiment, seed, benchmark, *key, values[0], *np.nanquantile(values[1:], INTERVAL))
        for benchmark, queries in ranks.groupby("benchmark", sort=False)
        for key, values in _replicates(queries, resamples=resamples, random_seed=random_seed).items()
    ]
    return pd.DataFrame(rows, columns=list(TABLES["metrics"]))


def _replicates(ranks: pd.DataFrame, *, resamples: int, random_seed: int) -> Replicates:
    """Return the replicates of each task, language and metric of one benchmark, the means over its folds."""
    generator = np.random.default_rng(random_seed)
    folds = [
        _fold_replicates(fold, resamples=resamples, generator=generator) for _, fold in ranks.groupby("fold", sort=True)
    ]
    keys = {key: None for fold in folds for key in fold}  # in their order; a language may be absent from a fold
    replicates = {key: np.mean([fold[key] for fold in folds if key in fold], axis=0) for key in keys}
    return replicates | sums_of_recalls(replicates)


def _fold_replicates(ranks: pd.DataFrame, *, resamples: int, generator: np.random.Generator) -> Replicates:
    """Return the replicates of each task, language and metric in one fold, all from the same draws of images."""
    images, names = pd.factorize(ranks["image_id"])
    draws = _draws(len(names), resamples=resamples, generator=generator)
    replicates: Replicates = {}
    for (task, language), rows in ranks.assign(image=images).groupby(["task", "language"], sort=False):
        optimistic, pessimistic = rows["rank_optimistic"].to_numpy(), rows["rank_pessimistic"].to_numpy()
        of_queries = {f"R@{cutoff}": 100.0 * (pessimistic < cutoff) for cutoff in CUTOFFS}
        of_queries |= {f"R@{cutoff}_optimistic": 100.0 * (optimistic < cutoff) for cutoff in CUTOFFS}
        of_queries["mean_rank"] = pessimistic + 1.0
        image = rows["image"].to_numpy()
        values = _means(of_queries, image, draws) | {"median_rank": _median_ranks(pessimistic, image, draws)}
        replicates |= {(str(task), str(language), metric): value for metric, value in values.items()}
    return replicates


def _draws(images: int, *, resamples: int, generator: np.random.Generator) -> np.ndarray:
    """Return how often each image counts, [1 + resamples, images]: once each in row 0, then as often as drawn."""
    drawn = generator.integers(0, images, size=(resamples, images))
    cells = drawn + images * np.arange(resamples)[:, None]  # where each draw counts in the flattened table of counts
    counts = np.bincount(cells.ravel(), minlength=resamples * images).reshape(resamples, images)
    return np.vstack([np.ones(images), counts])


def _means(of_queries: Mapping[str, np.ndarray], image: np.ndarray, draws: np.ndarray) -> dict[str, np.ndarray]:
    """Return the mean of each quantity over the queries, [1 + resamples], where query q counts as its image[q] does.

    The sums over each image's queries come first, so that a resample is one row of a matrix product.
    """
    images = draws.shape[1]
    sums = [np.bincount(image, weights=values, minlength=images) for values in of_queries.values()]
    queries = draws @ np.bincount(image, minlength=images)
    queries[queries == 0] = np.nan  # a draw of images without queries tells nothing
    means = (draws @ np.stack(sums, axis=1)) / queries[:, None]  # [1 + resamples, quantities]
    return dict(zip(of_queries, means.T, strict=True))


def _median_ranks(ranks: np.ndarray, image: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Return floor(median) + 1 of the ranks, [1 + resamples], where query q counts as its image[q] does."""
    order = np.argsort(ranks, kind="stable")
    ranks, image = ranks[order], image[order]
    chunk = max(1, CHUNK_ELEMENTS // len(ranks))
    medians = []
    for start in range(0, len(draws), chunk):
        places = np.cumsum(draws[start : start + chunk, image], axis=1)  # [chunk, Q]: queries up to and with this one
        queries = places[:, -1:]
        lower = ranks[(places > (queries - 1) // 2).argmax(axis=1)]
        upper = ranks[(places > queries // 2).argmax(axis=1)]
        medians.append(np.where(queries[:, 0] > 0, (lower + upper) // 2 + 1.0, np.nan))
    return np.concatenate(medians)


def sums_of_recalls(replicates: Replicates) -> Replicates:
    """Return the replicates of rsum for the languages that have both directions."""
    languages = {language: None for task, language, _ in replicates if task == "image_to_text"}  # in their order
    return {
        ("image_text", language, "rsum"): np.sum(
            [replicates[task, language, recall] for task in ("image_to_text", "text_to_image") for recall in RECALLS],
            axis=0,
        )
        for language in languages
        if ("text_to_image", language, "R@1") in replicates
    }


def values_by_name(metrics: Sequence[pd.DataFrame]) -> dict[str, float]:
    """Return the values of some tables metrics of one run, named such as ``scenes/text_to_image/en/R@1``."""
    table = pd.concat(metrics)
    names = table[["benchmark", "task", "language", "metric"]].agg("/".join, axis=1)
    return dict(zip(names, table["value"], strict=True))
