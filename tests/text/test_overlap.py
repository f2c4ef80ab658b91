"""The share of a benchmark's texts that were trained on."""

import pandas as pd

from crosscap.text.overlap import overlap_report


def tokens(rows):
    return pd.DataFrame(rows, columns=["language", "split", "tokens"])


def test_by_eye():
    texts = tokens(
        [
            *[("en", "", words) for words in (["a", "cat"], ["a", "cat"], ["a", "dog"], ["red"], [])],
            ("de", "", ["rot"]),
        ]
    )
    captions = tokens(
        [
            *[("en", "train", words) for words in (["a", "cat"], ["cat", "a"], [])],
            *[("en", "test", ["red"]), ("de", "train", ["a", "dog"])],
        ]
    )
    assert overlap_report(texts, captions) == {
        "de": {"texts": 1, "in_training": 0, "percent": 0.0},
        "en": {"texts": 3, "in_training": 1, "percent": 33.333},
    }


def test_texts_without_any_words():
    assert overlap_report(tokens([("en", "", [])]), tokens([])) == {
        "en": {"texts": 0, "in_training": 0, "percent": 0.0}
    }
