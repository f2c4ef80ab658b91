"""Texts as a model reads them, one at a time and at once: what `crosscap.training.texts` does for tables of captions.

Words are split by the tokenizer of the language, as the training's captions were.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from crosscap.models.reading import CaptionReader
from crosscap.models.store import StoredModel
from crosscap.search.answers import QuestionError, Token
from crosscap.search.sentences import Sentences
from crosscap.text.tokens import tokenize
from crosscap.training.data import padded

LONGEST_TEXT = 10_000  # characters, as of a caption
MOST_WORDS = 256
_UNUSABLE = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of characters, which no file can store


@dataclass(frozen=True)
class Query:
    """A text that was read: as given, in plain form and as words; `detected` says that its language was guessed."""

    text: str
    plain: str
    words: Sequence[str]
    language: str
    detected: bool


class QueryReader:
    """Reads texts in the languages of a model, and embeds them."""

    def __init__(self, stored: StoredModel, *, tokens: Mapping[str, Any], sentences: Sentences | None = None) -> None:
        """Take a model, how its captions were split into words, and what makes features of sentences for it."""
        self.model = stored.model
        self.symbols = stored.symbols
        self.tokens = dict(tokens)
        self.sentences = sentences
        self.languages = stored.model.architecture.languages
        self._reader = CaptionReader(stored.model.architecture, stored.symbols)
        self._letters = set(stored.symbols.characters)

    def words(self, text: str, language: str) -> list[str]:
        """Return the words of a text.

        Raises:
            InputError: the text is empty, too long or holds what is no text; or the model does not know the language.
        """
        if language not in self.languages:
            raise QuestionError(f"the index answers in {', '.join(self.languages)}, not in {language!r}")
        words = tokenize([checked(text)], language=language, **self.tokens)[0]
        if len(words) > MOST_WORDS:
            raise QuestionError(f"the query has {len(words):,} words, at most {MOST_WORDS} are read; shorten it")
        return words

    def known(self, words: Sequence[str], language: str) -> tuple[Token, ...]:
        """Return the words, each with whether the model has seen it: the word, all its letters, or its subwords."""
        return tuple(Token(word, self._knows(word, language)) for word in words)

    def embed(self, texts: Sequence[str], words: Sequence[Sequence[str]], language: str) -> np.ndarray:
        """Embed texts of a language, of which a model reads the raw text or the words: [C, E]."""
        return self._embed(self._inputs(texts, words, language), [language] * len(texts))

    def embed_queries(self, queries: Sequence[Query]) -> np.ndarray:
        """Embed queries of any languages, all in one pass of the text encoder: [C, E]."""
        inputs: dict[int, np.ndarray] = {}
        for language in {query.language for query in queries}:
            rows = [row for row, query in enumerate(queries) if query.language == language]
            texts, words = [queries[row].plain for row in rows], [queries[row].words for row in rows]
            inputs |= zip(rows, self._inputs(texts, words, language), strict=True)
        return self._embed([inputs[row] for row in range(len(queries))], [query.language for query in queries])

    def _inputs(self, texts: Sequence[str], words: Sequence[Sequence[str]], language: str) -> list[np.ndarray]:
        """Return what the text encoder reads of each text of a language, [T, ...]."""
        return self._reader.inputs(
            language, words, texts=lambda: texts, features=lambda: self._features(texts, words, language)
        )

    def _embed(self, inputs: Sequence[np.ndarray], languages: Sequence[str]) -> np.ndarray:
        """Run the text encoder: [C, E]."""
        lengths = torch.tensor([len(sequence) for sequence in inputs])
        numbers = torch.tensor([self.languages.index(language) for language in languages])
        with torch.inference_mode():
            return np.asarray(self.model.embed_captions(padded(inputs), lengths, numbers).numpy())

    def _features(self, texts: Sequence[str], words: Sequence[Sequence[str]], language: str) -> Iterable[np.ndarray]:
        """Return the frozen feature of each text, [S]."""
        if self.sentences is None:
            raise QuestionError(
                "this index has nothing to make features of sentences with; make it again with --sentences"
            )
        return self.sentences.features(texts, words, language)

    def _knows(self, word: str, language: str) -> bool:
        """Tell whether the model has seen a word."""
        recipe = self.model.architecture.recipe
        if recipe.text == "characters":
            return set(word) <= self._letters
        if recipe.text == "sentences":
            return self.sentences is not None and self.sentences.knows(word, language)
        if self.model.architecture.pretrained:
            return True  # what is no word of its own is read as several subwords
        return word in self._reader.word_rows(language)


def checked(text: str) -> str:
    """Return a text in Unicode's composed form (NFC), without outer spaces.

    Raises:
        QuestionError: it is empty, too long, or holds NUL or half a character.
    """
    if len(text) > LONGEST_TEXT:
        raise QuestionError(f"the query has {len(text):,} characters, at most {LONGEST_TEXT:,} are read; shorten it")
    if _UNUSABLE.search(text):
        raise QuestionError("the query holds a NUL character or half a character (a surrogate); remove it")
    plain = unicodedata.normalize("NFC", text).strip()
    if not plain:
        raise QuestionError("the query is empty; write what the photo shows")
    return plain


def without_each(text: str, words: Sequence[str]) -> list[str]:
    """Return a text without each of its words in turn; a word that does not stand in it so takes nothing away."""
    texts, start, lowered = [], 0, text.lower()
    for word in words:
        place = lowered.find(word.lower(), start)
        end = start if place < 0 else place + len(word)
        texts.append(text if place < 0 else text[:place] + text[end:])
        start = end
    return texts
