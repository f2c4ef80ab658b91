"""Similarity of sentences: by eye, scipy-free definitions, ties, constant scores, intervals."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import pytest

from crosscap.evaluation.sts import correlate, measure_similarity
from crosscap.faults import InputError

SETTINGS = {"experiment": "ame", "seed": 3, "resamples": 200, "random_seed": 1}


def items(count: int, language: str = "en") -> pd.DataFrame:
    names = [f"{pair}#{side}" for pair in range(count) for side in (1, 2)]
    return pd.DataFrame({"item_id": names, "image_id": "", "kind": "caption", "language": language})


def pairs(scores: list[float], *, source: str = "2014/images", language: str = "en") -> pd.DataFrame:
    numbers = range(len(scores))
    columns = {"pair_id": list(map(str, numbers)), "first_id": [f"{n}#1" for n in numbers]}
    rest = {"second_id": [f"{n}#2" for n in numbers], "language": language, "score": scores, "source": source}
    return pd.DataFrame({**columns, **rest})


def at_angles(cosines: list[float]) -> np.ndarray:
    """Two unit vectors a pair with the cosine asked for."""
    rows = [vector for cosine in cosines for vector in ((1, 0), (cosine, np.sqrt(1 - cosine**2)))]
    return np.array(rows, np.float32)


def measured(matrix: np.ndarray, scores: list[float], similarity: str = "cosine") -> pd.DataFrame:
    return measure_similarity(pairs(scores), items(len(scores)), matrix, similarity=similarity, **SETTINGS)


def test_by_eye() -> None:
    metrics = measured(at_angles([0.0, 0.2, 0.4, 1.0]), [0, 1, 2, 5])
    assert list(metrics["metric"]) == ["pearson", "spearman"]
    assert metrics["value"].to_numpy() == pytest.approx([100, 100], abs=1e-3)
    assert (metrics[["low", "high"]].to_numpy() > 99).all()
    named = metrics[["experiment", "seed", "benchmark", "task", "language"]].drop_duplicates().to_numpy().tolist()
    assert named == [["ame", 3, "2014/images", "similarity", "en"]]


def test_the_order_of_scores_alone_counts_for_spearman() -> None:
    metrics = measured(at_angles([0.9, 0.5, 0.1]), [0, 1, 5]).set_index("metric")["value"]
    assert metrics["spearman"] == pytest.approx(-100)
    assert metrics["pearson"] == pytest.approx(100 * np.corrcoef([0.9, 0.5, 0.1], [0, 1, 5])[0, 1], abs=1e-3)


def test_order_similarity_is_the_mean_of_both_directions() -> None:
    generator = np.random.default_rng(0)
    matrix, scores = generator.normal(size=(20, 5)).astype(np.float32), generator.random(10).tolist()
    metrics = measured(matrix, scores, "order").set_index("metric")["value"]
    assert list(metrics.index) == ["pearson", "spearman", "pearson_cosine", "spearman_cosine"]

    def violation(a: np.ndarray, b: np.ndarray) -> float:
        return float((np.maximum(a - b, 0) ** 2).sum())

    symmetric = [-(violation(a, b) + violation(b, a)) / 2 for a, b in zip(matrix[::2], matrix[1::2], strict=True)]
    assert metrics["pearson"] == pytest.approx(100 * np.corrcoef(symmetric, scores)[0, 1], abs=1e-3)
    cosines = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in zip(matrix[::2], matrix[1::2], strict=True)]
    assert metrics["pearson_cosine"] == pytest.approx(100 * np.corrcoef(cosines, scores)[0, 1], abs=1e-3)
    assert metrics["spearman_cosine"] == pytest.approx(100 * pd.Series(cosines).corr(pd.Series(scores), "spearman"))


def test_rows_correlate_as_numpy_says_and_constant_ones_with_nothing() -> None:
    generator = np.random.default_rng(1)
    one, other = generator.normal(size=(2, 4, 30))
    one[3] = 7.0
    expected = [np.corrcoef(a, b)[0, 1] for a, b in zip(one[:3], other[:3], strict=True)]
    assert correlate(one, other) == pytest.approx([*expected, 0.0])


@pytest.mark.filterwarnings("error")
def test_a_model_that_scores_all_pairs_alike_has_no_correlation(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        metrics = measured(at_angles([0.3, 0.3, 0.3]) + np.float32(1e-8), [0, 1, 5])
    assert (metrics[["value", "low", "high"]].to_numpy() == 0).all()
    assert "ame gives all 3 pairs of 2014/images the same score" in caplog.text


def test_intervals_hold_the_value_and_shrink_with_more_pairs() -> None:
    generator = np.random.default_rng(2)

    def width(count: int) -> float:
        truth = generator.random(count)
        noisy = np.clip(truth + generator.normal(scale=0.2, size=count), 0, 1)
        row = measured(at_angles(noisy.tolist()), truth.tolist()).iloc[0]
        assert row["low"] < row["value"] < row["high"]
        return float(row["high"] - row["low"])

    assert width(400) < width(25)


def test_each_source_apart_in_the_languages_that_are_embedded() -> None:
    table = pd.concat([pairs([0, 1, 5]), pairs([5, 1, 0], source="2015/images"), pairs([0, 5], language="de")])
    metrics = measure_similarity(table, items(3), at_angles([0.1, 0.2, 0.9]), similarity="cosine", **SETTINGS)
    assert list(metrics["benchmark"].unique()) == ["2014/images", "2015/images"]
    assert list(np.sign(metrics["value"])) == [1, 1, -1, -1]
    assert list(metrics["language"].unique()) == ["en"]


def test_what_is_not_embedded_is_named() -> None:
    with pytest.raises(InputError, match=r"2 sentences have no embedding|1 sentences have no embedding, first: 2#1"):
        measure_similarity(pairs([0, 1, 5]), items(2), at_angles([0.1, 0.2]), similarity="cosine", **SETTINGS)
    with pytest.raises(InputError, match=r"the pairs are in \['de'\]"):
        measure_similarity(pairs([1], language="de"), items(1), at_angles([0.1]), similarity="cosine", **SETTINGS)
