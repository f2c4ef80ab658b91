"""How many scores of a block pass or reach thresholds, for its rows and its columns at once."""

from __future__ import annotations

import numpy as np

from crosscap.compiled import compiled, parallel_range

STRIP = 512  # rows that a thread counts at once


@compiled(parallel=True)
def count_others(
    scores: np.ndarray,
    own: np.ndarray,
    thresholds_a: np.ndarray,
    thresholds_b: np.ndarray,
    counts_a: np.ndarray,
    counts_b: np.ndarray,
) -> None:
    """Add to the counts how many scores are above the thresholds of row 0, and at or above those of row 1.

    Each row's own columns are left out; their scores are overwritten.

    Shapes:
        scores: [A, B]; own: [A, 2], the first own column and the one behind the last; thresholds_a and counts_a:
        [2, A]; thresholds_b and counts_b: [2, B].
    """
    strips = (len(scores) + STRIP - 1) // STRIP
    of_strips = np.zeros((strips, 2, scores.shape[1]), np.int32)
    for strip in parallel_range(strips):
        rows = slice(strip * STRIP, (strip + 1) * STRIP)
        _count_strip(scores[rows], own[rows], thresholds_a[:, rows], thresholds_b, counts_a[:, rows], of_strips[strip])
    counts_b += of_strips.sum(axis=0)


@compiled()
def _count_strip(
    scores: np.ndarray,
    own: np.ndarray,
    thresholds_a: np.ndarray,
    thresholds_b: np.ndarray,
    counts_a: np.ndarray,
    counts_b: np.ndarray,
) -> None:
    """Add to the counts what some rows hold."""
    above_b, level_b = thresholds_b[0].copy(), thresholds_b[1].copy()  # side by side in memory, for vector instructions
    passing_b, reaching_b = counts_b[0], counts_b[1]
    for row in range(len(scores)):
        passing, reaching = np.int32(0), np.int32(0)
        above, level = thresholds_a[0, row], thresholds_a[1, row]
        of_row = scores[row]
        # -inf reaches no threshold but -inf, and that one is of a query without own items, whose counts are not read
        for column in range(own[row, 0], own[row, 1]):
            of_row[column] = -np.inf
        # a loop a side: each is short enough for the compiler to use vector instructions
        for score in of_row:
            passing += np.int32(score > above)
            reaching += np.int32(score >= level)
        for column in range(len(of_row)):
            passing_b[column] += np.int32(of_row[column] > above_b[column])
            reaching_b[column] += np.int32(of_row[column] >= level_b[column])
        counts_a[0, row] += passing
        counts_a[1, row] += reaching
