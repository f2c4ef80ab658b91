"""Sentences as the mean of their words' vectors."""

import logging

import numpy as np
import pandas as pd
import pytest

from crosscap.faults import InputError
from crosscap.text.sentences import hub_vectors, mean_vectors

WORDS = pd.DataFrame({"index": range(4), "word": ["<unk>", "rot", "hund", "neu"], "known": [False, True, True, False]})
VECTORS = np.array([[9, 9], [3, 0], [0, 5], [1, 1]], dtype=np.float32)
TURN = np.array([[0, -1], [1, 0]], dtype=np.float32)  # a quarter to the left


def test_words_are_carried_at_length_one_without_made_up_ones():
    assert {word: vector.tolist() for word, vector in hub_vectors(WORDS, VECTORS, TURN).items()} == {
        "rot": [0, 1],
        "hund": [-1, 0],
    }
    assert hub_vectors(WORDS, VECTORS, None)["rot"].tolist() == [1, 0]


def test_a_map_of_another_dimension():
    with pytest.raises(InputError, match="takes vectors of 3 numbers and the words have 2"):
        hub_vectors(WORDS, VECTORS, np.eye(3))


def test_means_by_eye(caplog):
    words = {"red": np.array([1.0, 0.0]), "dog": np.array([0.0, 1.0])}
    captions = [["red", "dog"], ["red", "xyz", "red"], ["xyz"], []]
    with caplog.at_level(logging.WARNING, logger="crosscap"):
        means = mean_vectors(captions, words)
    assert means.dtype == np.float32
    np.testing.assert_allclose(means, [[0.5**0.5, 0.5**0.5], [1, 0], [0, 0], [0, 0]], rtol=1e-6)
    assert "2 of 4 captions have no word with a vector" in caplog.text


def test_a_word_said_twice_counts_twice():
    words = {"a": np.array([1.0, 0.0]), "b": np.array([0.0, 1.0])}
    np.testing.assert_allclose(mean_vectors([["a", "a", "b"]], words), [np.array([2, 1]) / 5**0.5], rtol=1e-6)


def test_no_captions_and_no_words():
    assert mean_vectors([], {"a": np.array([1.0, 0.0])}).shape == (0, 2)
    with pytest.raises(InputError, match="no word has a vector"):
        mean_vectors([["a"]], {})
