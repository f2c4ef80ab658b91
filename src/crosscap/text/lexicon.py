"""Bilingual dictionaries in the format of MUSE (Conneau 2018) to training and test pairs of a language pair.

As in the AME paper (Mohammadshahi 2019): training pairs come from the full list and the 5000-6500 part, test pairs from
the 0-5000 part, and both words of a pair must be in the vocabularies. MUSE's full list contains the test part, so the
protocol ``paper`` trains on test words; ``leakfree`` drops each training pair with a word that is tested, in this
direction or in the other: the map from German to English is also measured with English words as the source.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from crosscap.faults import InputError
from crosscap.text.dictionaries import Pairs, read_dictionaries
from crosscap.text.vocabulary import SPECIALS

logger = logging.getLogger(__name__)

PROTOCOLS = ("leakfree", "paper")


def build_lexicon(
    full: Path,
    test: Path,
    extra: Path,
    reverse_test: Path,
    *,
    source: str,
    target: str,
    source_words: Sequence[str],
    target_words: Sequence[str],
    protocol: str,
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the table `lexicon` and its figures.

    `full` is the whole dictionary, such as ``de-en.txt``, `test` its part ``de-en.0-5000.txt``, `extra` its part
    ``de-en.5000-6500.txt``, and `reverse_test` the test part of the other direction, ``en-de.0-5000.txt``. `source` and
    `target` are the languages of the two columns, with their vocabularies; `protocol` is ``leakfree`` or ``paper``.

    Returns:
        The pairs, and pairs and source words of each part, the source words in both before the protocol acted
        (``overlap_words``), and the share of both vocabularies that has a pair.

    Raises:
        InputError: a file is missing or malformed, the languages are swapped, or a part has no pair.
    """
    if protocol not in PROTOCOLS:
        raise InputError(f"lexicon.protocol is {protocol}; choose {' or '.join(PROTOCOLS)}")
    *files, reverse = read_dictionaries([full, test, extra, reverse_test])
    vocabularies = (frozenset(source_words) - set(SPECIALS), frozenset(target_words) - set(SPECIALS))
    _check_direction([pair for pairs in files for pair in pairs], vocabularies, file=full, names=(source, target))
    trained, tested, overlap = _parts(files, reverse, vocabularies, protocol=protocol)
    given = {"train": (full, trained, len(files[0]) + len(files[2])), "test": (test, tested, len(files[1]))}
    for part, (file, pairs, found) in given.items():
        if not pairs:
            raise InputError(f"{file}: {_none_left(f'{found} {source}-{target} pairs', part=part, protocol=protocol)}")
    figures = lexicon_figures(trained, tested, vocabularies) | {"overlap_words": len(overlap)}
    _log(figures, name=f"{source}-{target}", protocol=protocol)
    return lexicon_frame(trained, tested), figures


def _parts(
    files: Sequence[Pairs], reverse: Pairs, vocabularies: tuple[frozenset[str], frozenset[str]], *, protocol: str
) -> tuple[Pairs, Pairs, set[str]]:
    """Return the training and test pairs by the protocol, and the source words that were in both before it acted.

    `files` are the full list, its test part and its further part; `reverse` is the other direction's test part.
    """
    trained, tested = within(files[0] + files[2], vocabularies), within(files[1], vocabularies)
    overlap = _sources(trained) & _sources(tested)
    if protocol == "leakfree":
        reverse_tested = _sources(within(reverse, vocabularies[::-1]))
        trained = [pair for pair in trained if pair[0] not in overlap and pair[1] not in reverse_tested]
    return trained, tested, overlap


def _log(figures: Mapping[str, float], *, name: str, protocol: str) -> None:
    """Log the figures, and warn where tested words are trained on."""
    logger.info("lexicon %s, %s: %s", name, protocol, figures)
    if protocol == "paper" and figures["overlap_words"]:
        message = "lexicon %s: %d of %d tested words are trained on, too, as in the paper; leakfree keeps them apart"
        logger.warning(message, name, figures["overlap_words"], figures["test_words"])


def _none_left(pairs: str, *, part: str, protocol: str) -> str:
    """Say that no pair is left for a part of the lexicon, and what to look at."""
    remedy = "check the languages, tokens.lowercase (MUSE is in lower case) and vocabulary.minimum_count"
    why = f"their words are not in the vocabularies, or the protocol {protocol} drops them"
    return f"0 of {pairs} are left for the lexicon's {part} part (0 % coverage): {why}; {remedy}"


def pair_indices(
    lexicon: pd.DataFrame, part: str, *, source_words: Sequence[str], target_words: Sequence[str]
) -> np.ndarray:
    """Return the pairs of one part as positions in the vocabularies.

    Shapes:
        result: [P, 2] int64.
    """
    pairs = lexicon[lexicon["part"] == part]
    source = pd.Index(source_words).get_indexer(pd.Index(pairs["source"]))
    target = pd.Index(target_words).get_indexer(pd.Index(pairs["target"]))
    indices = np.stack([source, target], axis=1).astype(np.int64)  # [P, 2]
    if (indices < 0).any():
        raise InputError("the lexicon has words that the vectors lack; remove results/*/lexicon and run again")
    return indices


def known_pairs(pairs: np.ndarray, *, source_known: np.ndarray, target_known: np.ndarray) -> np.ndarray:
    """Return the pairs whose both words have a vector that was not made up: only these can teach a map.

    Shapes:
        pairs: [P, 2]; source_known: [V]; target_known: [W]; result: [at most P, 2].

    Raises:
        InputError: there is no such pair.
    """
    usable: np.ndarray = pairs[source_known[pairs[:, 0]] & target_known[pairs[:, 1]]]
    if not len(usable):
        raise InputError(f"none of the {len(pairs)} training pairs has a vector for both words; check vectors.files")
    return usable


def _check_direction(
    pairs: Pairs, vocabularies: tuple[frozenset[str], frozenset[str]], *, file: Path, names: tuple[str, str]
) -> None:
    """Raise when more pairs fit the vocabularies with the columns swapped than as they are."""
    source, target = names
    fitting = len(within(pairs, vocabularies))
    swapped = len(within([(second, first) for first, second in pairs], vocabularies))
    if swapped > fitting:
        raise InputError(
            f"{file}: the {source}-{target} dictionary seems to be {target}-{source}: {fitting} pairs fit the "
            f"vocabularies, {swapped} with the columns swapped; rename the files"
        )


def within(pairs: Pairs, vocabularies: tuple[frozenset[str], frozenset[str]]) -> Pairs:
    """Return the different pairs, in order, whose words are in the vocabularies."""
    source, target = vocabularies
    return [pair for pair in dict.fromkeys(pairs) if pair[0] in source and pair[1] in target]


def _sources(pairs: Pairs) -> set[str]:
    """Return the first words."""
    return {pair[0] for pair in pairs}


def lexicon_figures(
    trained: Pairs, tested: Pairs, vocabularies: tuple[frozenset[str], frozenset[str]]
) -> dict[str, float]:
    """Return the sizes of both parts and the share of the vocabularies that they cover, in percent."""
    both = trained + tested
    covered = [len({pair[side] for pair in both}) for side in (0, 1)]
    return {
        "train_pairs": len(trained),
        "train_words": len(_sources(trained)),
        "test_pairs": len(tested),
        "test_words": len(_sources(tested)),
        "source_coverage_percent": round(100.0 * covered[0] / len(vocabularies[0]), 2),
        "target_coverage_percent": round(100.0 * covered[1] / len(vocabularies[1]), 2),
    }


def lexicon_frame(trained: Pairs, tested: Pairs) -> pd.DataFrame:
    """Return both parts as the table `lexicon`."""
    rows = [(*pair, "train") for pair in trained] + [(*pair, "test") for pair in tested]
    return pd.DataFrame(rows, columns=["source", "target", "part"])
