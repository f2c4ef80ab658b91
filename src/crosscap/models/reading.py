"""What a model's text encoder takes of captions: rows of its word table, letters, subwords, or frozen features."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from crosscap.models.architecture import Architecture
from crosscap.models.pretrained import subword_ids
from crosscap.models.store import Symbols
from crosscap.text.characters import character_ids
from crosscap.text.vocabulary import encode, word_rows


class CaptionReader:
    """Reads captions as a model does; where the words of a language stand is found when it is first asked for."""

    def __init__(self, architecture: Architecture, symbols: Symbols) -> None:
        """Take a model's architecture and symbols."""
        self.architecture = architecture
        self.symbols = symbols
        self._first_rows = _first_rows(architecture, symbols)
        self._rows: dict[str, Mapping[str, int]] = {}

    def inputs(
        self,
        language: str,
        words: Iterable[Sequence[str]],
        *,
        texts: Callable[[], Sequence[str]],
        features: Callable[[], Iterable[np.ndarray]],
    ) -> list[np.ndarray]:
        """Return the inputs [T, ...] of captions that are given as words.

        Their raw texts, or their frozen features [S], are only asked for where the model reads those.
        """
        if self.architecture.recipe.text == "sentences":
            return [feature[None] for feature in features()]  # a sequence of one: [1, S]
        if self.architecture.recipe.text == "characters":
            return character_ids(words, self.symbols.characters)
        if self.architecture.pretrained:
            return subword_ids(texts(), self.symbols.tokenizer)
        return [self._first_rows[language] + rows for rows in encode(words, self.word_rows(language))]

    def word_rows(self, language: str) -> Mapping[str, int]:
        """Return where a language's words stand in its block of the word table."""
        if language not in self._rows:
            self._rows[language] = word_rows(self.symbols.words[language])
        return self._rows[language]


def _first_rows(architecture: Architecture, symbols: Symbols) -> dict[str, int]:
    """Return where each language's block begins in the word table."""
    if architecture.recipe.vectors == "scratch_shared":
        return dict.fromkeys(symbols.words, 0)
    sizes = [len(words) for words in symbols.words.values()]
    return {language: sum(sizes[:number]) for number, language in enumerate(symbols.words)}
