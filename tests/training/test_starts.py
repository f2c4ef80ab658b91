"""What a text encoder starts from."""

import numpy as np
import pandas as pd
import pytest
import torch

from crosscap import tables
from crosscap.models.pretrained import Pretrained
from crosscap.text.characters import SPECIALS as LETTER_SPECIALS
from crosscap.text.vocabulary import SPECIALS
from crosscap.training import starts as library
from crosscap.training.experiment import Experiment, Inputs
from crosscap.training.starts import SCRATCH_RANGE, merged, text_start

WORDS = {"en": [*SPECIALS, "a", "hand"], "de": [*SPECIALS, "hand", "ein"]}


@pytest.fixture
def start_of(tmp_path):
    """Return a function that gives the start of a system in English and German."""
    for language, words in WORDS.items():
        frame = pd.DataFrame({"index": range(6), "word": words})
        tables.write_table(frame.assign(count=9), tmp_path / f"vocabulary-{language}", name="vocabulary")
        known, matrix = [False] * 4 + [True] * 2, 2 * np.eye(6)[:, :2] + np.eye(6)[:, 4:]
        tables.write_table(frame.assign(known=known), tmp_path / f"vectors-{language}", name="vectors", matrix=matrix)
    turn = np.array([[0, 1.0], [-1.0, 0]])
    tables.write_table(pd.DataFrame(index=range(2)), tmp_path / "mapping", name="mapping", matrix=turn)
    files = {
        "vectors": [tmp_path / f"vectors-{language}" for language in WORDS],
        "vocabularies": [tmp_path / f"vocabulary-{language}" for language in WORDS],
        "mappings": [tmp_path / "mapping"],
    }
    rest = dict.fromkeys(("images", "features", "tokens", "lexicons", "sentences", "captions", "code"), ())

    def make(system, *, tokens=None, seed=1, pretrained=None, similarity="cosine"):
        training = {"pretrained": pretrained, "word_dimension": 3}
        experiment = Experiment("x", system, similarity, ["en", "de"], "en", training=training)
        return text_start(experiment, Inputs(**files, **rest), tokens=tokens or {}, seed=seed)

    return make


def captions(**by_split):
    """Return a table tokens with one caption a split."""
    return pd.DataFrame({"split": by_split.keys(), "tokens": [text.split() for text in by_split.values()]})


def test_an_alphabet_holds_the_letters_of_training_captions_alone(start_of):
    tokens = {"en": captions(train="bab ab", val="vv vv", test="tt"), "de": captions(train="bäbä", val="öö öö")}
    start = start_of("liwe", tokens=tokens)
    assert start.symbols.characters == [*LETTER_SPECIALS, "b", "a", "ä"]  # 5, 2 and 2 of them
    assert start.spoken == {"en": {"a", "b"}, "de": {"b", "ä"}}
    assert (start.vectors, start.text_dimension) == ((), 0)


def test_a_shared_vocabulary_has_each_word_once():
    together = [*SPECIALS, "a", "hand", "ein"]
    assert merged(WORDS) == {"en": together, "de": together}
    assert merged({"en": ["x"], "de": ["y"], "fr": ["x", "z"]})["de"] == ["x", "y", "z"]


def test_words_from_scratch_in_one_table_for_all_languages(start_of):
    start = start_of("clmr")
    assert start.symbols.words == merged(WORDS)
    assert [block.shape for block in start.vectors] == [(7, 3)]
    assert start.spoken == {language: set(words) for language, words in WORDS.items()}  # who shares what is still known


def test_words_from_scratch_in_a_table_a_language(start_of):
    start = start_of("pivot")
    assert start.symbols.words == WORDS
    assert [block.shape for block in start.vectors] == [(6, 3), (6, 3)]
    assert not torch.equal(*start.vectors)
    assert start.text_dimension == 3
    assert torch.stack(list(start.vectors)).abs().max() <= SCRATCH_RANGE
    assert torch.equal(start.vectors[1], start_of("pivot").vectors[1])
    assert not torch.equal(start.vectors[1], start_of("pivot", seed=2).vectors[1])


@pytest.mark.parametrize("system", ["fme", "ame", "cl2cm"])
def test_pretrained_vectors_are_carried_to_the_hub_where_the_system_is_aligned(start_of, system):
    start = start_of(system)
    assert start.symbols.words == WORDS
    torch.testing.assert_close(start.vectors[0][4:], torch.eye(2))
    torch.testing.assert_close(start.vectors[1][4:], torch.tensor([[0.0, -1.0], [1.0, 0.0]]))


def test_pretrained_vectors_stay_where_the_system_is_not_aligned(start_of):
    torch.testing.assert_close(start_of("mono").vectors[1][4:], torch.eye(2))


def test_a_pretrained_transformer_brings_its_own_subwords(start_of, monkeypatch):
    body = torch.nn.Identity()
    body.configuration = '{"hidden_size": 4}'
    monkeypatch.setattr(library, "load_pretrained", lambda name: Pretrained(body, f"tokenizer of {name}"))
    start = start_of("cl2cm", pretrained="some/bert")
    assert (start.symbols.tokenizer, start.body) == ("tokenizer of some/bert", body)
    assert start.configuration == '{"hidden_size": 4}'
    assert (start.symbols.words, start.vectors) == ({}, ())


def test_frozen_sentences_start_from_nothing(start_of):
    start = start_of("zero-shot")
    assert (start.symbols.words, list(start.symbols.characters), start.text_dimension) == ({}, [], 0)
