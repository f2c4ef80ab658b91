"""Word-by-word translation and the table of machine-translated captions."""

import numpy as np
import pandas as pd
import pytest

from crosscap.faults import InputError
from crosscap.text.translation import (
    first_translations,
    training_captions,
    translate_with_dictionary,
    translate_words,
    translated_captions,
)

CAPTIONS = pd.DataFrame(
    {
        "caption_id": ["a#en#0", "a#de#0", "a#en#1", "b#en#0"],
        "image_id": ["a", "a", "a", "b"],
        "language": ["en", "de", "en", "en"],
        "position": [0, 0, 1, 0],
        "text": ["A dog .", "Ein Hund .", "3 dogs run", "a cat"],
        "origin": "human",
    }
)
TOKENS = pd.DataFrame(
    {
        "caption_id": ["b#en#0", "a#en#1", "a#en#0"],
        "split": ["val", "train", "train"],
        "tokens": [np.array(words, dtype=object) for words in (["a", "cat"], ["3", "dogs", "run"], ["A", "dog", "."])],
    }
)
PAIRS = [("a", "ein"), ("dog", "hund"), ("dog", "köter"), ("Run", "rennen"), ("cat", "katze")]


def test_the_first_translation_is_taken():
    assert first_translations(PAIRS) == {"a": "ein", "dog": "hund", "run": "rennen", "cat": "katze"}


def test_word_by_word_by_eye():
    source = training_captions(CAPTIONS, TOKENS)
    assert list(source["caption_id"]) == ["a#en#0", "a#en#1"]
    done = translate_words(source["tokens"], first_translations(PAIRS))
    assert done.texts == ["ein hund .", "3 dogs rennen"]
    assert done.coverage == {
        "words": 6,
        "translated_percent": 50.0,
        "copied_percent": 16.67,
        "no_letter_percent": 33.33,
        "whole_captions_percent": 50.0,
        "copied_words": {"dogs": 1},
    }


def test_the_table_keeps_image_and_position_and_leaves_empty_ones_out():
    source = training_captions(CAPTIONS, TOKENS)
    frame = translated_captions(source, ["ein hund .", " "], language="fr")
    assert frame.to_dict("records") == [
        {
            "caption_id": "a#fr#0#machine",
            "image_id": "a",
            "language": "fr",
            "position": 0,
            "text": "ein hund .",
            "origin": "machine",
        }
    ]


def test_signs_may_have_a_translation_and_case_does_not_count():
    done = translate_words([["DOG", "."]], {"dog": "犬", ".": "。"})
    assert done.texts == ["犬 。"]
    assert done.coverage["translated_percent"] == 100.0


def test_no_words_are_no_division_by_zero():
    assert translate_words([[]], {}).texts == [""]


def test_without_training_captions_there_is_nothing_to_translate():
    with pytest.raises(InputError, match="no training captions in the hub language"):
        training_captions(CAPTIONS, TOKENS.assign(split="test"))


def test_with_a_dictionary_file(tmp_path, caplog):
    path = tmp_path / "en-de.txt"
    path.write_text("".join(f"{word}\t{translation}\n" for word, translation in PAIRS))
    with caplog.at_level("INFO", logger="crosscap"):
        texts, coverage = translate_with_dictionary([["a", "dog", "barks"]], path)
    assert texts == ["ein hund barks"]
    assert coverage["copied_words"] == {"barks": 1}
    assert "3 words: 66.67 % translated by the dictionary, 33.33 % copied, 0.0 % without letters" in caplog.text
    with pytest.raises(InputError, match=r"en-xx\.txt missing"):
        translate_with_dictionary([["a"]], tmp_path / "en-xx.txt")
