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

    As many rows are drawn as there are. The draws do not depend on the size of the blocks. A block is overwritten by
    the next one, since fresh memory costs as much as the counting.
    """
    block = max(1, min(resamples, BLOCK_ELEMENTS // rows))
    counts = np.empty((block, rows))  # double precision, for the matrix products that follow
    for start in range(0, resamples, block):
        drawn = generator.integers(0, rows, size=(min(block, resamples - start), rows), dtype=np.int32)
        _count(drawn, counts[: len(drawn)])
        yield counts[: len(drawn)]


@compiled()
def _count(drawn: np.ndarray, counts: np.ndarray) -> None:
    """Write how often each number stands in each row into counts [R, N], of numbers below N, [R, N]."""
    counts[:] = 0
    for row in range(len(drawn)):
        for number in drawn[row]:
            counts[row, number] += 1
