"""A trained model of every system on disk, and languages added to it."""

import dataclasses

import numpy as np
import pytest
import torch

from crosscap.faults import InputError
from crosscap.models.extension import carried_words, extend, hub_words
from crosscap.models.joint import JointModel
from crosscap.models.parameters import added_parameters, parameter_counts
from crosscap.models.store import Symbols, load_model, save_model, word_vectors
from crosscap.models.systems import SYSTEMS
from crosscap.text.vocabulary import SPECIALS
from tests.architectures import small_architecture

WORDS = {language: [*SPECIALS, *(f"{language}{colour}" for colour in range(6))] for language in ("en", "de")}
WORD_SYSTEMS = ["fme", "ame", "cl2cm"]  # whose words are aligned, so that a language can be added to them


def embedded(model, captions):
    model.eval()
    with torch.no_grad():
        return model.embed_captions(*captions.texts(torch.arange(len(captions))))


@pytest.fixture
def stored(make_trainer, tmp_path):
    """Return a function that trains a system a little, and gives the trainer and the model read back."""

    def make(system):
        trainer = make_trainer(system=system, similarity="cosine", epochs=1)
        trainer.run()
        trainer.checkpoint.unlink(missing_ok=True)
        save_model(trainer.model, tmp_path / system, symbols=trainer.symbols, facts={"note": "tried"})
        return trainer, load_model(tmp_path / system)

    return make


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_model_read_back_embeds_the_same(stored, system):
    trainer, read = stored(system)
    assert torch.equal(embedded(read.model, trainer.validation), embedded(trainer.model, trainer.validation))
    assert torch.equal(
        read.model.embed_images(trainer.validation.features), trainer.model.embed_images(trainer.validation.features)
    )
    assert read.description["note"] == "tried"
    assert list(read.symbols.words) in ([], list(read.model.architecture.languages))  # as the word table's blocks
    assert read.symbols == Symbols(
        words={language: list(words) for language, words in trainer.symbols.words.items()},
        characters=list(trainer.symbols.characters),
    )


@pytest.mark.parametrize("system", WORD_SYSTEMS)
def test_an_added_language_leaves_the_others_as_they_are(stored, system):
    trainer, read = stored(system)
    words = [*SPECIALS, "fr0", "fr1"]
    vectors = np.random.default_rng(0).normal(size=(6, 8)).astype(np.float32)
    more = extend(read, ["fr"], added={"fr": (words, vectors)})
    assert more.model.architecture.languages == ("en", "de", "fr")
    assert torch.equal(embedded(more.model, trainer.validation), embedded(trainer.model, trainer.validation))
    torch.testing.assert_close(more.model.texts.table.carried_block(2), torch.from_numpy(vectors))
    assert more.symbols.words["fr"] == words


@pytest.mark.parametrize("system", WORD_SYSTEMS)
def test_a_language_with_the_hubs_words_reads_captions_as_the_hub_does(stored, system):
    trainer, read = stored(system)
    words, hub = word_vectors(read, "en")
    more = extend(read, ["fr"], added={"fr": (words, hub)})
    english = trainer.validation.languages == 0
    inputs, lengths, languages = trainer.validation.texts(english.nonzero().squeeze(1))
    block = more.model.texts.table.blocks[2]
    with torch.no_grad():
        as_french = more.model.embed_captions(inputs + block.start, lengths, torch.full_like(languages, 2))
        torch.testing.assert_close(as_french, more.model.embed_captions(inputs, lengths, languages))


def test_letters_and_frozen_sentences_take_a_language_as_it_is(stored):
    for system in ("liwe", "zero-shot"):
        _, read = stored(system)
        assert extend(read, ["fr"], added={}).model.architecture.languages[-1] == "fr"


def test_a_table_for_all_languages_reads_a_new_one_with_the_words_it_has(stored):
    _, read = stored("clmr")
    assert extend(read, ["fr"], added={}).symbols.words["fr"] == read.symbols.words["en"]


def test_an_encoder_for_each_language_takes_no_further_one(stored):
    _, read = stored("pivot")
    with pytest.raises(InputError, match=r"pivot has a text encoder a language; train it in fr"):
        extend(read, ["fr"], added={})


def test_only_models_of_aligned_words_take_words_of_a_language(stored):
    for system in ("pivot", "liwe"):
        _, read = stored(system)
        with pytest.raises(InputError, match=f"{system} takes no words of a further language; fme, ame and cl2cm do"):
            hub_words(read)


def test_words_that_are_missing_are_named(stored):
    _, read = stored("ame")
    with pytest.raises(InputError, match=r"no word vectors for fr; add the language"):
        extend(read, ["fr"], added={})


def test_carried_words_have_the_hubs_length_and_its_special_symbols():
    hub = np.diag([9.0, 9.0, 9.0, 9.0, 1.0, 2.0, 4.0]).astype(np.float32)
    turn = np.roll(np.eye(7), 1, axis=0)
    vectors = np.eye(7)[[0, 1, 2, 3, 4, 5]] * 5
    carried = carried_words(vectors, turn, hub=hub)
    assert np.array_equal(carried[:4], hub[:4])
    assert np.allclose(carried[4:], 2 * np.eye(7)[[5, 6]])


def test_parameters_are_counted_by_part(stored):
    _, read = stored("fme")
    gru = 3 * 16 * (8 + 16 + 2)
    assert parameter_counts(read.model) == {"images": 6 * 16 + 16, "recurrences": gru, "frozen": 20 * 8}
    _, read = stored("ame")
    counts = parameter_counts(read.model)
    assert (counts["table"], counts["maps"]) == (20 * 8, 2 * 8 * 8)


def test_a_language_costs_liwe_its_own_letters_only(stored):
    _, read = stored("liwe")
    letters = {"en": set("en012345"), "de": set("de012345")}
    assert added_parameters(read.model, read.symbols, spoken=letters) == {"en": 24, "de": 24}  # n and d


def test_a_language_costs_the_others_its_words_and_encoder(stored):
    gru = 3 * 16 * (8 + 16 + 2)
    for system, expected in {"fme": 80, "ame": 80 + 64, "pivot": 80 + gru, "clmr": 6 * 8, "zero-shot": 0}.items():
        _, read = stored(system)
        added = added_parameters(read.model, read.symbols, spoken={name: set(words) for name, words in WORDS.items()})
        assert added == dict.fromkeys(read.model.architecture.languages, expected), system


def test_a_system_without_regions_sees_their_mean(stored):
    _, read = stored("fme")
    model = read.model
    model.architecture = dataclasses.replace(model.architecture, feature_dimension=6, regions=2)
    features = torch.rand(5, 12)
    mean = (features[:, :6] + features[:, 6:]) / 2
    with torch.no_grad():
        torch.testing.assert_close(model.embed_images(features), model.images(mean))


def test_regions_stand_behind_one_another():
    torch.manual_seed(0)
    architecture = small_architecture("liwe", languages=("en",), maps="none", regions=2)
    model = JointModel(architecture, characters=9).eval()
    features = torch.rand(5, 6)
    swapped = torch.cat([features[:, 3:], features[:, :3]], dim=1)
    torch.testing.assert_close(model.embed_images(features), model.embed_images(swapped))
