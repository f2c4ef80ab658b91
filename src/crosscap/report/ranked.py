"""What the summary takes from the ranks of all runs: who ranked what, how much at once, and the paired tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from crosscap.evaluation.significance import paired_tests

POOL = ["benchmark", "language", "fold"]


def by_experiment(runs: Sequence[tuple[str, int]], ranks: Sequence[pd.DataFrame]) -> dict[str, list[pd.DataFrame]]:
    """Return the tables of the runs (experiment, seed), in the order of `runs`, as a list of seeds an experiment."""
    grouped: dict[str, list[pd.DataFrame]] = {}
    for (experiment, _), table in zip(runs, ranks, strict=True):
        grouped.setdefault(experiment, []).append(table)
    return grouped


def pool_sizes(ranks: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return how many images and captions were ranked at once, a row a benchmark, language and fold.

    `ranks` are tables of one split; an image or caption that several of them rank counts once.
    """
    rows = pd.concat([table[["query_id", "image_id", "task", *POOL]] for table in ranks])
    pools = rows.groupby(POOL, sort=False)["image_id"].nunique().to_frame("images")
    captions = rows[rows["task"] != "image_to_text"].groupby(POOL)["query_id"].nunique()
    return pools.assign(captions=captions).reset_index()


def benchmark_tests(ranks: Mapping[str, Sequence[pd.DataFrame]], **settings: Any) -> pd.DataFrame:
    """Return the paired tests of each benchmark by itself, and a column that names it; arguments of `paired_tests`."""
    names = dict.fromkeys(name for seeds in ranks.values() for table in seeds for name in table["benchmark"].unique())
    tables = []
    for benchmark in names:
        of_benchmark = {
            experiment: [table[table["benchmark"] == benchmark] for table in seeds]
            for experiment, seeds in ranks.items()
        }
        tables.append(paired_tests(of_benchmark, **settings).assign(benchmark=benchmark))
    return pd.concat(tables, ignore_index=True)
