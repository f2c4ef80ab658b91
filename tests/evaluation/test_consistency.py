"""Consistency over languages: by eye, captions' mean ranks, languages that lack an image."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crosscap.evaluation.consistency import measure_consistency, rank_variances

SETTINGS = {"experiment": "ame", "seed": 1, "resamples": 100, "random_seed": 1}


def ranks(rows: list[tuple[str, str, int]], task: str = "image_to_text") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["image_id", "language", "rank_pessimistic"])
    return frame.assign(benchmark="scenes", task=task, rank_optimistic=0, query_id="", fold=0)


def test_by_eye() -> None:
    table = ranks([("a", "en", 0), ("a", "de", 4), ("b", "en", 2), ("b", "de", 2)])
    assert sorted(rank_variances(table)) == [0, 4]  # about the mean 2: (4 + 4) / 2
    row = measure_consistency(table, **SETTINGS).iloc[0]
    assert (row["task"], row["language"], row["metric"]) == ("consistency", "all", "rank_variance_image_to_text")
    assert row["value"] == 2
    assert row["low"] == 0
    assert row["high"] == 4


def test_captions_count_by_their_mean_rank() -> None:
    rows = [("a", "en", 0), ("a", "en", 2), ("a", "de", 4), ("a", "de", 4), ("a", "ja", 7)]
    table = ranks(rows, "text_to_image")
    assert rank_variances(table) == pytest.approx([np.var([1, 4, 7])])
    assert list(measure_consistency(table, **SETTINGS)["metric"]) == ["rank_variance_text_to_image"]


def test_images_that_a_language_lacks_do_not_count() -> None:
    assert list(rank_variances(ranks([("a", "en", 0), ("a", "de", 2), ("b", "en", 9)]))) == [1]


def test_benchmarks_vary_apart() -> None:
    whole, folds = ranks([("a", "en", 0), ("a", "de", 4)]), ranks([("a", "en", 0), ("a", "de", 2)])
    table = measure_consistency(pd.concat([whole, folds.assign(benchmark="scenes folds of 1")]), **SETTINGS)
    assert table[["benchmark", "value"]].to_numpy().tolist() == [["scenes", 4.0], ["scenes folds of 1", 1.0]]


def test_one_language_has_no_consistency() -> None:
    assert len(measure_consistency(ranks([("a", "en", 0), ("b", "en", 1)]), **SETTINGS)) == 0


def test_equal_ranks_in_all_languages_vary_by_nothing() -> None:
    table = pd.concat([ranks([(str(n), language, n) for n in range(9)]) for language in ("en", "de", "ja")])
    row = measure_consistency(table, **SETTINGS).iloc[0]
    assert row["value"] == row["low"] == row["high"] == 0
