"""Ranks of the right items, both ways in one pass over blocks of scores.

A query's rank, counted from 0, is the number of gallery items of other groups (images) that score higher than the best
item of its own group. The references (VSE++, AME) take it from an unstable argsort, where a model that gives all pairs
one score gets ranks by luck; here ties are counted, against the query (pessimistic) or for it (optimistic).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crosscap.evaluation.counting import count_others
from crosscap.evaluation.similarity import SCORES, Scores, normalise_rows, squared_lengths

CUTOFFS = (1, 5, 10)  # k of R@k
TIE_TOLERANCE = 1e-6  # times the largest squared length of a row (1 for the cosine)
BLOCK_A, BLOCK_B = 8192, 1024  # rows scored at once: 32 MB of scores, enough for a matrix product at full speed
OWN_BLOCK = 32  # rows of a scored at once against the items of their groups, which lie side by side


@dataclass(frozen=True)
class Ranks:
    """The rank of each query's best own item from 0, int32, and -1 where a query has no item of its group."""

    optimistic: np.ndarray
    pessimistic: np.ndarray


@dataclass(frozen=True)
class _Side:
    """One side of a ranking, sorted by group: vectors [N, E] float32, groups [N], and the row each came from [N]."""

    vectors: np.ndarray
    groups: np.ndarray
    order: np.ndarray


def mutual_ranks(
    a: np.ndarray,
    b: np.ndarray,
    *,
    groups_a: np.ndarray,
    groups_b: np.ndarray,
    similarity: str,
) -> tuple[Ranks, Ranks]:
    """Rank the gallery `b` for each query in `a`, and the gallery `a` for each query in `b`.

    Scores count as tied when they differ by at most `TIE_TOLERANCE` times the largest squared length of a row: equal
    vectors score unequally in the last bits, depending on where in a matrix product they stand.

    Shapes:
        a: [A, E]; b: [B, E]; groups_a: [A]; groups_b: [B]; the ranks: [A] and [B].

    Args:
        a: one side; with "order" the captions.
        b: the other side; with "order" the images.
        groups_a: the image of each row of `a`; rows of one image belong together.
        groups_b: the image of each row of `b`.
        similarity: "cosine", "order" or "order_symmetric", see `crosscap.evaluation.similarity`.

    Raises:
        ValueError: the shapes do not fit, a value is NaN or infinite, or the similarity is unknown.
    """
    if similarity not in SCORES:
        raise ValueError(f"similarity {similarity!r} is unknown; choose one of {', '.join(SCORES)}")
    _check(a, b, groups_a=groups_a, groups_b=groups_b)
    numbers = np.unique(np.concatenate([groups_a, groups_b]), return_inverse=True)[1].astype(np.int32)
    side_a = _sorted_side(a, numbers[: len(a)], similarity=similarity)
    side_b = _sorted_side(b, numbers[len(a) :], similarity=similarity)
    largest = max(float(squared_lengths(side.vectors).max(initial=0)) for side in (side_a, side_b))
    return _rank_sides(side_a, side_b, scores=SCORES[similarity], tolerance=TIE_TOLERANCE * largest)


def _check(a: np.ndarray, b: np.ndarray, *, groups_a: np.ndarray, groups_b: np.ndarray) -> None:
    """Raise a ValueError that names what is wrong with the embeddings."""
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise ValueError(f"embeddings of shapes {a.shape} and {b.shape}; expected [A, E] and [B, E]")
    for name, matrix, groups in (("a", a, groups_a), ("b", b, groups_b)):
        if len(groups) != len(matrix):
            raise ValueError(f"{len(matrix)} rows in {name} but {len(groups)} groups")
        bad = np.flatnonzero(~np.isfinite(squared_lengths(matrix)))
        if len(bad):
            raise ValueError(
                f"{len(bad)} of {len(matrix)} embeddings in {name} hold NaN or infinity, first in row {bad[0]}; "
                "did the training diverge?"
            )


def _sorted_side(matrix: np.ndarray, groups: np.ndarray, *, similarity: str) -> _Side:
    """Return the rows sorted by group, as float32 and for the cosine at length 1."""
    order = np.argsort(groups, kind="stable")
    vectors = matrix if np.array_equal(order, np.arange(len(order))) else matrix[order]  # sorted already: no copy
    vectors = normalise_rows(vectors) if similarity == "cosine" else vectors.astype(np.float32, copy=False)
    return _Side(vectors=np.ascontiguousarray(vectors), groups=groups[order], order=order)


def _rank_sides(a: _Side, b: _Side, *, scores: Scores, tolerance: float) -> tuple[Ranks, Ranks]:
    """Count for each item the others' scores that reach (pessimistic) or pass (optimistic) its best own score."""
    best_a, best_b = _best_own_scores(a, b, scores=scores)
    # thresholds and counts [2, N]: row 0 for scores clearly above the best own one, row 1 for those that also tie
    thresholds_a = np.stack([best_a + np.float32(tolerance), best_a - np.float32(tolerance)])
    thresholds_b = np.stack([best_b + np.float32(tolerance), best_b - np.float32(tolerance)])
    counts_a, counts_b = np.zeros((2, len(best_a)), np.int32), np.zeros((2, len(best_b)), np.int32)
    for rows in _blocks(len(best_a), BLOCK_A):
        for columns in _blocks(len(best_b), BLOCK_B):
            count_others(
                scores(a.vectors[rows], b.vectors[columns]),
                _own_columns(a.groups[rows], b.groups[columns]),
                thresholds_a[:, rows],
                thresholds_b[:, columns],
                counts_a[:, rows],
                counts_b[:, columns],
            )
    return _ranks(counts_a, best_a, order=a.order), _ranks(counts_b, best_b, order=b.order)


def _best_own_scores(a: _Side, b: _Side, *, scores: Scores) -> tuple[np.ndarray, np.ndarray]:
    """Return each item's best score [A] and [B] with an item of its group, -inf where the other side has none."""
    best_a = np.full(len(a.groups), -np.inf, np.float32)
    best_b = np.full(len(b.groups), -np.inf, np.float32)
    for rows in _blocks(len(a.groups), OWN_BLOCK):
        groups = a.groups[rows]
        own = slice(np.searchsorted(b.groups, groups[0]), np.searchsorted(b.groups, groups[-1], side="right"))
        same = groups[:, None] == b.groups[own]  # [rows, own]
        block = np.where(same, scores(a.vectors[rows], b.vectors[own]), np.float32(-np.inf))
        best_a[rows] = block.max(axis=1, initial=-np.inf)
        best_b[own] = np.maximum(best_b[own], block.max(axis=0, initial=-np.inf))
    return best_a, best_b


def _own_columns(groups_a: np.ndarray, groups_b: np.ndarray) -> np.ndarray:
    """Return for each row the first column of its group and the one behind the last, [rows, 2]."""
    return np.stack([np.searchsorted(groups_b, groups_a, side=side) for side in ("left", "right")], axis=1)


def _blocks(length: int, size: int) -> Iterator[slice]:
    """Yield slices of at most `size` that cover `length`."""
    return (slice(start, min(start + size, length)) for start in range(0, length, size))


def _ranks(counts: np.ndarray, best: np.ndarray, *, order: np.ndarray) -> Ranks:
    """Return the counts [2, N] in the rows' original order, -1 where there is no own item."""
    ranks = np.empty_like(counts)
    ranks[:, order] = np.where(np.isfinite(best), counts, -1)
    return Ranks(optimistic=ranks[0], pessimistic=ranks[1])
