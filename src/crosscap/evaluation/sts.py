"""Similarity of sentences: how well a model's scores of two sentences agree with people's.

Task and measure are those of SemEval's STS (Agirre et al. 2014) as Gella et al. 2017 use it: Pearson's correlation
times 100, here with Spearman's beside it, for each file of pairs apart. A model of order similarity is measured by the
mean of both directions, as neither sentence is the more general one, and besides by the cosine.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
import pandas as pd

from crosscap.evaluation.bootstrap import INTERVAL
from crosscap.evaluation.similarity import normalise_rows, squared_lengths
from crosscap.faults import InputError
from crosscap.schemas import TABLES

CONSTANT = 1e-6  # a spread of scores, relative to the largest, that is rounding
Measure = Callable[[np.ndarray, np.ndarray], np.ndarray]

logger = logging.getLogger(__name__)


def measure_similarity(
    pairs: pd.DataFrame,
    embeddings: pd.DataFrame,
    matrix: np.ndarray,
    *,
    similarity: str,
    experiment: str,
    seed: int,
    resamples: int,
    random_seed: int,
) -> pd.DataFrame:
    """Return the table metrics of task similarity: a benchmark a source of pairs, in the languages that are embedded.

    Metrics are pearson and spearman; with "order" similarity also pearson_cosine and spearman_cosine. The intervals
    draw pairs. A model that scores all pairs alike has the correlation 0.

    Shapes:
        pairs: the table similarity_pairs; embeddings: the plain columns of the table embeddings; matrix: [C, E].

    Raises:
        InputError: a sentence has no embedding, or the model knows the language of no pair.
    """
    known = pairs[pairs["language"].isin(set(embeddings["language"]))]
    if known.empty:
        raise InputError(f"the pairs are in {sorted(set(pairs['language']))}, none of which the model embeds")
    rows = []
    for (source, language), group in known.groupby(["source", "language"], sort=False):
        one, other = (matrix[_rows(group[column], embeddings)] for column in ("first_id", "second_id"))
        for suffix, scores in _model_scores(one, other, similarity).items():
            if _is_constant(scores):
                logger.warning("%s gives all %d pairs of %s the same score", experiment, len(scores), source)
            for name, values in _correlations(scores, group["score"].to_numpy(), resamples, random_seed).items():
                named = (experiment, seed, source, "similarity", language, name + suffix)
                rows.append((*named, values[0], *np.quantile(values[1:], INTERVAL)))
    return pd.DataFrame(rows, columns=list(TABLES["metrics"]))


def _rows(identifiers: pd.Series, embeddings: pd.DataFrame) -> np.ndarray:
    """Return the rows of `embeddings` that hold the sentences."""
    rows = pd.Index(embeddings["item_id"]).get_indexer(pd.Index(identifiers))
    if (rows < 0).any():
        missing = identifiers[rows < 0]
        raise InputError(f"{len(missing):,} sentences have no embedding, first: {missing.iloc[0]}; embed them again")
    return np.asarray(rows)


def _model_scores(one: np.ndarray, other: np.ndarray, similarity: str) -> dict[str, np.ndarray]:
    """Return the model's scores of the pairs, [P], by what is added to the metrics' names."""
    cosine = np.einsum("pe,pe->p", normalise_rows(one), normalise_rows(other))
    if similarity != "order":
        return {"": cosine}
    return {"": -squared_lengths(one - other) / 2, "_cosine": cosine}


def _correlations(scores: np.ndarray, judged: np.ndarray, resamples: int, random_seed: int) -> dict[str, np.ndarray]:
    """Return each correlation times 100, [1 + resamples]: that of all pairs, then those of draws of pairs."""
    count = len(scores)
    drawn = np.random.default_rng(random_seed).integers(0, count, size=(resamples, count))
    chosen = np.vstack([np.arange(count), drawn])
    one, other = scores.astype(np.float64)[chosen], judged[chosen]
    return {"pearson": 100 * correlate(one, other), "spearman": 100 * correlate(_ranked(one), _ranked(other))}


def correlate(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation of each row of `one` with that of `other`; 0 where one of them does not vary.

    Shapes:
        one: [R, P]; other: [R, P]; returns [R].
    """
    centred = [values - values.mean(axis=1, keepdims=True) for values in (one, other)]
    lengths = np.prod([np.sqrt((values**2).sum(axis=1)) for values in centred], axis=0)
    varies = ~_is_constant(one) & ~_is_constant(other)
    return np.where(varies, (centred[0] * centred[1]).sum(axis=1) / np.where(varies, lengths, 1), 0.0)


def _is_constant(values: np.ndarray) -> np.ndarray:
    """Tell of each row whether its values differ by no more than rounding."""
    return np.asarray(np.ptp(values, axis=-1) <= CONSTANT * np.abs(values).max(axis=-1))


def _ranked(values: np.ndarray) -> np.ndarray:
    """Return the rank of each value within its row; equal ones share the mean of theirs."""
    return pd.DataFrame(values.T).rank().to_numpy().T
