"""Sentences as the mean of their words' vectors: a multilingual sentence encoder that needs no network.

Each language's vectors are carried into the hub's space first, so that sentences of all languages are comparable.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from crosscap.faults import InputError
from crosscap.text.normalize import normalize

logger = logging.getLogger(__name__)


def hub_vectors(words: pd.DataFrame, vectors: np.ndarray, mapping: np.ndarray | None) -> dict[str, np.ndarray]:
    """Return a language's words in the hub's space, of length 1; those whose vector was made up are left out.

    Shapes:
        vectors: [V, D], of the table `words`; mapping: [D, D], None for the hub; each result: [D].

    Raises:
        InputError: the map is of another dimension.
    """
    if mapping is not None and mapping.shape[1] != vectors.shape[1]:
        raise InputError(
            f"the map takes vectors of {mapping.shape[1]} numbers and the words have {vectors.shape[1]}; "
            "remove results/*/mapping and run again"
        )
    unit = normalize(vectors)
    carried = normalize(unit if mapping is None else unit @ mapping.T)  # [V, D]
    return {word: carried[row] for row, word in enumerate(words["word"]) if words["known"].iloc[row]}


def mean_vectors(captions: Iterable[Sequence[str]], words: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the mean of the vectors of each caption's known words, brought to length 1.

    A caption without a known word gets the zero vector, which is like no other caption; their number is logged.

    Shapes:
        each of words: [D]; result: [N, D] float32.

    Raises:
        InputError: no word is known at all.
    """
    if not words:
        raise InputError("no word has a vector, so no sentence has one either; check vectors.files")
    zero = np.zeros_like(next(iter(words.values())))
    sums = [sum((words[word] for word in caption if word in words), start=zero) for caption in captions]
    means = normalize(np.array(sums, dtype=np.float64).reshape(len(sums), len(zero))).astype(np.float32)  # [N, D]
    if empty := int((~means.any(axis=1)).sum()):
        logger.warning("%d of %d captions have no word with a vector: their feature is zero", empty, len(means))
    return means
