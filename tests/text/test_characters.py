"""The alphabet and captions as the symbols of their words."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscap.faults import InputError
from crosscap.text.characters import (
    END,
    LONGEST_WORD,
    MINIMUM_COUNT,
    PAD,
    SPECIALS,
    START,
    UNKNOWN,
    build_characters,
    character_ids,
)

CAPTIONS = [["ab", "a"], ["ab", "犬"], []]
ALPHABET = [*SPECIALS, "a", "b"]
token_lists = st.lists(st.lists(st.text(max_size=LONGEST_WORD + 4), max_size=5), max_size=5)


def word(*symbols):
    return [*symbols, *[PAD] * (LONGEST_WORD - len(symbols))]


def test_alphabet_is_specials_then_count_then_code_point():
    assert build_characters([["zab"], ["犬b"], ["bä"]] * 2) == [*SPECIALS, "b", "a", "z", "ä", "犬"]


def test_rare_letters_are_left_out():
    assert build_characters(CAPTIONS) == ALPHABET


@given(token_lists)
def test_kept_letters_are_those_that_a_plain_count_keeps(captions):
    plain = Counter(letter for caption in captions for said in caption for letter in said if letter != " ")
    kept = {letter for letter, count in plain.items() if count >= MINIMUM_COUNT}
    if not kept:
        with pytest.raises(InputError, match="training captions"):
            build_characters(captions)
        return
    alphabet = build_characters(captions)
    assert alphabet[: len(SPECIALS)] == list(SPECIALS)
    assert set(alphabet[len(SPECIALS) :]) == kept
    assert len(alphabet) == len(set(alphabet))


def test_symbols_by_eye():
    first, second, empty = character_ids(CAPTIONS, ALPHABET)
    assert first.tolist() == [word(START, 5, 6), word(5, END)]
    assert second.tolist() == [word(START, 5, 6), word(UNKNOWN, END)]
    assert empty.tolist() == [word(START, END)]
    assert character_ids([["b"]], ALPHABET)[0].tolist() == [word(START, 6, END)]
    assert first.dtype == np.int16


def test_a_long_word_is_cut_and_keeps_start_and_end():
    (alone,) = character_ids([["a" * 40]], ALPHABET)
    assert alone.tolist() == [[START, *[5] * 24, END]]
    (caption,) = character_ids([["a" * 40] * 3], ALPHABET)
    assert caption.tolist() == [[START, *[5] * 25], [5] * 26, [*[5] * 25, END]]


def test_large_alphabets_keep_their_numbers():
    kanji = [chr(0x4E00 + number) for number in range(3000)]
    alphabet = build_characters([kanji] * 2)
    (ids,) = character_ids([kanji], alphabet)
    assert ids[1:-1, 0].tolist() == list(range(len(SPECIALS) + 1, len(SPECIALS) + 2999))


@given(token_lists)
def test_short_words_can_be_read_back(captions):
    captions = [[said[: LONGEST_WORD - 2] for said in caption] for caption in captions]
    alphabet = sorted({letter for caption in captions for said in caption for letter in said} - {" "})
    symbols = [*SPECIALS, *alphabet]
    for caption, ids in zip(captions, character_ids(captions, symbols), strict=True):
        read = ["".join(symbols[n] for n in row if n not in (PAD, START, END)) for row in ids]
        assert read == (caption or [""])
        assert ids[0, 0] == START
        assert (ids == START).sum() == (ids == END).sum() == 1
