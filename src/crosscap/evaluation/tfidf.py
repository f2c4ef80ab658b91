"""Tf-idf vectors of captions: square roots of the words' counts, weighted by rarity and brought to length 1.

Dense, because a few thousand words cover captions. On Multi30K the square root ranks 1 to 3 points of R@10 above the
count itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crosscap.evaluation.similarity import normalise_rows

MINIMUM_COUNT = 2  # occurrences in the documents
MAXIMUM_WORDS = 10_000  # the most frequent ones; bounds a thousand documents to 40 MB

Document = Sequence[str]


@dataclass(frozen=True)
class TfIdf:
    """The column of each known word, and the words' weights [V]."""

    columns: dict[str, int]
    weights: np.ndarray


def fit_tfidf(documents: Sequence[Document]) -> TfIdf:
    """Return the words of the documents with their weights log((1 + D) / (1 + documents with the word)) + 1."""
    counts = Counter(word for document in documents for word in document)
    frequent = [word for word, count in counts.items() if count >= MINIMUM_COUNT]
    words = sorted(frequent, key=lambda word: (-counts[word], word))[:MAXIMUM_WORDS]
    with_word = Counter(word for document in documents for word in set(document))
    present = np.array([with_word[word] for word in words])
    weights = np.log((1 + len(documents)) / (1 + present)) + 1
    return TfIdf(columns={word: column for column, word in enumerate(words)}, weights=weights.astype(np.float32))


def transform(tfidf: TfIdf, documents: Sequence[Document]) -> np.ndarray:
    """Return the vectors [D, V] of the documents, float32; one without a known word is all zeros."""
    cells = [
        (row, tfidf.columns[word])
        for row, document in enumerate(documents)
        for word in document
        if word in tfidf.columns
    ]
    counts = np.zeros((len(documents), len(tfidf.columns)), np.float32)
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    np.add.at(counts, (rows, columns), 1)
    return normalise_rows(np.sqrt(counts) * tfidf.weights)
