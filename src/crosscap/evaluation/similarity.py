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

from crosscap.evaluation.compiled import compiled, parallel_range

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


# Sums may be regrouped into vector lanes; the grouping is fixed when compiled, so results repeat on a machine.
@compiled(parallel=True, fastmath={"reassoc", "contract", "nsz"})
def order_scores(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the order scores [A, B] of the general side `a` [A, E] to the specific side `b` [B, E], all float32."""
    scores = np.empty((a.shape[0], b.shape[0]), np.float32)
    for row in parallel_range(a.shape[0]):
        for column in range(b.shape[0]):
            total = np.float32(0)
            for k in range(a.shape[1]):
                excess = max(a[row, k] - b[column, k], np.float32(0))
                total += excess * excess
            scores[row, column] = -total
    return scores


SCORES: dict[str, Scores] = {
    "cosine": cosine_scores,
    "order": order_scores,
    "order_symmetric": order_symmetric_scores,
}
