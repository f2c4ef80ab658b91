"""The order in which captions are seen: a function of seed and epoch alone, so that a resumed run sees the same."""

from __future__ import annotations

from typing import Literal

import numpy as np

NegativesName = Literal["mixed", "same_language"]


def epoch_batches(
    languages: np.ndarray, *, batch_size: int, negatives: NegativesName, seed: int, epoch: int
) -> list[np.ndarray]:
    """Return the batches of an epoch as rows of captions; each caption comes once.

    ``mixed`` draws a batch from all languages at once, as AME's code does; in a ``same_language`` batch all captions
    share a language, so that the negatives do too (the reading of AME's equation 2), and the batches of the languages
    alternate at random. A last batch of a single pair has no negatives and is left out.

    Shapes:
        languages [C]: each caption's language.
    """
    random = np.random.default_rng([seed, epoch])
    if negatives == "mixed":
        groups = [np.arange(len(languages))]
    else:
        groups = [np.flatnonzero(languages == language) for language in np.unique(languages)]
    batches = [
        rows for group in groups for rows in _chunks(random.permutation(group), batch_size=batch_size) if len(rows) > 1
    ]
    return [batches[index] for index in random.permutation(len(batches))]


def _chunks(rows: np.ndarray, *, batch_size: int) -> list[np.ndarray]:
    """Cut rows into pieces of the batch size, the last one smaller."""
    return [rows[start : start + batch_size] for start in range(0, len(rows), batch_size)]
