"""Word-by-word translation through a model's own space of words, where its languages were aligned.

A word becomes the one that is nearest by CSLS (Conneau et al. 2018), 2 cos(x, y) - r(y), where r(y) is the mean cosine
of y and its nearest words of the source language: words that are near everything lose. It is found among the words that
are nearest by the cosine alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crosscap.models.encoders import word_table
from crosscap.models.store import StoredModel
from crosscap.search.answers import QuestionError, Token, Translation
from crosscap.search.sentences import MeanSentences, Sentences
from crosscap.text.neighbours import top_k
from crosscap.text.normalize import normalize
from crosscap.text.tokens import UNSPACED_LANGUAGES
from crosscap.text.vocabulary import SPECIALS

NEIGHBOURS = 10  # of CSLS
CANDIDATES = 50  # words nearest by the cosine


@dataclass(frozen=True)
class WordSpace:
    """A language's words and their vectors of length 1, [V, D], without the special symbols."""

    words: Sequence[str]
    vectors: np.ndarray

    def rows(self) -> Mapping[str, int]:
        """Return where each word stands."""
        return {word: row for row, word in enumerate(self.words)}


class Translator:
    """Translates between the languages of a model; each language's words are prepared when it is first used."""

    def __init__(self, stored: StoredModel, sentences: Sentences | None) -> None:
        """Take a model, and what makes features of sentences for it, which may know words."""
        self.stored = stored
        self.sentences = sentences
        self._spaces: dict[str, WordSpace] = {}
        self._rows: dict[str, Mapping[str, int]] = {}

    def translate(self, words: Sequence[str], source: str, target: str) -> Translation:
        """Return words in another language; of one that is not known the text says nothing.

        Raises:
            QuestionError: the model has no space of words that its languages share.
        """
        if source == target:
            return _translation([Token(word, True) for word in words], target)
        here, there = self._space(source), self._space(target)
        places = self._rows[source]
        known = [places[word] for word in words if word in places]
        found = dict(zip(known, nearest_words(here.vectors[known], here.vectors, there.vectors), strict=True))
        tokens = [
            Token(there.words[found[places[word]]], True) if word in places else Token(word, False) for word in words
        ]
        return _translation(tokens, target)

    def _space(self, language: str) -> WordSpace:
        """Return a language's words."""
        if language not in self._spaces:
            space = self._read(language)
            self._rows[language] = space.rows()
            self._spaces[language] = space
        return self._spaces[language]

    def _read(self, language: str) -> WordSpace:
        """Read a language's words from the model's table, or from the words that features of sentences are made of."""
        model = self.stored.model
        if isinstance(self.sentences, MeanSentences):
            vectors = self.sentences.words[language]
            return WordSpace(list(vectors), normalize(np.array(list(vectors.values()))))
        table = word_table(model.texts)
        if table is None or not model.architecture.recipe.aligned:
            raise QuestionError(
                f"{model.architecture.system} has no space of words that its languages share; fme and ame do"
            )
        if language not in model.architecture.languages:
            raise QuestionError(f"the index answers in {', '.join(model.architecture.languages)}, not in {language!r}")
        carried = table.carried_block(model.architecture.languages.index(language)).detach().cpu().numpy()
        words = self.stored.symbols.words[language]
        return WordSpace(words[len(SPECIALS) :], normalize(carried[len(SPECIALS) :]))


def nearest_words(queries: np.ndarray, source: np.ndarray, target: np.ndarray) -> list[int]:
    """Return the row of the target word that is nearest to each query by CSLS.

    Shapes:
        queries [Q, D], rows of source [V, D]; target [W, D]; all of length 1 -> Q rows
    """
    if not len(queries):
        return []
    scores = queries @ target.T  # [Q, W]
    near = top_k(scores, min(CANDIDATES, len(target)))  # [Q, c]
    best = []
    for row, candidates in enumerate(near):
        places = np.sort(candidates)
        alike = target[places] @ source.T  # [c, V]
        count = min(NEIGHBOURS, alike.shape[1])
        hubness = np.partition(alike, alike.shape[1] - count, axis=1)[:, -count:].mean(axis=1)
        best.append(int(places[np.argmax(2 * scores[row, places] - hubness)]))
    return best


def _translation(tokens: Sequence[Token], language: str) -> Translation:
    """Return words with a text of those that have a translation, without spaces where the language has none."""
    space = "" if language in UNSPACED_LANGUAGES else " "
    return Translation(space.join(token.text for token in tokens if token.known), language, tuple(tokens))
