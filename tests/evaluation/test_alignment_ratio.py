"""The alignment ratio of a model as a table."""

import numpy as np
import pandas as pd
import pytest

from crosscap.evaluation.alignment_ratio import measure_alignment, wilson_interval
from crosscap.faults import InputError

SPECIALS = ["<pad>", "<start>", "<end>", "<unk>"]


def test_two_of_three_words_find_their_translation():
    vectors = {
        "de": ([*SPECIALS, "rot", "blau", "hund"], np.vstack([np.zeros((4, 3)), np.eye(3)])),
        "en": ([*SPECIALS, "red", "blue", "dog"], np.vstack([np.zeros((4, 3)), np.eye(3)])),
    }
    test = [("rot", "red", "test"), ("blau", "blue", "test"), ("hund", "red", "test"), ("hund", "dog", "train")]
    lexicon = pd.DataFrame(test, columns=["source", "target", "part"])

    metrics = measure_alignment(vectors, {"de-en": lexicon}, experiment="ame", seed=3, neighbours=2)

    first = metrics.iloc[0]
    assert list(metrics["metric"]) == ["alignment_ratio", "alignment_ratio_csls"]
    assert (first["experiment"], first["seed"], first["benchmark"]) == ("ame", 3, "lexicon")
    assert (first["task"], first["language"]) == ("translation", "de-en")
    assert first["value"] == pytest.approx(200 / 3)
    assert first["low"] < first["value"] < first["high"]


def test_a_word_without_a_vector_is_refused():
    vectors = {"de": ([*SPECIALS, "rot"], np.eye(5)), "en": ([*SPECIALS, "red"], np.eye(5))}
    lexicon = pd.DataFrame([("rot", "green", "test")], columns=["source", "target", "part"])
    with pytest.raises(InputError, match="words that the vectors lack"):
        measure_alignment(vectors, {"de-en": lexicon}, experiment="ame", seed=3, neighbours=1)


def test_wilson_interval_of_a_known_case():
    # 8 of 10, a textbook example: 0.490 to 0.943
    assert wilson_interval(80.0, count=10) == pytest.approx((49.02, 94.33), abs=0.01)


@pytest.mark.parametrize("percent", [0.0, 100.0])
def test_wilson_interval_stays_within_the_percent_scale(percent):
    low, high = wilson_interval(percent, count=5)
    assert 0.0 <= low <= percent <= high <= 100.0
    assert high - low > 30
