"""Nearest neighbours by dot product, exact, in bounded memory.

NumPy computes products on several cores but ranks on one, so rows are ranked in threads of our own, as many as
OMP_NUM_THREADS allows. Each row is ranked by itself: how many threads there are changes nothing.

Legend: V words of a vocabulary, D dimension, Q queries, k neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from crosscap.compiled import allowed_threads, compiled

BLOCK_ROWS = 512  # queries whose scores are in memory at once
BLOCK_WORDS = 1 << 14  # words that they are scored against at once: 32 MB of scores
RANKED_ROWS = 128  # queries that a thread ranks at once
GROUPS = 256  # that the scores of a query are dealt into, of which few hold any of the best

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


@compiled(nogil=True)
def top_k(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the columns of the k largest scores of each row, the largest first, equal ones in their order; exact.

    The columns are dealt into groups. The k-th largest of their maxima is reached by k scores at least, so the k
    largest stand in groups whose maximum reaches it. Where scores are NaN, the columns are any.

    Shapes:
        scores: [Q, V]; result: [Q, k], or [Q, V] where k is more.
    """
    columns = scores.shape[1]
    k = min(k, columns)
    last = k - 1
    chosen, best = np.empty((len(scores), k), np.int64), np.empty(k, scores.dtype)
    maxima = np.empty(min(columns, GROUPS), scores.dtype)
    for row in range(len(scores)):
        _take_maxima(scores[row], maxima)
        _clear(best, chosen[row], columns)
        for group in range(len(maxima)):
            if maxima[group] > best[last]:
                _insert(maxima[group], group, best, chosen[row])
        bound = best[last]
        _clear(best, chosen[row], columns)
        for group in range(len(maxima)):
            if maxima[group] >= bound:
                for column in range(group, columns, len(maxima)):
                    if scores[row, column] >= best[last]:
                        _insert(scores[row, column], column, best, chosen[row])
    return np.minimum(chosen, columns - 1)


# NaN need not be looked out for, so that several numbers are compared in one instruction
@compiled(nogil=True, fastmath={"nnan", "nsz"})
def _take_maxima(scores: np.ndarray, maxima: np.ndarray) -> None:
    """Write the maximum of each group of scores [V], where group g of G has the columns g, g + G, ..."""
    groups = len(maxima)
    maxima[:] = scores[:groups]
    for start in range(groups, len(scores), groups):
        dealt = scores[start : start + groups]
        for group in range(len(dealt)):
            maxima[group] = max(maxima[group], dealt[group])


@compiled(nogil=True)
def _clear(best: np.ndarray, chosen: np.ndarray, beyond: int) -> None:
    """Make room for the best scores and their columns."""
    best[:] = -np.inf
    chosen[:] = beyond


@compiled(nogil=True)
def _insert(score: float, column: int, best: np.ndarray, chosen: np.ndarray) -> None:
    """Put a score in its place among the best so far, if it has one: larger ones first, then lower columns."""
    place = len(best)
    while place > 0 and (score > best[place - 1] or (score == best[place - 1] and column < chosen[place - 1])):
        place -= 1
        if place + 1 < len(best):
            best[place + 1], chosen[place + 1] = best[place], chosen[place]
    if place < len(best):
        best[place], chosen[place] = score, column
