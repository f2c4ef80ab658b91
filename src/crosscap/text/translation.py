"""Machine-translated training captions, and translation word by word with a dictionary.

Captions of the hub language are translated so that languages without captions of their own can be trained on (CL2CM,
Wang 2024). Word by word is a crude translation that needs no network: word order and forms are those of the source.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from crosscap.faults import InputError
from crosscap.text.dictionaries import read_dictionaries
from crosscap.text.origins import MACHINE

logger = logging.getLogger(__name__)

COPIED_SHOWN = 20  # of the commonest words without a translation, in the report


class WordByWord(NamedTuple):
    """Captions translated word by word, and how much of them the dictionary covered."""

    texts: list[str]
    coverage: dict[str, object]


def training_captions(captions: pd.DataFrame, tokens: pd.DataFrame) -> pd.DataFrame:
    """Return the captions to translate: those of `tokens` in the training split, in the order of `captions`.

    `tokens` is the hub's; the result is the table `captions` with the column tokens.

    Raises:
        InputError: there are none.
    """
    train = tokens.loc[tokens["split"] == "train", ["caption_id", "tokens"]]
    chosen = captions.merge(train, on="caption_id")
    if chosen.empty:
        raise InputError(
            "there are no training captions in the hub language to translate; empty translation.languages, or choose a "
            "data set with a training split"
        )
    return chosen


def translated_captions(source: pd.DataFrame, texts: Sequence[str], *, language: str) -> pd.DataFrame:
    """Return translations as the table `captions`: each at its source's image and position, of the origin machine.

    Empty translations are left out.
    """
    key = source["image_id"] + "#" + language + "#" + source["position"].astype(str) + "#machine"
    frame = pd.DataFrame(
        {
            "caption_id": key,
            "image_id": source["image_id"],
            "language": language,
            "position": source["position"],
            "text": [text.strip() for text in texts],
            "origin": MACHINE,
        }
    )
    return frame[frame["text"] != ""].reset_index(drop=True)


def translate_with_dictionary(captions: Iterable[Sequence[str]], path: Path) -> WordByWord:
    """Translate captions word by word with a file of MUSE (Conneau 2018), and log how much of them it covers.

    Raises:
        InputError: the file is missing or malformed.
    """
    done = translate_words(captions, first_translations(read_dictionaries([path])[0]))
    logger.info(
        "%(words)d words: %(translated_percent)s %% translated by the dictionary, %(copied_percent)s %% copied, "
        "%(no_letter_percent)s %% without letters",
        done.coverage,
    )
    return done


def first_translations(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return one translation a word: the first in the order of the file, where MUSE has the likeliest one first."""
    translations: dict[str, str] = {}
    for word, translation in pairs:
        translations.setdefault(word.lower(), translation)
    return translations


def translate_words(captions: Iterable[Sequence[str]], translations: Mapping[str, str]) -> WordByWord:
    """Translate captions word by word; a word that the dictionary lacks is copied, and so are numbers and signs.

    The coverage has the shares of the running words that were translated, copied, or hold no letter (``translated``,
    ``copied`` and ``no_letter_percent``), the share of captions without a copied word, and the commonest copied words.
    """
    copied: Counter[str] = Counter()
    total = no_letter = whole = 0
    texts = []
    for words in captions:
        unknown = [word for word in words if word.lower() not in translations]
        lacking = [word for word in unknown if any(character.isalpha() for character in word)]
        copied.update(lacking)
        total += len(words)
        no_letter += len(unknown) - len(lacking)
        whole += not lacking
        # Spaces in every language: they keep apart words that a script without spaces would run together.
        texts.append(" ".join(translations.get(word.lower(), word) for word in words))
    lost = copied.total()
    coverage = {
        "words": total,
        "translated_percent": _percent(total - no_letter - lost, total),
        "copied_percent": _percent(lost, total),
        "no_letter_percent": _percent(no_letter, total),
        "whole_captions_percent": _percent(whole, len(texts)),
        "copied_words": dict(sorted(copied.items(), key=lambda item: (-item[1], item[0]))[:COPIED_SHOWN]),
    }
    return WordByWord(texts, coverage)


def _percent(part: int, whole: int) -> float:
    """Return `part` of `whole` in percent, 0 of nothing."""
    return round(100.0 * part / whole, 2) if whole else 0.0
