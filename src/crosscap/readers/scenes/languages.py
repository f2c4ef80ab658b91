"""The languages of the scenes.

A further language is a module of grammar with `describe`, a module of words with `dictionary_words`, and a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from crosscap.faults import InputError
from crosscap.readers.scenes import (
    english,
    english_words,
    french,
    french_words,
    german,
    german_words,
    japanese,
    japanese_words,
)
from crosscap.readers.scenes.telling import Telling, sample_telling
from crosscap.readers.scenes.world import Scene

CAPTIONS = 5  # of an image in each language


@dataclass(frozen=True)
class Language:
    """How a language tells a scene, and its words by concept."""

    describe: Callable[[Telling, Random], str]
    dictionary_words: Callable[[], dict[str, tuple[str, ...]]]


LANGUAGES = {
    "en": Language(english.describe, english_words.dictionary_words),
    "de": Language(german.describe, german_words.dictionary_words),
    "ja": Language(japanese.describe, japanese_words.dictionary_words),
    "fr": Language(french.describe, french_words.dictionary_words),
}


def check_languages(languages: Sequence[str]) -> None:
    """Check that the scenes can be told in all `languages`.

    Raises:
        InputError: some languages are not known; the message lists those that are.
    """
    unknown = [language for language in languages if language not in LANGUAGES]
    if unknown:
        raise InputError(
            f"the scenes cannot be told in {', '.join(unknown)}; choose dataset.languages from {', '.join(LANGUAGES)}"
        )


def write_captions(scene: Scene, *, language: str, seed: int, index: int) -> list[str]:
    """Return five different captions of the scene number `index`, each telling what its own lot says."""
    random = Random(f"captions/{seed}/{index}/{language}")
    captions: dict[str, None] = {}
    while len(captions) < CAPTIONS:
        captions[LANGUAGES[language].describe(sample_telling(scene, random), random)] = None
    return list(captions)
