"""Intervals of means over images by the bootstrap."""

from __future__ import annotations

import numpy as np

from crosscap.evaluation.metrics import INTERVAL


def mean_intervals(values: np.ndarray, *, resamples: int, random_seed: int) -> np.ndarray:
    """Return the bounds of the 95 % interval of each column's mean, from draws of rows with replacement.

    Shapes:
        values: [N, M]; returns [2, M].
    """
    rows = len(values)
    counts = np.random.default_rng(random_seed).multinomial(rows, np.full(rows, 1 / rows), size=resamples)
    return np.quantile(counts @ values / rows, INTERVAL, axis=0)
