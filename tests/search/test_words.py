"""Word-by-word translation: the nearest word by CSLS, and what cannot be translated."""

import numpy as np
import pandas as pd
import pytest
import torch

from crosscap import tables
from crosscap.faults import InputError
from crosscap.models.store import Symbols
from crosscap.search.answers import Token
from crosscap.search.sentences import read_means, write_means
from crosscap.search.words import Translator, nearest_words
from crosscap.text.normalize import normalize
from crosscap.text.vocabulary import SPECIALS
from tests.search.test_queries import WIDTH, make

ENGLISH, JAPANESE = ["dog", "house", "red"], ["犬", "家", "赤い"]


def slow_csls(query, source, target, neighbours=10):
    """2 cos(x, y) - r(y), less the constant of the query, for every target word."""
    hubness = [np.mean(sorted(word @ source.T)[-neighbours:]) for word in target]
    return int(np.argmax([2 * (query @ word) - r for word, r in zip(target, hubness, strict=True)]))


def test_the_nearest_words_are_those_of_a_slow_loop():
    random = np.random.default_rng(0)
    source, target = (normalize(random.normal(size=(count, 5))) for count in (40, 45))
    assert nearest_words(source[:20], source, target) == [slow_csls(word, source, target) for word in source[:20]]
    assert nearest_words(source[:0], source, target) == []


def translator(system="ame"):
    """A model in whose space each English word has its Japanese one beside it."""
    stored = make(
        system,
        languages=("en", "ja"),
        symbols=Symbols(words={"en": [*SPECIALS, *ENGLISH], "ja": [*SPECIALS, *JAPANESE]}),
    )
    vectors = torch.randn(7, WIDTH, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        stored.model.texts.table.words.weight[:] = torch.cat([vectors, vectors])
        stored.model.texts.table.maps[:] = torch.eye(WIDTH)
    return Translator(stored, None)


def test_known_words_are_translated_and_others_are_named_apart():
    told = translator().translate(["red", "[", "dog", "barks"], "en", "ja")
    assert told.text == "赤い犬"
    assert told.tokens == (Token("赤い", True), Token("[", False), Token("犬", True), Token("barks", False))
    assert translator().translate(["赤い", "犬"], "ja", "en").text == "red dog"
    assert translator().translate(["[", "barks"], "en", "en").text == "[ barks"
    assert translator().translate(["barks"], "en", "ja").text == translator().translate([], "en", "ja").text == ""


@pytest.mark.parametrize("system", ["pivot", "liwe"])
def test_a_model_without_a_space_of_words_in_common_says_so(system):
    stored = make(system)
    with pytest.raises(InputError, match=f"{system} has no space of words that its languages share"):
        Translator(stored, None).translate(["dog"], "en", "de")


def test_words_that_sentences_are_made_of_translate_too(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(3, WIDTH)).astype(np.float32)
    for code, words in (("en", ENGLISH), ("ja", JAPANESE)):
        frame = pd.DataFrame({"index": range(3), "word": words, "known": True})
        tables.write_table(frame, tmp_path / f"{code}.parquet", name="vectors", matrix=vectors)
    write_means({code: tmp_path / f"{code}.parquet" for code in ("en", "ja")}, {}, tmp_path / "words")
    sentences = read_means(tmp_path / "words")
    assert Translator(make("zero-shot"), sentences).translate(["house", "dog"], "en", "ja").text == "家犬"
