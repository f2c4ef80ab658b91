"""Tagging: by eye, a slow list that is read off, ties, and the best tags."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crosscap.evaluation.similarity import order_scores
from crosscap.evaluation.tagging import TaggingScores, best_tags, measure_tagging, score_tags, tagging_metrics
from crosscap.faults import InputError

SETTINGS = {"experiment": "ame", "seed": 1, "resamples": 100, "random_seed": 1}


def scored(scores: np.ndarray, right: np.ndarray) -> TaggingScores:
    images, tags = (
        np.array([f"{kind}{n}" for n in range(size)]) for kind, size in zip("it", scores.shape, strict=True)
    )
    return TaggingScores(images, tags, scores, right, tolerance=1e-6)


def slow_metrics(scores: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Write the list out, wrong tags first among equals, and read the metrics off it."""
    hits = [bool(right[tag]) for tag in sorted(range(len(scores)), key=lambda tag: (-scores[tag], right[tag]))]
    metrics = {f"precision@{k}": 100 * sum(hits[:k]) / k for k in (1, 5, 10)}
    metrics |= {f"recall@{k}": 100 * sum(hits[:k]) / sum(hits) for k in (1, 5, 10)}
    places = [place for place, hit in enumerate(hits, start=1) if hit]
    return metrics | {"mAP": 100 * sum(j / place for j, place in enumerate(places, start=1)) / len(places)}


def test_by_eye() -> None:
    metrics = tagging_metrics(scored(np.array([[0.9, 0.8, 0.7, 0.6]]), np.array([[True, False, True, False]])))
    assert {name: value[0] for name, value in metrics.items()} == pytest.approx(
        {
            **{"precision@1": 100, "precision@5": 40, "precision@10": 20},
            **{"recall@1": 50, "recall@5": 100, "recall@10": 100},
            "mAP": 100 * (1 / 1 + 2 / 3) / 2,
        }
    )


def test_the_slow_list_says_the_same_ties_included() -> None:
    generator = np.random.default_rng(0)
    scores = generator.integers(0, 8, size=(50, 30)) / 10  # many ties
    right = generator.random((50, 30)) < 0.2
    right[:, 0] = True
    metrics = tagging_metrics(scored(scores, right))
    for row in range(50):
        expected = slow_metrics(scores[row], right[row])
        assert {name: values[row] for name, values in metrics.items()} == pytest.approx(expected)


def test_one_score_for_all_finds_nothing_first() -> None:
    metrics = tagging_metrics(scored(np.ones((1, 20)), np.arange(20)[None] == 0))
    assert metrics["precision@1"] == metrics["recall@10"] == 0
    assert metrics["mAP"] == pytest.approx(100 / 20)


def embeddings(names: list[str], kind: str, language: str) -> pd.DataFrame:
    return pd.DataFrame({"item_id": names, "image_id": names, "kind": kind, "language": language})


def example(similarity: str = "cosine", languages: tuple[str, ...] = ("en", "de")) -> dict[str, TaggingScores]:
    images = pd.concat([embeddings(["a", "b", "c"], "image", ""), embeddings(["a"], "caption", "en")])
    names = pd.concat([embeddings(["dog#en", "red#en"], "caption", "en"), embeddings(["red#de"], "caption", "de")])
    truth = pd.DataFrame({"image_id": ["a", "b", "b", "train"], "tag_id": ["dog", "red", "dog", "red"]})
    of_images = np.array([[2, 0], [0, 3], [1, 1], [9, 9]], np.float32)
    of_names = np.array([[1, 0], [0, 1], [0, 5]], np.float32)
    return score_tags((images, of_images), (names, of_names), truth, similarity=similarity, languages=languages)


def test_scores_of_each_language_for_tagged_images_of_the_split() -> None:
    english, german = example().values()
    assert list(english.images) == ["a", "b"]
    assert list(english.tags) == ["dog", "red"]
    assert list(german.tags) == ["red"]
    assert english.scores.tolist() == [[1, 0], [0, 1]]
    assert english.right.tolist() == [[True, False], [True, True]]


def test_with_order_similarity_the_tag_is_the_general_side() -> None:
    english = example("order", ("en",))["en"]
    tags, images = np.eye(2, dtype=np.float32), np.array([[2, 0], [0, 3]], np.float32)
    assert english.scores == pytest.approx(order_scores(tags, images).T)
    assert english.scores.tolist() == [[0, -1], [-1, 0]]


def test_metrics_and_their_intervals() -> None:
    metrics = measure_tagging(example(languages=("en",)), **SETTINGS).set_index("metric")
    assert metrics["value"]["precision@1"] == 100
    assert metrics["value"]["recall@1"] == 75
    assert (metrics["low"] <= metrics["value"]).all()
    assert (metrics["value"] <= metrics["high"]).all()
    assert metrics["low"]["recall@1"] < 75 < metrics["high"]["recall@1"]
    assert set(metrics["benchmark"]) == {"tags"}
    assert set(metrics["task"]) == {"tagging"}


def test_best_tags() -> None:
    table = best_tags(example(languages=("en",)))
    assert table[["image_id", "language", "rank", "tag_id"]].to_numpy().tolist() == [
        ["a", "en", 0, "dog"],
        ["a", "en", 1, "red"],
        ["b", "en", 0, "red"],
        ["b", "en", 1, "dog"],
    ]
    many = best_tags({"en": scored(np.arange(15.0)[None], np.ones((1, 15), bool))})
    assert list(many["score"]) == [14, 13, 12, 11, 10, 9, 8, 7, 6, 5]


def test_nothing_to_tag_is_refused() -> None:
    with pytest.raises(InputError, match="no tag has a name in fr"):
        example(languages=("fr",))
    frame, matrix = embeddings(["x"], "image", ""), np.ones((1, 2))
    truth = pd.DataFrame({"image_id": ["y"], "tag_id": ["dog"]})
    with pytest.raises(InputError, match="no image of the split has a tag"):
        score_tags((frame, matrix), (frame, matrix), truth, similarity="cosine", languages=["en"])
