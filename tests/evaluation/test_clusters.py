"""Distances within and between clusters: by eye, a slow loop, blocks, a single image."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from crosscap.evaluation import clusters
from crosscap.evaluation.bootstrap import mean_intervals
from crosscap.evaluation.clusters import cluster_distances, measure_clusters

SETTINGS = {"experiment": "ame", "seed": 1, "benchmark": "scenes", "resamples": 100, "random_seed": 1}


def slow_distances(images: np.ndarray, captions: np.ndarray, owners: np.ndarray) -> np.ndarray:
    rows = []
    for number, image in enumerate(images):
        own = [image, *captions[owners == number]]
        intra = np.mean([np.linalg.norm(one - other) for one, other in combinations(own, 2)])
        rows.append([intra, np.mean([np.linalg.norm(image - other) for other in captions[owners != number]])])
    return np.array(rows)


def test_by_eye() -> None:
    images, captions = np.array([[0.0, 0], [10, 0]]), np.array([[0.0, 3], [0, -3], [10, 4]])
    distances = cluster_distances(images, captions, owners=np.array([0, 0, 1]))
    assert distances[:, 0] == pytest.approx([(3 + 3 + 6) / 3, 4])
    assert distances[:, 1] == pytest.approx([np.hypot(10, 4), np.hypot(10, 3)])


def test_the_slow_loop_says_the_same_in_blocks_and_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "BLOCK", 4)
    generator = np.random.default_rng(0)
    owners = np.concatenate([np.arange(11), generator.integers(0, 11, size=30)])
    generator.shuffle(owners)
    images, captions = (generator.normal(size=(n, 6)).astype(np.float32) for n in (11, len(owners)))
    assert cluster_distances(images, captions, owners=owners) == pytest.approx(
        slow_distances(images, captions, owners), rel=1e-5
    )


def test_captions_on_their_image_are_at_no_distance() -> None:
    images = np.eye(3, 512, dtype=np.float32)
    distances = cluster_distances(images, np.repeat(images, 2, axis=0), owners=np.repeat(np.arange(3), 2))
    assert (distances[:, 0] == 0).all()
    assert distances[:, 1] == pytest.approx([np.sqrt(2)] * 3)


def test_a_single_image_has_no_others() -> None:
    assert np.isnan(cluster_distances(np.zeros((1, 2)), np.ones((2, 2)), owners=np.zeros(2, int))[0, 1])


def test_each_language_and_images_without_captions_left_out() -> None:
    rows = [("a", "image", ""), ("b", "image", ""), ("c", "image", "")]
    rows += [("b", "caption", "en"), ("a", "caption", "en"), ("a", "caption", "de")]
    frame = pd.DataFrame(rows, columns=["image_id", "kind", "language"])
    matrix = np.array([[0, 0], [8, 0], [99, 99], [8, 1], [0, 1], [0, 7]], np.float32)
    metrics = measure_clusters(frame, matrix, languages=["en", "de", "ja"], **SETTINGS)
    assert list(zip(metrics["language"], metrics["metric"], strict=True)) == [
        (language, metric) for language in ("en", "de") for metric in ("intra_distance", "inter_distance")
    ]
    assert metrics["value"].to_numpy()[:3] == pytest.approx([1, np.hypot(8, 1), 7])
    assert metrics["low"].to_numpy()[:2] == pytest.approx(metrics["value"].to_numpy()[:2])


def test_intervals_of_means_have_the_width_that_theory_gives() -> None:
    values = np.random.default_rng(0).normal(loc=[5, -2], scale=[1, 10], size=(400, 2))
    low, high = mean_intervals(values, resamples=2000, random_seed=1)
    assert high - low == pytest.approx(2 * 1.96 * values.std(axis=0) / 20, rel=0.1)
    assert (low < values.mean(axis=0)).all()
    assert (values.mean(axis=0) < high).all()
