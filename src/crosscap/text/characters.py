"""Words as letters: the alphabet of training captions, and captions as the symbols of their words.

LIWE (Wehrmann et al. 2019) ships an alphabet of Latin letters; here the letters come from the captions, so that any
script works. A letter is a Unicode code point. Legend: T words of a caption.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np

from crosscap.faults import InputError

SPECIALS = ("<pad>", "<unk>", "<start>", "<end>", " ")  # in LIWE's order
PAD, UNKNOWN, START, END, SPACE = range(len(SPECIALS))
LONGEST_WORD = 26  # symbols of a word, start and end included
MINIMUM_COUNT = 2  # of a letter in the training captions


def build_characters(captions: Iterable[Sequence[str]]) -> list[str]:
    """Return the alphabet of the words of captions in all languages: special symbols, then letters by falling count.

    Letters that occur equally often stand in the order of their code points. Only training captions belong here. Rare
    letters are left out, so that the symbol for unknown ones is trained on them.

    Raises:
        InputError: no letter occurs `MINIMUM_COUNT` times.
    """
    counts: Counter[str] = Counter()
    for word, occurrences in Counter(chain.from_iterable(captions)).items():
        for letter in word:
            counts[letter] += occurrences
    kept = [letter for letter, count in counts.items() if count >= MINIMUM_COUNT and letter not in SPECIALS]
    if not kept:
        raise InputError(
            f"none of the {len(counts)} letters of the training captions occurs {MINIMUM_COUNT} times or more; "
            "check that there are training captions"
        )
    return [*SPECIALS, *sorted(kept, key=lambda letter: (-counts[letter], letter))]


def character_ids(captions: Iterable[Sequence[str]], characters: Sequence[str]) -> list[np.ndarray]:
    """Return the symbols of each caption's words, with zeros behind them.

    The start symbol is glued to the first word and the end symbol to the last. A word that is too long loses its last
    letters, never these two symbols (LIWE's code cuts the end symbol off as well). A caption without words becomes one
    word of the two symbols, for nothing can be read off no word at all.

    Shapes:
        each array: [T, 26] int16: alphabets of Chinese characters have more than 255 symbols.
    """
    index = {symbol: position for position, symbol in enumerate(characters)}
    words: dict[tuple[str, bool, bool], np.ndarray] = {}  # as first or last word or neither, most occur again and again
    made = []
    for caption in captions:
        said = list(caption) or [""]
        keys = [(word, number == 0, number == len(said) - 1) for number, word in enumerate(said)]
        words |= {key: _symbols(*key, index=index) for key in keys if key not in words}
        made.append(np.stack([words[key] for key in keys]))
    return made


def _symbols(word: str, first: bool, last: bool, *, index: Mapping[str, int]) -> np.ndarray:
    """Return a word's symbols [26], with start where it is a caption's first word and end where it is the last."""
    room = LONGEST_WORD - first - last
    letters = [index.get(letter, UNKNOWN) for letter in word[:room]]
    symbols = [START] * first + letters + [END] * last
    return np.array(symbols + [PAD] * (LONGEST_WORD - len(symbols)), dtype=np.int16)
