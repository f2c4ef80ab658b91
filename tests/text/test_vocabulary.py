"""Vocabulary, its use on captions, its coverage."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscap.faults import InputError
from crosscap.tables import read_table, write_table
from crosscap.text.vocabulary import (
    SPECIALS,
    build_vocabulary,
    coverage,
    coverage_report,
    encode,
    listed_vocabulary,
    word_rows,
)

CAPTIONS = [["a", "dog", "and", "a", "cat"], ["a", "dog"], []]
token_lists = st.lists(st.lists(st.sampled_from([*"abcdefg", *SPECIALS]), max_size=8), max_size=8)


def test_order_is_specials_then_count_then_alphabet():
    vocabulary = build_vocabulary(CAPTIONS, minimum_count=1)
    assert list(vocabulary["word"]) == [*SPECIALS, "a", "dog", "and", "cat"]
    assert list(vocabulary["count"]) == [0, 0, 0, 0, 3, 2, 1, 1]
    assert list(vocabulary["index"]) == list(range(8))


@given(token_lists, st.integers(1, 3))
def test_kept_words_are_those_that_a_plain_count_keeps(captions, minimum_count):
    plain = Counter(word for caption in captions for word in caption if word not in SPECIALS)
    kept = {word: count for word, count in plain.items() if count >= minimum_count}
    if not kept:
        with pytest.raises(InputError, match="minimum_count"):
            build_vocabulary(captions, minimum_count=minimum_count)
        return
    vocabulary = build_vocabulary(captions, minimum_count=minimum_count)
    assert dict(zip(vocabulary["word"][4:], vocabulary["count"][4:], strict=True)) == kept
    assert vocabulary["count"][4:].is_monotonic_decreasing
    assert list(vocabulary["word"][:4]) == list(SPECIALS)


def test_vocabulary_is_a_table(tmp_path):
    vocabulary = build_vocabulary(CAPTIONS, minimum_count=2)
    write_table(vocabulary, tmp_path / "vocabulary.parquet", name="vocabulary")
    assert list(read_table(tmp_path / "vocabulary.parquet", name="vocabulary")["word"]) == [*SPECIALS, "a", "dog"]


def test_too_high_a_count_says_what_to_do():
    with pytest.raises(InputError, match=r"none of the 4 words .* occurs 9 times or more; lower vocabulary"):
        build_vocabulary(CAPTIONS, minimum_count=9)


def test_encoding_by_eye():
    first, second, empty = encode(CAPTIONS, word_rows([*SPECIALS, "a", "dog"]))
    assert first.tolist() == [1, 4, 5, 3, 4, 3, 2]
    assert second.tolist() == [1, 4, 5, 2]
    assert empty.tolist() == [1, 2]
    assert first.dtype == np.int32


def test_coverage_by_eye():
    assert coverage(CAPTIONS, [*SPECIALS, "a", "dog"]) == {
        "unknown_tokens_percent": pytest.approx(100 * 2 / 7),
        "unknown_types_percent": 50.0,
        "captions_with_unknown_percent": pytest.approx(100 / 3),
    }


def test_coverage_of_nothing_is_complete():
    assert set(coverage([], ["a"]).values()) == {0.0}


def test_report_covers_the_splits_that_there_are():
    tokens = pd.DataFrame({"split": ["train", "test", "test"], "tokens": [np.array(c, dtype=object) for c in CAPTIONS]})
    known = np.array([False] * 4 + [True, False])
    report = coverage_report(tokens, [*SPECIALS, "a", "cat"], known=known)
    assert report["vocabulary"] == 2
    assert report["known_percent"] == 50.0
    assert report["splits"] == {"test": coverage(CAPTIONS[1:], ["a", "cat"])}


def test_words_that_nothing_counts_keep_their_order():
    frame = listed_vocabulary(["the", "<unk>", "a", "the"])
    assert frame["word"].tolist() == [*SPECIALS, "the", "a"]
    assert frame["count"].tolist() == [0] * 6
    assert frame["index"].tolist() == list(range(6))
