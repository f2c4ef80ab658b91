"""Which language a query is in."""

import pytest

from crosscap.search.detection import Detector

SENTENCES = {
    "en": "a dog jumps into the water",
    "de": "ein Hund springt ins Wasser",
    "fr": "un chien saute dans l'eau",
    "ja": "犬が水に飛び込む",
    "zh": "一只狗跳进水里",
    "ko": "개가 물속으로 뛰어든다",
    "ru": "собака прыгает в воду",
}


@pytest.fixture(scope="module")
def detector():
    return Detector(tuple(SENTENCES))


@pytest.mark.parametrize("language", SENTENCES)
def test_sentences_are_told_apart(detector, language):
    assert detector.detect(SENTENCES[language]) == language


def test_only_languages_of_the_index_are_guessed():
    assert Detector(("en", "ja")).detect(SENTENCES["de"]) == "en"


@pytest.mark.parametrize("text", ["🐕", "1984", "?!"])
def test_what_is_in_no_language_counts_as_the_first(detector, text):
    assert detector.detect(text) == "en"


def test_one_language_or_one_that_the_detector_does_not_know():
    assert Detector(("de",)).detect(SENTENCES["fr"]) == "de"
    assert Detector(("xx", "de")).detect(SENTENCES["de"]) == "de"
    assert Detector(("xx", "yy")).detect(SENTENCES["de"]) == "xx"
