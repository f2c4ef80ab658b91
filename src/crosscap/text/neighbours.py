"""Nearest neighbours by dot product, exact, in bounded memory.

NumPy computes products on several cores but ranks on one, so rows are ranked in threads of our own, as many as
OMP_NUM_THREADS allows. Each row is ranked by itself: how many threads there are changes nothing.

Legend: V words of a vocabulary, D dimension, Q queries, k neighbours.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

BLOCK_ROWS = 512  # queries whose scores are in memory at once
BLOCK_WORDS = 1 << 14  # words that they are scored against at once: 32 MB of scores
RANKED_ROWS = 64  # queries that a thread ranks at once

OfRows = Callable[[np.ndarray], np.ndarray]
Each = Callable[[OfRows, Iterable[np.ndarray]], Iterable[np.ndarray]]  # `map`, or that of a pool of threads


def neighbour_sums(queries: np.ndarray, vocabulary: np.ndarray, neighbours: int) -> np.ndarray:
    """Return for each query the sum of the vocabulary's rows with the largest dot products.

    Shapes:
        queries: [Q, D]; vocabulary: [V, D]; result: [Q, D].
    """
    sums = np.empty_like(queries)
    threads = allowed_threads()
    with ThreadPoolExecutor(threads) as pool:
        each: Each = pool.map if threads > 1 else map
        for start in range(0, len(queries), BLOCK_ROWS):
            block = slice(start, start + BLOCK_ROWS)
            nearest = nearest_rows(queries[block], vocabulary, neighbours, each=each)
            sums[block] = _by_parts(partial(_sum_rows, vocabulary), nearest, each=each)
    return sums


def allowed_threads() -> int:
    """Return how many threads OMP_NUM_THREADS allows, as many as there are cores where it sets no limit."""
    first = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()  # ``4,2`` has a number a nesting level
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(int(first), cores)) if first.isdecimal() else cores


def nearest_rows(queries: np.ndarray, vocabulary: np.ndarray, neighbours: int, *, each: Each = map) -> np.ndarray:
    """Return for each query the vocabulary's rows with the largest dot products, in no order.

    They are among the nearest of each block of the vocabulary, so the scores of a block are all that is kept.

    Shapes:
        queries: [Q, D]; vocabulary: [V, D]; result: [Q, k].
    """
    found, best = [], []
    for start in range(0, len(vocabulary), BLOCK_WORDS):
        scores = queries @ vocabulary[start : start + BLOCK_WORDS].T  # [Q, block]
        columns = _by_parts(partial(top_k, k=min(neighbours, scores.shape[1])), scores, each=each)
        found.append(start + columns)
        best.append(_entries(scores, columns))
    return _entries(np.concatenate(found, axis=1), top_k(np.concatenate(best, axis=1), neighbours))


def _by_parts(function: OfRows, rows: np.ndarray, *, each: Each) -> np.ndarray:
    """Return a function's values for rows, some rows at a time."""
    parts = [rows[start : start + RANKED_ROWS] for start in range(0, len(rows), RANKED_ROWS)]
    return np.concatenate(list(each(function, parts)))


def _sum_rows(vocabulary: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return the sums of the rows of a vocabulary that are named [Q, k]: [Q, D]."""
    sums = np.zeros((len(chosen), vocabulary.shape[1]), dtype=vocabulary.dtype)
    for column in chosen.T:
        sums += vocabulary[column]
    return sums


def _entries(matrix: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return what each row of a matrix [Q, V] has in its columns [Q, k]: `np.take_along_axis`, only faster."""
    return matrix.take(columns + matrix.shape[1] * np.arange(len(matrix))[:, None])


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
    chosen = np.argpartition(_entries(scores, candidates), candidates.shape[1] - k, axis=1)[:, -k:]
    return _entries(candidates, chosen)
