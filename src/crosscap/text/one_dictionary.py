"""One dictionary, whichever language comes first in it, to pairs that a map is trained on and pairs that test it.

MUSE's dictionaries of a language pair come in parts (`crosscap.text.lexicon`); who has but one file needs no others.
No source word is in both parts, as in the protocol ``leakfree``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from crosscap.faults import InputError
from crosscap.text.dictionaries import Pairs, read_dictionaries
from crosscap.text.lexicon import lexicon_figures, lexicon_frame, within
from crosscap.text.vocabulary import SPECIALS

TEST_PERCENT = 20  # of the source words


def split_dictionary(
    dictionary: Path, *, test: Path | None, source_words: Sequence[str], target_words: Sequence[str]
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the table `lexicon` from source to target words and its figures.

    The tested pairs are those of the file `test`, or else those of every fifth source word, drawn by a hash of the
    word; all others that have both words in the vocabularies train. Either column may be the source: the one that fits.

    Raises:
        InputError: a file is missing or malformed, or a part has no pair.
    """
    vocabularies = (frozenset(source_words) - set(SPECIALS), frozenset(target_words) - set(SPECIALS))
    files = [dictionary] if test is None else [dictionary, test]
    given = read_dictionaries(files)
    fitting = [_turned(pairs, vocabularies) for pairs in given]
    tested = [pair for pair in fitting[-1] if test is not None or _is_drawn(pair[0])]
    tested_words = {source for source, _ in tested}
    trained = [pair for pair in fitting[0] if pair[0] not in tested_words]
    for part, pairs, file, found in (("train", trained, files[0], given[0]), ("test", tested, files[-1], given[-1])):
        if not pairs:
            raise InputError(
                f"{file}: none of its {len(found):,} pairs is left to {part} with: of {len(fitting[0]):,} pairs both "
                "words are in the vocabularies; check the languages and the case of the words, or give more pairs"
            )
    return lexicon_frame(trained, tested), lexicon_figures(trained, tested, vocabularies)


def _turned(pairs: Pairs, vocabularies: tuple[frozenset[str], frozenset[str]]) -> Pairs:
    """Return the pairs that fit the vocabularies, with the columns swapped where more do so."""
    as_given = within(pairs, vocabularies)
    swapped = within([(second, first) for first, second in pairs], vocabularies)
    return swapped if len(swapped) > len(as_given) else as_given


def _is_drawn(word: str) -> bool:
    """Tell whether a word is tested; no other word matters to it."""
    digest = hashlib.sha256(word.encode("utf-8", errors="surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % 100 < TEST_PERCENT
