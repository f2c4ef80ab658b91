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
from crosscap.report.names import MEASURES, METRICS, TASKS, language_name
from crosscap.report.thumbnails import picture

KEY = ["task", "language", "metric"]
NOTE = (
    "Difference: the first less the second, in points, with the 95 % interval of a bootstrap over images. "
    "p: a paired permutation test over images, of these two alone; "
)
ALONE = "the summary's tests.csv adjusts it for all pairs of experiments."
ADJUSTED = "adjusted p counts all pairs of experiments (Holm, 1979)."


@dataclass(frozen=True)
class Flip:
    """A query that one of two experiments finds among the first k, and the other does not; ranks count from 1.

    `texts` are the caption asked for, or of an image query its captions, any of which is right; `thumbnail` is "" where
    there is no photo.
    """

    task: str
    language: str
    query_id: str
    image_id: str
    texts: tuple[str, ...]
    ranks: tuple[int, int]
    thumbnail: str

    @property
    def won(self) -> bool:
        """Return whether it is the first experiment that finds it."""
        return self.ranks[0] < self.ranks[1]


@dataclass(frozen=True)
class Comparison:
    """What two experiments differ in.

    `tests` has the columns task, language, metric, value_a, value_b, difference, low, high, p_value and p_adjusted,
    `counts` those of `crosscap.evaluation.flips.count_flips`.
    """

    names: tuple[str, str]
    fidelity: Mapping[str, str]
    cutoff: int
    tests: pd.DataFrame
    counts: pd.DataFrame
    flips: tuple[Flip, ...]

    @property
    def title(self) -> str:
        """Return ``ame (paper) against fme (paper)``."""
        return " against ".join(labelled(name, self.fidelity) for name in self.names)

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
    fidelity: Mapping[str, str],
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
    says of the two, and perhaps of others; `fidelity` holds their labels; `images` and `captions` are the data set's
    tables; `images_folder` is where the photos are. A query is found where its rank, from 1, is at most `cutoff`;
    `count` flips of each task and language are kept. `resamples` and `seed` are the bootstrap's.

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
        tests=_joined(ranks, pair_tests(tests, one, other), intervals),
        counts=count_flips(paired, cutoff=cutoff),
        flips=_described(chosen, images=images, captions=captions, images_folder=images_folder),
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
    adjusted = not tests["p_adjusted"].equals(tests["p_value"])
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


def _described(
    chosen: pd.DataFrame, *, images: pd.DataFrame, captions: pd.DataFrame, images_folder: str | Path | None
) -> tuple[Flip, ...]:
    """Return flipped queries with what they ask for."""
    photos = images.set_index("image_id")["path"] if images_folder else pd.Series(dtype=str)
    folder = Path(images_folder or ".")
    text_of = captions.set_index("caption_id")["text"]
    wanted = captions[captions["image_id"].isin(chosen["image_id"])]
    texts_of = wanted.groupby(["image_id", "language"], sort=False)["text"].agg(tuple).to_dict()
    return tuple(
        Flip(
            task=row.task,
            language=row.language,
            query_id=row.query_id,
            image_id=row.image_id,
            texts=texts_of[row.image_id, row.language] if row.task == "image_to_text" else (text_of[row.query_id],),
            ranks=(int(row.rank_a) + 1, int(row.rank_b) + 1),
            thumbnail=picture(folder, photos.get(row.image_id, "")),
        )
        for row in _rows(chosen)
    )


def _rows(frame: pd.DataFrame) -> list[Any]:
    """Return a frame's rows as tuples with names."""
    return list(frame.itertuples(index=False))
