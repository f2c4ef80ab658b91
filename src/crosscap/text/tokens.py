"""Captions to lists of words.

The AME paper (Mohammadshahi 2019) tokenises English and German with the Moses tokeniser and Japanese with MeCab. Moses
runs before lower-casing, because its list of abbreviations has case; nothing is escaped (``'`` stays ``'``). MeCab
gives surface forms with the dictionary unidic-lite.
"""

from __future__ import annotations

import logging
import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import chain
from typing import Any, TypedDict

import MeCab
import unidic_lite

from crosscap.faults import InputError

logger = logging.getLogger(__name__)

# The European languages whose abbreviations the Moses tokeniser knows.
MOSES_LANGUAGES = frozenset({
    "ca", "cs", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hu", "is",
    "it", "lt", "lv", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv",
})  # fmt: skip
UNSPACED_LANGUAGES = frozenset(["ja", "km", "lo", "my", "th", "zh"])

Tokenizer = Callable[[Sequence[str]], Iterable[list[str]]]

_THREAD = threading.local()  # keeps the tokenizers of each thread: a MeCab tagger is safe in one alone


class TokenSettings(TypedDict):
    """How captions are split into words, as `tokenize` takes it."""

    tokenizer: str
    lowercase: bool


def token_settings(description: Mapping[str, Any]) -> TokenSettings:
    """Return how a model's captions were split, out of its description; as config.yaml does where it does not say."""
    said = description.get("tokens", {})
    return {"tokenizer": said.get("tokenizer", "auto"), "lowercase": said.get("lowercase", "true") == "true"}


def tokenize(captions: Sequence[str], *, language: str, tokenizer: str, lowercase: bool) -> list[list[str]]:
    """Split captions into words; a caption without any word gives an empty list.

    Without captions, no tokenizer is loaded.

    Args:
        captions: sentences.
        language: ISO 639-1 code.
        tokenizer: ``moses``, ``mecab`` (Japanese), ``words`` (runs of letters, marks and digits) or ``auto``: the one
            for the language.
        lowercase: whether the words are put in lower case.

    Raises:
        InputError: the tokenizer is unknown or its dictionary is missing.
    """
    if not captions:
        return []
    split = _kept_tokenizer(choose_tokenizer(language) if tokenizer == "auto" else tokenizer, language)
    case = cache(str.lower if lowercase else str)  # equal words become one object, which saves memory
    return [list(map(case, words)) for words in split(captions)]


def choose_tokenizer(language: str) -> str:
    """Return the name of the tokenizer that suits a language."""
    if language == "ja":
        return "mecab"
    return "moses" if language in MOSES_LANGUAGES else "words"


def _kept_tokenizer(name: str, language: str) -> Tokenizer:
    """Return the function that splits captions: to make it takes longer than to split a query."""
    kept: dict[tuple[str, str], Tokenizer] = _THREAD.__dict__.setdefault("tokenizers", {})
    if (name, language) not in kept:
        kept[name, language] = _tokenizer(name, language)
    return kept[name, language]


def _tokenizer(name: str, language: str) -> Tokenizer:
    """Make the function that splits captions."""
    makers = {"moses": _moses, "mecab": _mecab, "words": _words}
    if name not in makers:
        raise InputError(f"tokens.tokenizer is {name}; choose auto, {', '.join(makers)}")
    return makers[name](language)


def _moses(language: str) -> Tokenizer:
    """Return the Moses tokeniser of a language; English abbreviations where Moses has none for it."""
    from sacremoses import MosesTokenizer  # a third of a second, which Japanese does without

    from crosscap.text.moses import split_with_moses

    moses = MosesTokenizer(lang=language if language in MOSES_LANGUAGES else "en")
    return partial(split_with_moses, moses=moses)


def _mecab(language: str) -> Tokenizer:
    """Return MeCab with unidic-lite, and say so when the language is not Japanese."""
    if language != "ja":
        _warn("tokens.tokenizer is mecab, which splits Japanese, and the language is %s", language)
    try:
        tagger = MeCab.Tagger(f'-O wakati -r "{unidic_lite.DICDIR}/mecabrc" -d "{unidic_lite.DICDIR}"')
    except RuntimeError as error:
        raise InputError(
            f"MeCab cannot open its dictionary in {unidic_lite.DICDIR}; install unidic-lite again: "
            "pip install --force-reinstall unidic-lite"
        ) from error
    # Joined, because MeCab stops at a line end; split, because its tokens include the ideographic space.
    return lambda captions: (tagger.parse(" ".join(caption.split())).split() for caption in captions)


def _words(language: str) -> Tokenizer:
    """Return the pattern's finder, and say so where words are not written apart."""
    if language in UNSPACED_LANGUAGES:
        _warn("tokens.tokenizer is words, but %s is written without spaces: words will be long", language)
    return _split_with_pattern


def _split_with_pattern(captions: Sequence[str]) -> Iterable[list[str]]:
    """Find the words of captions, once in each different run without white space, which no word goes beyond."""
    found = cache(_word_pattern().findall)
    return (list(chain.from_iterable(map(found, caption.split()))) for caption in captions)


@cache
def _word_pattern() -> re.Pattern[str]:
    """Return the pattern of a word, made when it is first asked for: few languages are split by it."""
    # `\w` lacks the combining marks that vowels are written with in many scripts, and the joiners inside Persian words
    marks = "".join(chr(code) for code in range(0x1F000) if unicodedata.category(chr(code)).startswith("M"))
    return re.compile(rf"[^\W_](?:[^\W_]|[{re.escape(marks)}\u200c\u200d])*")


@cache
def _warn(message: str, language: str) -> None:
    """Warn of an unsuitable tokenizer, once in all threads."""
    logger.warning(message, language)
