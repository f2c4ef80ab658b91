"""Frozen features of queries, for models over those: the mean of words' vectors, or what a sentence encoder makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from crosscap import tables
from crosscap.search.once import Once
from crosscap.text.normalize import normalize
from crosscap.text.sentences import mean_vectors

TEXTS_AT_ONCE = 64


class Sentences(Protocol):
    """What makes frozen features of sentences."""

    def features(self, texts: Sequence[str], words: Sequence[Sequence[str]], language: str) -> np.ndarray:
        """Return the features of texts, given raw and as words, [C, S]."""

    def knows(self, word: str, language: str) -> bool:
        """Tell whether a word adds to the feature of a sentence."""


class MeanSentences:
    """The mean of the vectors of the words, in a space that the languages share."""

    def __init__(self, words: Mapping[str, Mapping[str, np.ndarray]]) -> None:
        """Take the words of each language with their vectors, [S] each."""
        self.words = words

    def features(self, texts: Sequence[str], words: Sequence[Sequence[str]], language: str) -> np.ndarray:
        """Return the means, zero where no word is known."""
        return mean_vectors(words, self.words[language])

    def knows(self, word: str, language: str) -> bool:
        """Tell whether a word has a vector."""
        return word in self.words[language]


class EncodedSentences:
    """What a sentence-transformers model makes of the raw texts; it is loaded when it is first used."""

    def __init__(self, model: str) -> None:
        """Take its folder or its name on the Hugging Face hub."""
        self._model = model
        self._encoder = Once(self._load)

    def features(self, texts: Sequence[str], words: Sequence[Sequence[str]], language: str) -> np.ndarray:
        """Return what the encoder makes of the texts."""
        from crosscap.models.pretrained_sentences import encode

        return encode(self._encoder(), texts, batch_size=TEXTS_AT_ONCE)

    def knows(self, word: str, language: str) -> bool:
        """Return true: the encoder reads any word, in subwords if need be."""
        return True

    def _load(self) -> Any:
        """Load the encoder, with torch, which means of vectors do without."""
        from crosscap.models.pretrained_sentences import load_encoder

        return load_encoder(self._model)


def write_means(vectors: Mapping[str, Path], mappings: Mapping[str, Path], folder: Path) -> None:
    """Write each language's words that have a vector, in the hub's space, as `read_means` reads them.

    `vectors` and `mappings` are tables of the workflow by language; the hub has no mapping.
    """
    folder.mkdir()
    for language, path in vectors.items():
        frame, matrix = tables.read_matrix(path, name="vectors")
        unit = normalize(matrix)
        if language in mappings:
            unit = normalize(unit @ tables.read_matrix(mappings[language], name="mapping")[1].T)
        known = frame["known"].to_numpy()
        tables.write_table(frame[known], folder / f"{language}.parquet", name="vectors", matrix=unit[known])


def read_means(folder: Path) -> MeanSentences:
    """Read what `write_means` wrote."""
    read = {path.stem: tables.read_matrix(path, name="vectors") for path in sorted(folder.glob("*.parquet"))}
    return MeanSentences(
        {code: dict(zip(frame["word"], matrix, strict=True)) for code, (frame, matrix) in read.items()}
    )
