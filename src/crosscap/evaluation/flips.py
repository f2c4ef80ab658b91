"""Queries that one experiment answers among its first k and another does not.

A p-value says whether two experiments differ; the queries that flip say in what. As everywhere, ties count against the
experiment. Over several seeds a query has the median of its ranks, of an even number the worse of the two in the
middle: it counts as found where more than half of the seeds find it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

QUESTION = ["task", "language"]
QUERY = [*QUESTION, "query_id", "image_id"]


def paired_ranks(one: Sequence[pd.DataFrame], other: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the queries that two experiments share, with the ranks from 0 that each gives: rank_a and rank_b.

    Args:
        one: the tables ranks of an experiment's seeds, of the whole split.
        other: those of the experiment that it is compared with.
    """
    ranks = _median_ranks(one).to_frame("rank_a").join(_median_ranks(other).rename("rank_b"), how="inner")
    return ranks.reset_index()


def count_flips(ranks: pd.DataFrame, *, cutoff: int) -> pd.DataFrame:
    """Return how many queries of `paired_ranks` are among the first `cutoff` of both, of one alone, and of neither.

    Columns: task, language, queries, both, only_a, only_b, neither.
    """
    a, b = ranks["rank_a"] < cutoff, ranks["rank_b"] < cutoff
    sorts = {"queries": a | ~a, "both": a & b, "only_a": a & ~b, "only_b": ~a & b, "neither": ~a & ~b}
    return pd.concat([ranks[QUESTION], pd.DataFrame(sorts)], axis=1).groupby(QUESTION, sort=False).sum().reset_index()


def furthest_flips(ranks: pd.DataFrame, *, cutoff: int, count: int) -> pd.DataFrame:
    """Return at most `count` flipped queries of each task and language, in the columns of `paired_ranks`.

    Half are found by the first experiment, half by the second, and more of one sort where the other has too few. Of
    each sort those come first that the other experiment ranks worst.
    """
    a, b = ranks["rank_a"] < cutoff, ranks["rank_b"] < cutoff
    worse = ranks[["rank_a", "rank_b"]].max(axis=1)
    ordered = ranks.assign(worse=worse).sort_values(["worse", "query_id"], ascending=[False, True])
    chosen = []
    for _, rows in ordered.groupby(QUESTION, sort=False):
        won, lost = rows[(a & ~b)[rows.index]], rows[(b & ~a)[rows.index]]
        losses = min(len(lost), max(count // 2, count - len(won)))
        chosen += [won[: count - losses], lost[:losses]]
    flipped = pd.concat(chosen) if chosen else ordered
    questions = pd.MultiIndex.from_frame(ranks[QUESTION].drop_duplicates())
    places = questions.get_indexer(pd.MultiIndex.from_frame(flipped[QUESTION]))  # groupby leaves out none, so all >= 0
    return flipped.iloc[np.argsort(places, kind="stable")].drop(columns="worse").reset_index(drop=True)


def _median_ranks(seeds: Sequence[pd.DataFrame]) -> pd.Series:
    """Return the rank of each query, the upper median over the seeds, in the order of the first seed's table."""
    ranks = pd.concat([table.set_index(QUERY)["rank_pessimistic"] for table in seeds])
    return ranks.groupby(level=QUERY, sort=False).quantile(0.5, interpolation="higher").astype("int32")
