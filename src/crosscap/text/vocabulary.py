"""The vocabulary of a language, its use on captions, and how much of other captions it covers.

Only training captions count words; the published VSE++ vocabulary also saw the test captions, which this avoids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
import pandas as pd

from crosscap.faults import InputError

SPECIALS = ("<pad>", "<start>", "<end>", "<unk>")
PAD, START, END, UNKNOWN = range(len(SPECIALS))


def build_vocabulary(tokens: Iterable[Sequence[str]], *, minimum_count: int) -> pd.DataFrame:
    """Return the table `vocabulary`: the special symbols, then the words by falling count, ties in alphabetical order.

    Raises:
        InputError: no word occurs `minimum_count` times.
    """
    counts = Counter(chain.from_iterable(tokens))
    kept = [(word, count) for word, count in counts.items() if count >= minimum_count and word not in SPECIALS]
    if not kept:
        raise InputError(
            f"none of the {len(counts)} words of the training captions occurs {minimum_count} times or more; "
            "lower vocabulary.minimum_count or check that there are training captions"
        )
    return _frame(sorted(kept, key=lambda row: (-row[1], row[0])))


def listed_vocabulary(words: Iterable[str]) -> pd.DataFrame:
    """Return the table `vocabulary` of words that no caption counts, in their order: all counts are 0.

    A language that is only searched in, never trained on, has no training captions; its words are those of its vectors.
    """
    return _frame([(word, 0) for word in dict.fromkeys(words) if word not in SPECIALS])


def _frame(rows: Sequence[tuple[str, int]]) -> pd.DataFrame:
    """Return words and counts with the special symbols before them and an index."""
    frame = pd.DataFrame([*((word, 0) for word in SPECIALS), *rows], columns=["word", "count"])
    frame.insert(0, "index", np.arange(len(frame), dtype=np.int32))
    return frame


def word_rows(words: Sequence[str]) -> dict[str, int]:
    """Return where each word of a vocabulary stands in it; the special symbols are no words."""
    return {word: row for row, word in enumerate(words) if row >= len(SPECIALS)}


def encode(tokens: Iterable[Sequence[str]], rows: Mapping[str, int]) -> list[np.ndarray]:
    """Return the rows of each caption's words between start and end, an unknown word as the symbol for it.

    Shapes:
        each array: [T + 2] int32, T the caption's words.
    """
    return [
        np.array([START, *(rows.get(word, UNKNOWN) for word in caption), END], dtype=np.int32) for caption in tokens
    ]


def coverage(tokens: Iterable[Sequence[str]], words: Iterable[str]) -> dict[str, float]:
    """Return how many running words, different words and captions have something that the vocabulary lacks, in percent.

    Keys: ``unknown_tokens_percent``, ``unknown_types_percent``, ``captions_with_unknown_percent``.
    """
    known = set(words)
    captions = list(tokens)
    counts = Counter(chain.from_iterable(captions))
    unknown = {word: count for word, count in counts.items() if word not in known}
    return {
        "unknown_tokens_percent": _percent(sum(unknown.values()), counts.total()),
        "unknown_types_percent": _percent(len(unknown), len(counts)),
        "captions_with_unknown_percent": _percent(sum(not known.issuperset(c) for c in captions), len(captions)),
    }


def coverage_report(tokens: pd.DataFrame, words: Sequence[str], *, known: np.ndarray) -> dict[str, object]:
    """Describe a vocabulary with vectors: its size, the share with a known vector, and `coverage` of val and test.

    Shapes:
        known: [V] bool, specials included; they are left out of the size and the share.
    """
    own = known[len(SPECIALS) :]
    splits = [split for split in ("val", "test") if (tokens["split"] == split).any()]
    return {
        "vocabulary": len(own),
        "known_percent": _percent(int(own.sum()), len(own)),
        "splits": {split: coverage(tokens.loc[tokens["split"] == split, "tokens"], words) for split in splits},
    }


def _percent(part: int, whole: int) -> float:
    """Return `part` of `whole` in percent, 0 of nothing."""
    return 100.0 * part / whole if whole else 0.0
