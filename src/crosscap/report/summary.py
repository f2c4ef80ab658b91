"""All measurements of a workflow run in one tidy table: seeds joined, the best marked, published figures beside.

What the columns mean:

* `value` is the mean over seeds, `deviation` the sample standard deviation over them (NaN with one seed).
* `low` and `high` bound the 95 % interval of the bootstrap over images; with several seeds each is the mean of the
  seeds' bounds. The interval says how far another draw of test images would move the value, the deviation how far
  another seed would; neither contains the other.
* `benchmark` is what was measured on: of retrieval the data set, its whole split ranked at once, and apart its folds.
  A published figure stands beside each benchmark on which it may be compared; `source` names its table.
* `trained` says of a trained experiment whether it was trained on all of the row's languages (yes, no), and is "" of
  baselines and published figures.
* `fidelity` says how near a trained experiment is to its paper (paper, code, reconstruction), `note` what is uncertain
  about it, and that it was trained in other numbers than float32; of a published figure, `note` is what must be known
  of it, and why it is absent.
* `best` marks the best group: the best of our rows, and every row whose paired test against it gives an adjusted p of
  at least 0.05. Only recalls and rsum are tested; of ranks, alignment ratios, similarity and tagging the best value
  alone is marked. The optimistic ends of recalls, the distances of clusters and the variances of ranks, which are
  lowest where captions count for nothing, never are. Published figures have no ranks to test and never take part.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from crosscap.report import published as literature
from crosscap.report.runs import note_of

logger = logging.getLogger(__name__)

SIGNIFICANCE = 0.05
KINDS = ("baseline", "trained", "published")
COLUMNS = [
    *("kind", "experiment", "source", "benchmark", "task", "language", "metric"),
    *("value", "deviation", "seeds", "low", "high", "best", "trained", "fidelity", "note"),
]
LOWER_IS_BETTER = frozenset({"median_rank", "mean_rank"})
NOT_RANKED = frozenset({"clusters", "consistency"})  # tasks whose figures say nothing good by themselves
_QUESTION = ["benchmark", "task", "language", "metric"]


@dataclass(frozen=True)
class Label:
    """What is to be said wherever an experiment's figures are shown: how near to its paper, and what to know."""

    fidelity: str
    note: str


UNLABELLED = Label("", "")  # of a baseline


def read_labels(models: Sequence[Mapping[str, Any]]) -> dict[str, Label]:
    """Return the label of each experiment from the descriptions of its models (model.json)."""
    return {str(model["experiment"]): Label(model["fidelity"], note_of(model)) for model in models}


def summarize(
    metrics: pd.DataFrame,
    tests: pd.DataFrame,
    *,
    experiments: Sequence[str],
    published: Sequence[str],
    pools: pd.DataFrame,
    labels: Mapping[str, Label],
    zero_shot: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """Return the results table: a row a system, task, language and metric.

    `metrics` holds all measurements (table metrics), `tests` the paired tests between experiments. `experiments` are
    the trained ones in the order to show; every other name in `metrics` is a baseline and stands before them.
    `published` names the published tables to add, as far as their tasks and languages were measured, each beside the
    benchmarks whose `pools` (see `pool_sizes`) are theirs; where there is none, a warning says so. Whoever names a
    table vouches that it is about the same data set. `labels` holds what is to be said of each trained experiment,
    `zero_shot` the languages that it was not trained on.
    """
    ours = _over_seeds(metrics)
    ours["kind"] = np.where(ours["experiment"].isin(list(experiments)), "trained", "baseline")
    ours["best"] = _best_group(ours, tests)
    ours["trained"] = _trained(ours, zero_shot)
    ours["source"] = ""
    for column in ("fidelity", "note"):
        ours[column] = [getattr(labels.get(name, UNLABELLED), column) for name in ours["experiment"]]
    results = pd.concat([ours, _published_rows(ours, published, pools)], ignore_index=True)[COLUMNS]
    place = {name: position for position, name in enumerate(experiments)}
    order = [results["kind"].map(KINDS.index), results["experiment"].map(place).fillna(0)]
    return results.iloc[np.lexsort([results.index, *reversed(order)])].reset_index(drop=True)


def _over_seeds(metrics: pd.DataFrame) -> pd.DataFrame:
    """Return one row an experiment and question: mean and deviation over seeds, and the mean bounds."""
    groups = metrics.groupby(["experiment", *_QUESTION], sort=False)
    return groups.agg(
        value=("value", "mean"),
        deviation=("value", "std"),
        seeds=("seed", "nunique"),
        low=("low", "mean"),
        high=("high", "mean"),
    ).reset_index()


def _best_group(results: pd.DataFrame, tests: pd.DataFrame) -> pd.Series:
    """Return which rows are the best of their question, or not significantly worse than it."""
    equal = _not_different(tests)
    marks = pd.Series(False, index=results.index)
    for question, rows in results.groupby(_QUESTION, sort=False):
        _, task, _, metric = question
        values = rows["value"].dropna()
        # nothing to compare, luck with ties, or no order
        if len(values) < 2 or str(metric).endswith("_optimistic") or task in NOT_RANKED:
            continue
        best = values.min() if metric in LOWER_IS_BETTER else values.max()
        winners = set(rows.loc[values.index[values == best], "experiment"])
        group = winners | {
            name for name in rows["experiment"] for winner in winners if (name, winner, *question) in equal
        }
        marks[rows.index] = rows["experiment"].isin(group) & rows["value"].notna()
    return marks


def _trained(ours: pd.DataFrame, zero_shot: Mapping[str, Sequence[str]]) -> list[str]:
    """Return whether each row's experiment was trained on the row's languages."""
    unseen = [
        bool(set(language.split("-")) & set(zero_shot.get(name, ())))
        for name, language in zip(ours["experiment"], ours["language"], strict=True)
    ]
    return ["" if kind != "trained" else "no" if new else "yes" for kind, new in zip(ours["kind"], unseen, strict=True)]


def _not_different(tests: pd.DataFrame) -> set[tuple[str, ...]]:
    """Return the pairs, both ways round, that a test does not tell apart, with their question."""
    columns = ["experiment_a", "experiment_b", *_QUESTION]
    rows = tests.loc[tests["p_adjusted"] >= SIGNIFICANCE, columns].itertuples(index=False, name=None)
    pairs = set(rows)
    return pairs | {(second, first, *question) for first, second, *question in pairs}


def _published_rows(ours: pd.DataFrame, names: Sequence[str], pools: pd.DataFrame) -> pd.DataFrame:
    """Return the published figures of the tasks and languages that we measured, where the pools agree.

    What a paper does not report has no row; what it reports without a source that was found has one without a value.
    """
    figures = literature.read_published(names)
    figures = figures[figures["printed"] != "-"].merge(_measured(ours), on=["task", "language"])
    keys = [(str(table), str(language)) for table, language in zip(figures["table"], figures["language"], strict=True)]
    agreed = {key: _agreeing(*key, pools) for key in dict.fromkeys(keys)}
    ranked = set(pools["benchmark"])  # word translation is not: it is shown where any pool agrees
    figures = figures.loc[
        [
            benchmark in agreed[key] or (benchmark not in ranked and bool(agreed[key]))
            for key, benchmark in zip(keys, figures["benchmark"], strict=True)
        ]
    ]
    return pd.DataFrame(
        {
            "kind": "published",
            "experiment": figures["name"],
            "source": figures["table"],
            **{column: figures[column] for column in ("benchmark", "task", "language", "metric", "value")},
            **dict.fromkeys(("deviation", "low", "high"), np.nan),
            "seeds": 0,
            "best": False,
            **dict.fromkeys(("trained", "fidelity"), ""),
            "note": figures["note"],
        }
    )


def _measured(ours: pd.DataFrame) -> pd.DataFrame:
    """Return the benchmarks, tasks and languages measured; alignment also by language, as papers report it."""
    measured = ours[["benchmark", "task", "language"]].drop_duplicates()
    directions = measured[measured["task"] == "translation"]
    parts = directions.assign(language=directions["language"].str.split("-")).explode("language")
    return pd.concat([measured, parts], ignore_index=True).drop_duplicates()


def _agreeing(table: str, language: str, pools: pd.DataFrame) -> set[str]:
    """Return the benchmarks on whose pools a published table's figures of a language hold; warn where there is none."""
    source, pools_of = literature.sources()[table], pools[pools["language"] == language]
    differences = {
        str(name): source.differences(pools_of[pools_of["benchmark"] == name]) for name in pools["benchmark"].unique()
    }
    agreeing = {name for name, found in differences.items() if not found}
    if not agreeing:
        told = "; ".join(chain.from_iterable(differences.values()))
        logger.warning("report.published: %s is left out for %s: %s", table, language, told)
    return agreeing
