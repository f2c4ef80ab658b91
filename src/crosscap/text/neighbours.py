"""Nearest neighbours by dot product, exact, in bounded memory.

Legend: V words of a vocabulary, D dimension, Q queries, k neighbours.
"""

from __future__ import annotations

import numpy as np

BLOCK_ROWS = 512  # queries whose scores are in memory at once
BLOCK_WORDS = 1 << 14  # words that they are scored against at once: 32 MB of scores


def neighbour_sums(queries: np.ndarray, vocabulary: np.ndarray, neighbours: int) -> np.ndarray:
    """Return for each query the sum of the vocabulary's rows with the largest dot products.

    Shapes:
        queries: [Q, D]; vocabulary: [V, D]; result: [Q, D].
    """
    sums = np.zeros_like(queries)
    for start in range(0, len(queries), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        for column in nearest_rows(queries[block], vocabulary, neighbours).T:
            sums[block] += vocabulary[column]
    return sums


def nearest_rows(queries: np.ndarray, vocabulary: np.ndarray, neighbours: int) -> np.ndarray:
    """Return for each query the vocabulary's rows with the largest dot products, in no order.

    They are among the nearest of each block of the vocabulary, so the scores of a block are all that is kept.

    Shapes:
        queries: [Q, D]; vocabulary: [V, D]; result: [Q, k].
    """
    found, best = [], []
    for start in range(0, len(vocabulary), BLOCK_WORDS):
        scores = queries @ vocabulary[start : start + BLOCK_WORDS].T  # [Q, block]
        columns = top_k(scores, min(neighbours, scores.shape[1]))
        found.append(start + columns)
        best.append(np.take_along_axis(scores, columns, axis=1))
    nearest = top_k(np.concatenate(best, axis=1), neighbours)
    return np.take_along_axis(np.concatenate(found, axis=1), nearest, axis=1)


def top_k(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the columns of the k largest scores of each row, in no order; exact.

    The columns are dealt into groups. At most k groups have a maximum among the k largest group maxima, and these hold
    the k largest scores, so only their members are ranked.

    Shapes:
        scores: [Q, V]; result: [Q, k].
    """
    rows, columns = scores.shape
    size = max(1, round((columns / k) ** 0.5))
    groups = columns // size
    if groups <= k:
        return np.argpartition(scores, columns - min(k, columns), axis=1)[:, -k:]
    dealt = scores[:, : groups * size].reshape(rows, size, groups)  # group g has the columns g, g + groups, ...
    best = np.argpartition(dealt.max(axis=1), groups - k, axis=1)[:, -k:]  # [Q, k]
    members = (best[:, None, :] + groups * np.arange(size)[:, None]).reshape(rows, -1)  # [Q, size * k]
    rest = np.broadcast_to(np.arange(groups * size, columns), (rows, columns - groups * size))
    candidates = np.concatenate([members, rest], axis=1)
    chosen = np.argpartition(np.take_along_axis(scores, candidates, axis=1), candidates.shape[1] - k, axis=1)[:, -k:]
    return np.take_along_axis(candidates, chosen, axis=1)
