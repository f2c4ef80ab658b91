"""Metrics: by eye, the median's floor, folds, the bootstrap against a slow loop, another library's recalls."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crosscap.evaluation import metrics as metrics_module
from crosscap.evaluation.metrics import measure

BOTH = ("image_to_text", "text_to_image")


def make_ranks(
    ranks: list[int],
    *,
    images: list[str] | None = None,
    task: str = "text_to_image",
    language: str = "en",
    fold: int = 0,
) -> pd.DataFrame:
    images = images or [f"i{number}" for number in range(len(ranks))]
    return pd.DataFrame(
        {
            "query_id": [f"q{number}" for number in range(len(ranks))],
            "image_id": images,
            "benchmark": "b",
            "task": task,
            "language": language,
            "fold": fold,
            "rank_optimistic": ranks,
            "rank_pessimistic": ranks,
        }
    )


def measured(ranks: pd.DataFrame, *, resamples: int = 50, random_seed: int = 0) -> pd.DataFrame:
    return measure(ranks, experiment="x", seed=3, resamples=resamples, random_seed=random_seed)


def values(ranks: pd.DataFrame, task: str = "text_to_image") -> dict[str, float]:
    metrics = measured(ranks)
    return dict(metrics[metrics["task"] == task].set_index("metric")["value"])


def test_metrics_by_eye() -> None:
    assert values(make_ranks([0, 0, 3, 7, 20])) == {
        **dict.fromkeys(("R@1", "R@1_optimistic"), 40.0),
        **dict.fromkeys(("R@5", "R@5_optimistic"), 60.0),
        **dict.fromkeys(("R@10", "R@10_optimistic"), 80.0),
        "mean_rank": 7.0,
        "median_rank": 4.0,
    }


@pytest.mark.parametrize(("ranks", "median"), [([0, 1], 1), ([0, 2], 2), ([0, 3], 2), ([4, 5, 6, 7], 6), ([2], 3)])
def test_the_median_is_floored(ranks: list[int], median: int) -> None:
    assert values(make_ranks(ranks))["median_rank"] == np.floor(np.median(ranks)) + 1 == median


def test_rsum_adds_the_six_recalls_and_needs_both_directions() -> None:
    both = pd.concat([make_ranks([0, 4, 30], task=BOTH[0]), make_ranks([0, 9, 9], task=BOTH[1])])
    assert values(both, task="image_text")["rsum"] == pytest.approx((1 + 2 + 2 + 1 + 1 + 3) * 100 / 3)
    assert values(make_ranks([0]), task="image_text") == {}


def test_folds_are_measured_apart_and_averaged() -> None:
    one, other = make_ranks([0, 0, 3]), make_ranks([8, 20], images=["j0", "j1"], fold=1)
    folded, first, second = (values(ranks) for ranks in (pd.concat([one, other]), one, other))
    assert folded == {metric: (first[metric] + second[metric]) / 2 for metric in first}
    assert folded["R@1"] == pytest.approx(100 / 3)  # the plain mean over queries would be 40


def test_benchmarks_are_measured_apart_with_the_intervals_that_each_has_alone() -> None:
    one, other = make_ranks([0, 0, 3, 9]), make_ranks([8, 20, 0, 1]).assign(benchmark="c")
    both = measured(pd.concat([one, other]))
    pd.testing.assert_frame_equal(both, pd.concat([measured(one), measured(other)], ignore_index=True))
    assert list(both["benchmark"].unique()) == ["b", "c"]


def test_both_ends_of_ties_are_always_measured() -> None:
    ranks = make_ranks([3] * 20)
    plain, lucky = values(ranks), values(ranks.assign(rank_optimistic=0))
    assert (plain["R@1"], plain["R@1_optimistic"]) == (0.0, 0.0)
    assert (lucky["R@1"], lucky["R@1_optimistic"]) == (0.0, 100.0)
    assert lucky["R@5"] == lucky["R@5_optimistic"] == 100.0


@pytest.mark.parametrize("head", [0.0, 0.45, 0.9])
def test_the_interval_is_that_of_a_slow_bootstrap(head: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_module, "HEAD", head)
    generator = np.random.default_rng(4)
    images = [f"i{number}" for number in range(40) for _ in range(1 + number % 3)]
    ranks = make_ranks(list(generator.integers(0, 15, len(images))), images=images)
    metrics = measured(ranks, resamples=200, random_seed=9).set_index("metric")
    of_images = [rows["rank_pessimistic"].to_numpy() for _, rows in ranks.groupby("image_id", sort=False)]
    draws = np.random.default_rng(9).integers(0, 40, size=(200, 40))
    resampled = [np.concatenate([of_images[image] for image in draw]) for draw in draws]
    slow = {
        "R@5": [100 * np.mean(sample < 5) for sample in resampled],
        "mean_rank": [sample.mean() + 1 for sample in resampled],
        "median_rank": [np.floor(np.median(sample)) + 1 for sample in resampled],
    }
    for metric, replicates in slow.items():
        expected = np.quantile(replicates, [0.025, 0.975])
        assert metrics.loc[metric, ["low", "high"]].to_numpy(float) == pytest.approx(expected)


def test_drawing_images_widens_the_interval_of_captions_that_agree() -> None:
    ranks = list(np.repeat(np.random.default_rng(0).integers(0, 2, 60), 5))
    together = measured(make_ranks(ranks, images=[f"i{number // 5}" for number in range(300)])).iloc[0]
    apart = measured(make_ranks(ranks)).iloc[0]
    assert together["high"] - together["low"] > 1.5 * (apart["high"] - apart["low"])


def test_a_seed_gives_the_same_intervals() -> None:
    ranks = make_ranks(list(range(30)))
    pd.testing.assert_frame_equal(measured(ranks), measured(ranks))
    assert not measured(ranks, random_seed=1).equals(measured(ranks))


def test_recalls_agree_with_the_largest_scores_of_each_query() -> None:
    scores = np.random.default_rng(2).standard_normal((12, 30))
    metrics = values(make_ranks([int((row > row[query]).sum()) for query, row in enumerate(scores)]))
    for cutoff in (1, 5, 10):  # as CLIP_benchmark does: is the right one among the indices of the k largest scores?
        largest = np.argsort(-scores, axis=1)[:, :cutoff]
        assert metrics[f"R@{cutoff}"] == pytest.approx(100 * np.mean((largest == np.arange(12)[:, None]).any(axis=1)))
