"""Two experiments side by side: paired tests with intervals, and the queries that only one of them answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from crosscap.evaluation.flips import count_flips, furthest_flips, paired_ranks
from crosscap.evaluation.significance import mean_recalls, paired_intervals
from crosscap.report.facts import FactTable, format_number, labelled
from crosscap.report.flipped import Flip, described_flips
from crosscap.report.names import MEASURES, METRICS, TASKS, language_name

KEY = ["task", "language", "metric"]
NOTE = (
    "Difference: the first less the second, in points, with the 95 % interval of a bootstrap over images. "
    "p: a paired permutation test over images, of these two alone; "
)
ALONE = "the summary's tests.csv adjusts it for all pairs of experiments."
ADJUSTED = "adjusted p counts all pairs of experiments (Holm, 1979)."


@dataclass(frozen=True)
class Comparison:
    """What two experiments differ in.

    `seeds` are those compared of each; `adjusted` tells whether p_adjusted counts all pairs of experiments.
    `tests` has the columns task, language, metric, value_a, value_b, difference, low, high, p_value and p_adjusted,
    `counts` those of `crosscap.evaluation.flips.count_flips`.
    """

    names: tuple[str, str]
    fidelity: Mapping[str, str]
    cutoff: int
    seeds: Mapping[str, Sequence[int]]
    tests: pd.DataFrame
    adjusted: bool
    counts: pd.DataFrame
    flips: tuple[Flip, ...]

    @property
    def title(self) -> str:
        """Return ``ame (paper) with seeds 1, 2 against fme (paper) with seed 1``."""
        return " against ".join(labelled(name, self.fidelity) + self._seeds_of(name) for name in self.names)

    def _seeds_of(self, name: str) -> str:
        """Return `` with seeds 1, 2``, and "" where the name says it, or there are none."""
        seeds = self.seeds.get(name, ())
        if not seeds or name.endswith(f"seed{seeds[0]}"):
            return ""
        return f" with seed{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds))}"

    def tables(self) -> list[FactTable]:
        """Return the tests and the counts of queries as tables of texts."""
        return [test_table(self), count_table(self)]

    def groups(self) -> list[tuple[str, list[Flip]]]:
        """Return the flips by their question, such as ``text → image, German``."""
        grouped = groupby(self.flips, key=lambda flip: question_name(flip.task, flip.language))
        return [(question, list(flips)) for question, flips in grouped]


def compare_experiments(
    ranks: Mapping[str, Sequence[pd.DataFrame]],
    tests: pd.DataFrame,
    *,
    adjusted: bool,
    fidelity: Mapping[str, str],
    seeds: Mapping[str, Sequence[int]],
    images: pd.DataFrame,
    captions: pd.DataFrame,
    images_folder: str | Path | None,
    cutoff: int,
    count: int,
    resamples: int,
    seed: int,
) -> Comparison:
    """Compare two experiments on the queries that both answered.

    `ranks` are the tables ranks of the seeds of each by its name, of the whole split; `tests` is what `paired_tests`
    says of the two, and perhaps of others, and `adjusted` whether its p_adjusted counts these; `fidelity` holds their
    labels, `seeds` those of their ranks; `images` and `captions` are the data set's tables; `images_folder` is where
    the photos are. A query is found where its rank, from 1, is at most `cutoff`; `count` flips of each task and
    language are kept. `resamples` and `seed` are the bootstrap's.

    Raises:
        InputError: the two have different queries in a task and language.
    """
    one, other = ranks
    paired = paired_ranks(ranks[one], ranks[other])
    chosen = furthest_flips(paired, cutoff=cutoff, count=count)
    intervals = paired_intervals(ranks, resamples=resamples, seed=seed)
    return Comparison(
        names=(one, other),
        fidelity=fidelity,
        cutoff=cutoff,
        seeds=seeds,
        adjusted=adjusted,
        tests=_joined(ranks, pair_tests(tests, one, other), intervals),
        counts=count_flips(paired, cutoff=cutoff),
        flips=described_flips(chosen, images=images, captions=captions, images_folder=images_folder),
    )


def pair_tests(tests: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """Return the tests of two experiments, whichever stands first there; a difference is what `one` is ahead."""
    given = tests[(tests["experiment_a"] == one) & (tests["experiment_b"] == other)]
    turned = tests[(tests["experiment_a"] == other) & (tests["experiment_b"] == one)]
    return pd.concat([given, turned.assign(difference=0.0 - turned["difference"])], ignore_index=True)


def question_name(task: str, language: str) -> str:
    """Return ``text → image, German``."""
    return f"{TASKS.get(task, task)}, {language_name(language)}"


def test_table(comparison: Comparison) -> FactTable:
    """Return each metric of both experiments, their difference and its test."""
    tests = comparison.tests
    adjusted = comparison.adjusted
    rows = tuple(
        (
            question_name(row.task, row.language),
            (METRICS | MEASURES)[row.metric],
            *(f"{value:.1f}" for value in (row.value_a, row.value_b)),
            f"{row.difference:+.1f}",
            f"{row.low:+.1f} to {row.high:+.1f}",
            f"{row.p_value:.4f}",
            *([f"{row.p_adjusted:.4f}"] if adjusted else []),
        )
        for row in _rows(tests)
    )
    columns = ("", "metric", *comparison.names, "difference", "95 % interval", "p", *(["adjusted p"] * adjusted))
    return FactTable(comparison.title, columns, rows, NOTE + (ADJUSTED if adjusted else ALONE))


def count_table(comparison: Comparison) -> FactTable:
    """Return how many queries both experiments found among the first k, one alone, and neither."""
    one, other = comparison.names
    rows = tuple(
        (question_name(row.task, row.language), *map(format_number, row[2:])) for row in _rows(comparison.counts)
    )
    columns = ("", "queries", "both", f"{one} alone", f"{other} alone", "neither")
    return FactTable(f"Queries answered among the first {comparison.cutoff}", columns, rows)


def _joined(ranks: Mapping[str, Sequence[pd.DataFrame]], tests: pd.DataFrame, intervals: pd.DataFrame) -> pd.DataFrame:
    """Return the tests with both experiments' values and the bounds of the difference, in the order of the bounds."""
    values = [
        mean_recalls(seeds, experiment=name).set_index(KEY)["value"].rename(f"value_{side}")
        for (name, seeds), side in zip(ranks.items(), "ab", strict=True)
    ]
    joined = intervals.set_index(KEY)[["low", "high"]].join([*values, tests.set_index(KEY)])
    columns = ["value_a", "value_b", "difference", "low", "high", "p_value", "p_adjusted"]
    return joined[columns].reset_index()


def _rows(frame: pd.DataFrame) -> list[Any]:
    """Return a frame's rows as tuples with names."""
    return list(frame.itertuples(index=False))
