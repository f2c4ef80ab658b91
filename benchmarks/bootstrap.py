"""Intervals of retrieval metrics: 10,000 resamples of 25,000 queries, which come five an image, by draws of images.

The obvious loop draws images, puts the ranks of all their captions together, and takes each metric of these; it is
timed over a part of the resamples, and its time taken as many times as there are parts. SciPy's bootstrap gives the
interval of a mean; it is compared on what each image adds to R@1, as its clusters are of one size here.

    PYTHONPATH=src python benchmarks/bootstrap.py
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from measuring import TIMES, Curve, Figure, Found, megabytes_of, run, seconds_in_turn, seconds_of
from scipy.stats import bootstrap  # type: ignore[import-untyped]

from crosscap.evaluation.bootstrap import INTERVAL, mean_intervals
from crosscap.evaluation.metrics import measure as measure_metrics
from crosscap.evaluation.ranking import CUTOFFS

IMAGES, EACH, RESAMPLES = 5_000, 5, 10_000
PART = 200
SEED = 1
SIZES = (1_000, 3_000, 10_000)


def make_ranks() -> pd.DataFrame:
    """Return a table of drawn ranks."""
    drawn = np.random.default_rng(SEED).geometric(0.05, IMAGES * EACH) - 1
    return pd.DataFrame(
        {
            "query_id": np.arange(len(drawn)).astype(str),
            "image_id": np.repeat(np.arange(IMAGES).astype(str), EACH),
            "benchmark": "drawn",
            "task": "text_to_image",
            "language": "en",
            "fold": 0,
            "rank_optimistic": drawn,
            "rank_pessimistic": drawn,
        }
    )


def ours(ranks: pd.DataFrame, resamples: int) -> pd.DataFrame:
    """Return the metrics with their intervals."""
    return measure_metrics(ranks, experiment="drawn", seed=1, resamples=resamples, random_seed=SEED)


def reference(ranks: pd.DataFrame, resamples: int) -> dict[str, np.ndarray]:
    """Return the interval of each metric, resample after resample."""
    of_images = [rows.to_numpy() for _, rows in ranks.groupby("image_id", sort=False)["rank_pessimistic"]]
    draws = np.random.default_rng(SEED).integers(0, IMAGES, size=(resamples, IMAGES))
    metrics: dict[str, list[float]] = {}
    for draw in draws:
        drawn = np.concatenate([of_images[image] for image in draw])
        for cutoff in CUTOFFS:
            metrics.setdefault(f"R@{cutoff}", []).append(100 * float(np.mean(drawn < cutoff)))
        metrics.setdefault("mean_rank", []).append(float(drawn.mean()) + 1)
        metrics.setdefault("median_rank", []).append(float(np.median(drawn)) // 1 + 1)
    return {metric: np.quantile(values, INTERVAL) for metric, values in metrics.items()}


def check(ranks: pd.DataFrame) -> None:
    """Raise where both forms do not give the same intervals."""
    found = ours(ranks, PART).set_index("metric")
    for metric, interval in reference(ranks, PART).items():
        np.testing.assert_allclose(found.loc[metric, ["low", "high"]].to_numpy(float), interval)


def measure() -> Found:
    """Compare the intervals with a loop and with SciPy."""
    ranks = make_ranks()
    check(ranks)
    memory = megabytes_of(lambda: ours(ranks, RESAMPLES))
    seconds = seconds_in_turn(
        {"loop": lambda: reference(ranks, PART), "ours": lambda: ours(ranks, RESAMPLES)}, rounds=3
    )
    hits = (ranks["rank_pessimistic"].to_numpy() < 1).reshape(IMAGES, EACH).mean(axis=1)  # [N]: R@1 of each image
    means = seconds_in_turn(
        {
            "scipy": lambda: bootstrap(
                (hits,), np.mean, n_resamples=RESAMPLES, batch=100, method="percentile", rng=np.random.default_rng(SEED)
            ),
            "ours": lambda: mean_intervals(hits[:, None], resamples=RESAMPLES, random_seed=SEED),
        },
        rounds=1,
    )
    path = f"bootstrap, {RESAMPLES:,} resamples of {IMAGES * EACH:,} queries, clustered"
    times, detail = RESAMPLES / PART * seconds["loop"] / seconds["ours"], f"{PART} resamples, times {RESAMPLES // PART}"
    costs = [seconds_of(partial(ours, ranks, size)) for size in SIZES]
    return Found(
        [
            Figure(path, "a loop over resamples", times, TIMES, 50, detail=detail),
            Figure(path, "all draws at once, 2,000 MB", memory, "MB more"),
            Figure(
                "bootstrap of a mean over 5,000 images", "scipy.stats.bootstrap", means["scipy"] / means["ours"], TIMES
            ),
        ],
        [Curve("bootstrap of 25,000 queries", "resamples", SIZES, costs, "s", 1)],
    )


if __name__ == "__main__":
    run(measure, __doc__)
