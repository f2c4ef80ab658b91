"""The best of all rows for a query, exactly: every row is scored, and rows that score alike come in their order.

The compiled loops sum every row in the same way, so equal rows score equally wherever they stand, which a matrix
product does not promise. They are called from threads of our own: numba's parallel loops may not be entered by two
threads at once, and a server has many.

Legend: Q queries, N rows, E joint dimension.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from crosscap.compiled import allowed_threads, compiled

PARTS = 4  # that a thread scores one after the other: who is held up leaves more to others
LEAST_BYTES = 1 << 20  # of rows that are worth another thread
SCORES_AT_ONCE = 1 << 24  # of queries and rows: 64 MB
GROUP = 1024  # scores of which only the best is compared with those of other groups, to find what may be among the best
_THREADS = allowed_threads()
_POOL = ThreadPoolExecutor(_THREADS, thread_name_prefix="search")


class Best(NamedTuple):
    """Rows of an index, best first, with their scores: [k] each."""

    rows: np.ndarray
    scores: np.ndarray


def best_rows(queries: np.ndarray, matrix: np.ndarray, *, similarity: str, k: int) -> list[Best]:
    """Return for each query the k best rows of a matrix, all where there are fewer; equal scores in the rows' order.

    Shapes:
        queries: [Q, E]; matrix: [N, E], both float32 with rows of length 1

    Raises:
        ValueError: k is less than 1.
    """
    if k < 1:
        raise ValueError(f"k is {k}; ask for 1 or more")
    step = max(1, SCORES_AT_ONCE // max(1, len(matrix)))
    blocks = (queries[start : start + step] for start in range(0, len(queries), step))
    return [top(row, k) for block in blocks for row in score_rows(block, matrix, similarity=similarity)]


def score_rows(queries: np.ndarray, matrix: np.ndarray, *, similarity: str) -> np.ndarray:
    """Return the score of every row of a matrix for each query.

    similarity: `cosine`; `order`, where the queries are captions and the rows images; `order_images`, the other way
    round. Order scores are -|max(0, caption - image)|^2 (Vendrov et al. 2016).

    Shapes:
        queries: [Q, E]; matrix: [N, E] -> [Q, N] float32
    """
    scores = np.empty((len(queries), len(matrix)), dtype=np.float32)
    asked = np.ascontiguousarray(queries, dtype=np.float32)
    step = max(1, LEAST_BYTES // max(1, 4 * matrix.shape[1]), -(-len(matrix) // (PARTS * _THREADS)))
    starts = range(0, len(matrix), step)

    def score(start: int) -> None:
        rows = matrix[start : start + step]
        into = scores[:, start : start + step]
        if similarity == "cosine":
            _products(asked, rows, into)
        else:
            _violations(asked, rows, into, np.float32(1 if similarity == "order" else -1))

    list(map(score, starts) if len(starts) < 2 else _POOL.map(score, starts))
    return scores


def top(scores: np.ndarray, k: int) -> Best:
    """Return the k best of scores [N], best first, equal ones in their order."""
    k = min(k, len(scores))
    if not k:
        return Best(np.empty(0, dtype=np.int64), scores[:0])
    bound = _kth(scores, k) if len(scores) < k * GROUP else _bound(scores, k)
    rows = np.flatnonzero(scores >= bound)
    rows = rows[np.argsort(-scores[rows], kind="stable")][:k]
    return Best(rows, scores[rows])


def _bound(scores: np.ndarray, k: int) -> np.float32:
    """Return a score that k scores reach, found in one pass: the k best of groups of scores are k of all."""
    whole = len(scores) - len(scores) % GROUP
    return _kth(scores[:whole].reshape(-1, GROUP).max(axis=1), k)


def _kth(scores: np.ndarray, k: int) -> np.float32:
    """Return the k-th best score."""
    return np.partition(scores, len(scores) - k)[len(scores) - k]


# Sums may be regrouped into vector lanes; the grouping is fixed when compiled, so results repeat on a machine.
@compiled(nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _products(queries: np.ndarray, rows: np.ndarray, scores: np.ndarray) -> None:
    """Write the dot products of queries [Q, E] and rows [n, E] into scores [Q, n]."""
    for row in range(rows.shape[0]):
        for query in range(queries.shape[0]):
            total = np.float32(0)
            for k in range(queries.shape[1]):
                total += queries[query, k] * rows[row, k]
            scores[query, row] = total


@compiled(nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _violations(queries: np.ndarray, rows: np.ndarray, scores: np.ndarray, sign: np.float32) -> None:
    """Write the order scores of queries [Q, E] and rows [n, E] into scores [Q, n]; sign: -1 where rows are captions."""
    for row in range(rows.shape[0]):
        for query in range(queries.shape[0]):
            total = np.float32(0)
            for k in range(queries.shape[1]):
                excess = max(sign * (queries[query, k] - rows[row, k]), np.float32(0))
                total += excess * excess
            scores[query, row] = -total
