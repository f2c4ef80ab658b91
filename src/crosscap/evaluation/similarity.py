"""Scores of every pair of two sets of embeddings, larger for more alike, without torch.

- `cosine_scores`: the symmetric similarity of the VSE family.
- `order_scores`: the order violation -|max(0, a - b)|^2 of order embeddings (Vendrov et al. 2016), where a is the more
  general side, the captions. It is no matrix product, hence the compiled loop.
- `order_symmetric_scores`: the mean of the order scores of both directions, for captions against captions. As
  max(0, d)^2 + max(0, -d)^2 = d^2, it is -|a - b|^2 / 2, which for normalised embeddings ranks as the cosine does.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from crosscap.compiled import compiled, parallel_range

STRIP = 64  # rows that stay in a core's cache while all others are compared with them
# sums may be regrouped into vector lanes; the grouping is fixed when compiled, so results repeat on a machine
REGROUPED = {"reassoc", "contract", "nsz"}

Scores = Callable[[np.ndarray, np.ndarray], np.ndarray]


def normalise_rows(matrix: np.ndarray) -> np.ndarray:
    """Return the rows of `matrix` at length 1, in float32; rows of zeros stay zero.

    Shapes:
        matrix: [N, E]; returns [N, E].
    """
    rows = np.asarray(matrix, dtype=np.float32)
    lengths = np.sqrt(squared_lengths(rows))[:, None]  # [N, 1]
    return rows / np.where(lengths > 0, lengths, 1)


def squared_lengths(matrix: np.ndarray) -> np.ndarray:
    """Return the squared length of each row, [N], without a temporary of the matrix's size."""
    return np.asarray(np.einsum("ne,ne->n", matrix, matrix))


def cosine_scores(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the cosines [A, B] of `a` [A, E] and `b` [B, E], whose rows have length 1 (`normalise_rows`)."""
    return np.asarray(a @ b.T)


def order_symmetric_scores(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the mean [A, B] of the order scores of `a` [A, E] to `b` [B, E] and of `b` to `a`."""
    scores = np.asarray(a @ b.T)  # [A, B]
    scores -= squared_lengths(a)[:, None] / 2
    scores -= squared_lengths(b) / 2
    return scores


@compiled(parallel=True, fastmath=REGROUPED)
def order_scores(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the order scores [A, B] of the general side `a` [A, E] to the specific side `b` [B, E], all float32."""
    scores = np.empty((len(a), len(b)), np.float32)
    last = len(b) - 1
    for strip in parallel_range((len(a) + STRIP - 1) // STRIP):
        for first in range(0, len(b), 4):
            # where no four are left, the last one takes part again: all scores are sums of the same grouping
            second, third, fourth = min(first + 1, last), min(first + 2, last), min(first + 3, last)
            for row in range(strip * STRIP, min(len(a), (strip + 1) * STRIP)):
                scores[row, first], scores[row, second], scores[row, third], scores[row, fourth] = _four_scores(
                    a[row], b[first], b[second], b[third], b[fourth]
                )
    return scores


@compiled(fastmath=REGROUPED)
def _four_scores(
    general: np.ndarray, first: np.ndarray, second: np.ndarray, third: np.ndarray, fourth: np.ndarray
) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """Return the order scores of one vector to four, so that each number of it that is fetched serves four times."""
    one = two = three = four = np.float32(0)
    for k in range(len(general)):
        one += _squared_excess(general[k], first[k])
        two += _squared_excess(general[k], second[k])
        three += _squared_excess(general[k], third[k])
        four += _squared_excess(general[k], fourth[k])
    return -one, -two, -three, -four


@compiled(fastmath=REGROUPED)
def _squared_excess(general: np.float32, specific: np.float32) -> np.float32:
    """Return max(0, general - specific)^2."""
    excess = max(general - specific, np.float32(0))
    return excess * excess


SCORES: dict[str, Scores] = {
    "cosine": cosine_scores,
    "order": order_scores,
    "order_symmetric": order_symmetric_scores,
}
