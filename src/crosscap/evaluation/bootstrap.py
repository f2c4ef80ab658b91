"""The bootstrap: rows are drawn with replacement, many times, and what is measured on each draw tells its spread."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crosscap.compiled import compiled

INTERVAL = (0.025, 0.975)  # quantiles that bound 95 %
BLOCK_ELEMENTS = 1 << 19  # of counts held at once: 4 MB


def mean_intervals(values: np.ndarray, *, resamples: int, random_seed: int) -> np.ndarray:
    """Return the bounds of the 95 % interval of each column's mean, from draws of rows with replacement.

    Shapes:
        values: [N, M]; returns [2, M].
    """
    rows = len(values)
    blocks = draw_counts(rows, resamples=resamples, generator=np.random.default_rng(random_seed))
    means = np.concatenate([counts @ values / rows for counts in blocks])  # [resamples, M]
    return np.quantile(means, INTERVAL, axis=0)


def draw_counts(rows: int, *, resamples: int, generator: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield how often each of some rows is drawn, [block, rows], until there are as many resamples as asked for.

    As many rows are drawn as there are. The draws do not depend on the size of the blocks.
    """
    block = max(1, BLOCK_ELEMENTS // rows)
    for start in range(0, resamples, block):
        yield _counts(generator.integers(0, rows, size=(min(block, resamples - start), rows), dtype=np.int32))


@compiled()
def _counts(drawn: np.ndarray) -> np.ndarray:
    """Return how often each number stands in each row, [R, N], of numbers below N, [R, N]."""
    counts = np.zeros(drawn.shape)  # double precision, for the matrix products that follow
    for row in range(len(drawn)):
        for number in drawn[row]:
            counts[row, number] += 1
    return counts
