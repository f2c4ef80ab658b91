"""One language's word vectors into another's space: Procrustes, then RCSLS.

RCSLS is the relaxed CSLS loss of Joulin et al. 2018, "Loss in translation"; the terms are those of fastText's
``alignment/align.py``. Deliberate deviations: a step that raises the objective is undone (there, the copy kept for that
is the same array); the neighbours of a word that stands in several pairs are found once; neighbours are any words but
the special symbols (there, the first 200,000).

Legend: P pairs, V source words, W target words, D word dimension, K neighbours.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from crosscap.faults import InputError
from crosscap.text.neighbours import neighbour_sums
from crosscap.text.normalize import normalize
from crosscap.text.vocabulary import SPECIALS

logger = logging.getLogger(__name__)

Start = Literal["procrustes", "identity"]

SMALLEST_STEP = 1e-4  # fastText's align.py stops below it


@dataclass(frozen=True)
class Alignment:
    """A map R with R x ~ y, where it started, and the RCSLS objective in force at the start and after each step."""

    mapping: np.ndarray
    start: np.ndarray
    objective: list[float]


def align(
    source: np.ndarray,
    target: np.ndarray,
    *,
    pairs: np.ndarray,
    start: Start = "procrustes",
    iterations: int,
    learning_rate: float,
    neighbours: int,
    orthogonal: bool,
) -> Alignment:
    """Find the map of the source vectors onto the target vectors; all vectors are brought to length 1 first.

    The first rows of both are the special symbols, which are nobody's neighbours. The map starts as the Procrustes
    solution on the pairs, or as the identity where the vectors are aligned already.

    The objective never rises: a step that would raise it is undone.

    Shapes:
        source: [V, D]; target: [W, D]; pairs: [P, 2] rows of source and target, none a special symbol's; maps of the
            result: [D, D].

    Raises:
        InputError: the dimensions differ, or there are fewer words than neighbours.
    """
    _check_shapes(source, target, neighbours=neighbours)
    source, target = (normalize(vectors[len(SPECIALS) :]) for vectors in (source, target))
    pairs = pairs - len(SPECIALS)
    first = (
        procrustes(source[pairs[:, 0]], target[pairs[:, 1]])
        if start == "procrustes"
        else np.eye(source.shape[1], dtype=source.dtype)
    )
    loss = partial(rcsls, source=source, target=target, pairs=pairs, neighbours=neighbours)
    mapping, objective = _descend(loss, first, iterations=iterations, step=learning_rate, orthogonal=orthogonal)
    logger.info("aligned %d pairs: RCSLS from %.4f to %.4f", len(pairs), objective[0], objective[-1])
    return Alignment(mapping, first, objective)


def _descend(
    loss: Callable[[np.ndarray], tuple[float, np.ndarray]],
    mapping: np.ndarray,
    *,
    iterations: int,
    step: float,
    orthogonal: bool,
) -> tuple[np.ndarray, list[float]]:
    """Return the map [D, D] after gradient steps, and the objective at the start and after each step.

    A step that raises the objective is undone and the step size halved, until it is below `SMALLEST_STEP`.
    """
    value, gradient = loss(mapping)
    objective = [value]
    for _ in range(iterations):
        if step < SMALLEST_STEP:
            break
        candidate = mapping - step * gradient
        candidate = nearest_orthogonal(candidate) if orthogonal else candidate
        new_value, new_gradient = loss(candidate)
        if new_value > value:
            step /= 2
        else:
            mapping, value, gradient = candidate, new_value, new_gradient
        objective.append(value)
    return mapping, objective


def _check_shapes(source: np.ndarray, target: np.ndarray, *, neighbours: int) -> None:
    """Raise unless the vectors are of one dimension and both vocabularies have `neighbours` words."""
    if source.shape[1] != target.shape[1]:
        raise InputError(
            f"vectors of dimension {source.shape[1]} and {target.shape[1]} cannot be aligned; "
            "give vectors of one dimension (vectors.files, or --vectors)"
        )
    smaller = min(len(source), len(target)) - len(SPECIALS)
    if neighbours > smaller:
        raise InputError(
            f"{neighbours} neighbours are asked for, the smaller vocabulary has {smaller} words; lower their number "
            "(alignment.neighbours, or --neighbours)"
        )


def procrustes(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the orthogonal R that minimises the sum of ``|R x - y|^2`` over pairs (Schoenemann 1966).

    Shapes:
        source: [P, D]; target: [P, D]; result: [D, D].
    """
    return nearest_orthogonal(target.T @ source)


def nearest_orthogonal(matrix: np.ndarray) -> np.ndarray:
    """Return the orthogonal factor of the polar decomposition, the nearest orthogonal matrix."""
    left, _, right = np.linalg.svd(matrix.astype(np.float64))
    nearest: np.ndarray = left @ right
    return nearest.astype(matrix.dtype)


def rcsls(
    mapping: np.ndarray, *, source: np.ndarray, target: np.ndarray, pairs: np.ndarray, neighbours: int
) -> tuple[float, np.ndarray]:
    """Return the RCSLS loss of a map and its gradient with the neighbour sets held fixed.

    ``-1/P sum_p [2 Rx_p . y_p - 1/K sum_{y in N_T(Rx_p)} Rx_p . y - 1/K sum_{x: Rx in N_S(y_p)} Rx . y_p]``
    (Joulin 2018, equation 5), nearest by dot product; cosine when all vectors have length 1.

    Shapes:
        mapping: [D, D]; source: [V, D]; target: [W, D]; pairs: [P, 2] rows of source and target; gradient: [D, D].
    """
    source_words, source_counts = _distinct(source, pairs[:, 0])  # a word's neighbours are found once
    target_words, target_counts = _distinct(target, pairs[:, 1])
    near_source = neighbour_sums(source_words @ mapping.T, target, neighbours)
    # The source words nearest to y when mapped are those with the largest R x . y = x . (R^T y).
    near_target = neighbour_sums(target_words @ mapping, source, neighbours)
    gradient = (
        (near_source.T * source_counts) @ source_words / neighbours
        + (target_words.T * target_counts) @ near_target / neighbours
        - 2 * target[pairs[:, 1]].T @ source[pairs[:, 0]]
    ) / len(pairs)
    # The loss is linear in R once the neighbours are fixed, so it is <gradient, R>.
    return float(np.sum(gradient * mapping, dtype=np.float64)), gradient


def _distinct(vectors: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the vectors of the different rows, and how often each occurs, in the vectors' precision.

    Shapes:
        vectors: [V, D]; rows: [P]; result: [U, D] and [U].
    """
    different, counts = np.unique(rows, return_counts=True)
    return vectors[different], counts.astype(vectors.dtype)
