"""A language's words in the space of a model's hub words, and how well they are translated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crosscap.evaluation.alignment_ratio import wilson_interval
from crosscap.evaluation.ranking import CUTOFFS
from crosscap.evaluation.translation import csls_ranks
from crosscap.models.extension import carried_words
from crosscap.text.alignment import align
from crosscap.text.lexicon import known_pairs, pair_indices
from crosscap.text.vocabulary import SPECIALS


@dataclass(frozen=True)
class Words:
    """A language's words, the special symbols first, their vectors [V, D], and which were not made up [V]."""

    words: Sequence[str]
    vectors: np.ndarray
    known: np.ndarray


def carry_words(
    language: Words, hub: Words, *, lexicon: pd.DataFrame, neighbours: int, **settings: Any
) -> tuple[np.ndarray, dict[str, object]]:
    """Return a language's vectors [V, D] in the space of the hub's words, and the facts of how they came there.

    The map is Procrustes, then RCSLS, on the train part of `lexicon`, from the language to the hub; the test part
    measures it. `neighbours` and `settings` are those of `crosscap.text.alignment.align`.

    Raises:
        InputError: as `align` and `known_pairs`.
    """
    words = {"source_words": language.words, "target_words": hub.words}
    train, test = (pair_indices(lexicon, part, **words) for part in ("train", "test"))
    train = known_pairs(train, source_known=language.known, target_known=hub.known)
    mapping = align(language.vectors, hub.vectors, pairs=train, neighbours=neighbours, **settings).mapping
    carried = carried_words(language.vectors, mapping, hub=hub.vectors)
    return carried, {
        "words": len(language.words) - len(SPECIALS),
        "hub_words": len(hub.words) - len(SPECIALS),
        "train_pairs": len(train),
        "test_pairs": len(test),
        "test_words": len(np.unique(test[:, 0])),
        "precision": precision_at(csls_ranks(carried, hub.vectors, pairs=test, neighbours=neighbours)),
    }


def precision_at(ranks: np.ndarray) -> list[dict[str, object]]:
    """Return the share of ranks below each cutoff in percent, with its 95 % interval: P@1, P@5, P@10.

    Shapes:
        ranks: [Q], from 0
    """
    figures: list[dict[str, object]] = []
    for cutoff in CUTOFFS:
        share = 100.0 * float(np.mean(ranks < cutoff))
        low, high = wilson_interval(share, count=len(ranks))
        figures.append({"metric": f"P@{cutoff}", "value": share, "low": low, "high": high})
    return figures
