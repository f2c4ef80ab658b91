"""Metrics of ranks with 95 % intervals from a bootstrap that draws images.

Captions of one image are not independent, so images are drawn, with all their queries. With r the rank from 0 of a
query: R@k = 100 mean(r < k), median_rank = floor(median(r)) + 1 and mean_rank = mean(r) + 1, as in the VSE++ code, and
rsum, the sum of both directions' R@1, R@5 and R@10. Ties count against the model (`rank_pessimistic`); R@k_optimistic
is the other end, with all ties in its favour. With folds, each metric is computed within each fold, and bootstrapped
there, then averaged over the folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from crosscap.compiled import compiled
from crosscap.evaluation.bootstrap import INTERVAL, draw_counts
from crosscap.evaluation.ranking import CUTOFFS
from crosscap.schemas import TABLES

RECALLS = tuple(f"R@{cutoff}" for cutoff in CUTOFFS)
HEAD = 0.45  # of a resample's ranks nearly always lie below its median

Key = tuple[str, str, str]  # task, language, metric
Replicates = dict[Key, np.ndarray]  # [1 + resamples]: the metric itself, then its value in each resample


@dataclass(frozen=True)
class _Queries:
    """The queries of one task and language in a fold."""

    quantities: tuple[str, ...]
    sums: np.ndarray  # [images, quantities + 2]: over each image's queries; last their number, and that in the head
    ranks: np.ndarray  # [Q], ascending
    images: np.ndarray  # [Q], of the queries in this order
    head: int  # so many of the first ranks are passed over at once on the way to the median


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
    questions = {
        (str(task), str(language)): _queries(rows, images=len(names))
        for (task, language), rows in ranks.assign(image=images).groupby(["task", "language"], sort=False)
    }
    once_each = np.ones((1, len(names)))
    blocks = [
        {key: _measured(queries, counts) for key, queries in questions.items()}
        for counts in chain([once_each], draw_counts(len(names), resamples=resamples, generator=generator))
    ]
    return {
        (*key, metric): np.concatenate([block[key][metric] for block in blocks])
        for key in questions
        for metric in blocks[0][key]
    }


def _queries(rows: pd.DataFrame, *, images: int) -> _Queries:
    """Return the queries of one task and language, given the number of the fold's images."""
    optimistic, pessimistic = rows["rank_optimistic"].to_numpy(), rows["rank_pessimistic"].to_numpy()
    of_queries = {f"R@{cutoff}": 100.0 * (pessimistic < cutoff) for cutoff in CUTOFFS}
    of_queries |= {f"R@{cutoff}_optimistic": 100.0 * (optimistic < cutoff) for cutoff in CUTOFFS}
    of_queries["mean_rank"] = pessimistic + 1.0
    image, order = rows["image"].to_numpy(), np.argsort(pessimistic, kind="stable")
    head = round(HEAD * len(rows))
    sums = [np.bincount(image, weights=values, minlength=images) for values in of_queries.values()]
    sums += [np.bincount(some, minlength=images) for some in (image, image[order[:head]])]
    return _Queries(tuple(of_queries), np.stack(sums, axis=1), pessimistic[order], image[order], head)


def _measured(queries: _Queries, counts: np.ndarray) -> dict[str, np.ndarray]:
    """Return each metric where image i counts as often as counts[:, i] has it, [R] each of counts [R, images]."""
    *sums, drawn, of_head = (counts @ queries.sums).T  # [R] each
    drawn = np.where(drawn > 0, drawn, np.nan)  # a draw of images without queries tells nothing
    means = {quantity: values / drawn for quantity, values in zip(queries.quantities, sums, strict=True)}
    medians = _median_ranks(queries.ranks, queries.images, counts, drawn, queries.head, of_head)
    return means | {"median_rank": medians}


@compiled()
def _median_ranks(
    ranks: np.ndarray, images: np.ndarray, counts: np.ndarray, drawn: np.ndarray, head: int, of_head: np.ndarray
) -> np.ndarray:
    """Return floor(median) + 1 of the ranks [Q], which ascend, [R].

    drawn: how many queries count in each resample, [R], or NaN; of_head: how many of the first `head` ranks, [R].
    """
    medians = np.full(len(counts), np.nan)
    for resample in range(len(counts)):
        if drawn[resample] > 0:
            below, above = (drawn[resample] - 1) // 2, drawn[resample] // 2  # places of the middle one, or two, from 0
            query, passed = (head, of_head[resample]) if of_head[resample] <= below else (0, 0.0)
            while passed + counts[resample, images[query]] <= below:
                passed += counts[resample, images[query]]
                query += 1
            lower = ranks[query]
            while passed + counts[resample, images[query]] <= above:
                passed += counts[resample, images[query]]
                query += 1
            medians[resample] = (lower + ranks[query]) // 2 + 1.0
    return medians


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
