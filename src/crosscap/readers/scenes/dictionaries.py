"""Word dictionaries of the scenes, in the names and format of MUSE (Conneau et al. 2018).

A line is ``source target`` in lower case; a word with several translations has several lines. As in MUSE the full list
``X-Y.txt`` contains the words of ``X-Y.0-5000.txt`` and of ``X-Y.5000-6500.txt``, which share no source word.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from itertools import permutations, product

from crosscap.readers.scenes.languages import LANGUAGES

# Shares of the source words, in the order of their hashes; MUSE's ranges are ranks by frequency.
_EVALUATION = 0.25
_FURTHER = 0.10


def dictionary_files(languages: Sequence[str]) -> dict[str, str]:
    """Return the text of each dictionary file by its name, for all ordered pairs of `languages`."""
    files: dict[str, str] = {}
    for source, target in permutations(languages, 2):
        pairs = word_pairs(source, target)
        words = sorted({word for word, _ in pairs}, key=lambda word: sha256(word.encode()).digest())
        first, second = round(_EVALUATION * len(words)), round((_EVALUATION + _FURTHER) * len(words))
        parts = {"": words, ".0-5000": words[:first], ".5000-6500": words[first:second]}
        for part, kept in parts.items():
            lines = (f"{word} {translation}\n" for word, translation in pairs if word in set(kept))
            files[f"{source}-{target}{part}.txt"] = "".join(lines)
    return files


def word_pairs(source: str, target: str) -> list[tuple[str, str]]:
    """Return the pairs of words that name the same concept, sorted, each once."""
    sources, targets = (LANGUAGES[language].dictionary_words() for language in (source, target))
    pairs = {
        (word.lower(), translation.lower())
        for concept in sources.keys() & targets.keys()
        for word, translation in product(sources[concept], targets[concept])
    }
    return sorted(pairs)
