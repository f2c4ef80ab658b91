"""Captions of the data set and machine translations side by side."""

import pandas as pd

from crosscap.text.origins import replaced_by_translations, without_translations

ROWS = [
    ("en", "train", "human"),
    ("de", "train", "human"),
    ("de", "train", "machine"),
    ("ja", "train", "machine"),
    ("de", "test", "machine"),
    ("ja", "test", "machine"),
    ("ja", "val", "human"),
]
TOKENS = pd.DataFrame(ROWS, columns=["language", "split", "origin"])


def test_translations_are_left_out_where_a_language_has_others():
    assert TOKENS.index.difference(without_translations(TOKENS, training=True).index).tolist() == [2]
    assert TOKENS.index.difference(without_translations(TOKENS, training=False).index).tolist() == [5]


def test_other_captions_stay_as_they_are():
    human = TOKENS[TOKENS["origin"] == "human"]
    pd.testing.assert_frame_equal(without_translations(human, training=True), human)


def test_translations_take_the_place_of_training_captions_alone():
    left = replaced_by_translations(TOKENS)
    assert left.to_numpy().tolist() == [list(row) for row in ROWS if row[1] != "train" or row[2] == "machine"]
