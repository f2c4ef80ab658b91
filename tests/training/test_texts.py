"""How captions become inputs: each kind of reading by eye, and models that are read back with further languages."""

import numpy as np
import pandas as pd
import pytest
import torch

from crosscap import tables
from crosscap.faults import InputError
from crosscap.models.joint import seeded_model
from crosscap.models.store import Symbols, save_model
from crosscap.text import characters
from crosscap.text.vocabulary import SPECIALS
from crosscap.training.texts import TextInputs, load_reader, reading
from tests.architectures import small_architecture

ENGLISH, GERMAN = [*SPECIALS, "a", "dog"], [*SPECIALS, "ein", "hund", "rot"]
LETTERS = [*characters.SPECIALS, "d", "o", "g"]
CAPTIONS = {
    "en": pd.DataFrame({"caption_id": ["1#en", "2#en"], "tokens": [["a", "dog"], ["a", "cat"]]}),
    "de": pd.DataFrame({"caption_id": ["1#de"], "tokens": [["hund", "ein", "blau"]]}),
}


def read(system, symbols, language, *, texts=None, sentences=None, pretrained=""):
    read = reading(
        small_architecture(system, pretrained=pretrained), symbols, texts=texts or {}, sentences=sentences or {}
    )
    return [inputs.tolist() for inputs in read(language, CAPTIONS[language])]


@pytest.mark.parametrize("system", ["ame", "pivot", "cl2cm"])
def test_words_are_rows_of_their_languages_block(system):
    symbols = Symbols(words={"en": ENGLISH, "de": GERMAN})
    assert read(system, symbols, "en") == [[1, 4, 5, 2], [1, 4, 3, 2]]
    assert read(system, symbols, "de") == [[6 + 1, 6 + 5, 6 + 4, 6 + 3, 6 + 2]]  # the English block has 6 rows


def test_words_of_a_table_for_all_languages_have_one_number():
    together = [*ENGLISH, "ein", "hund"]
    symbols = Symbols(words={"en": together, "de": together})
    assert read("clmr", symbols, "en") == [[1, 4, 5, 2], [1, 4, 3, 2]]
    assert read("clmr", symbols, "de") == [[1, 7, 6, 3, 2]]


def test_letters_of_words():
    first, second = read("liwe", Symbols(characters=LETTERS), "en")
    assert [word[:5] for word in first] == [[2, 1, 0, 0, 0], [5, 6, 7, 3, 0]]  # start and an unknown a; d, o, g and end
    assert [word[:5] for word in second] == [[2, 1, 0, 0, 0], [1, 1, 1, 3, 0]]


def test_subwords_are_of_the_raw_text():
    tokenizers = pytest.importorskip("tokenizers")
    splitter = tokenizers.Tokenizer(tokenizers.models.WordLevel({"?": 0, "Ein": 1, "Hund!": 2}, unk_token="?"))
    splitter.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    symbols = Symbols(tokenizer=splitter.to_str())
    texts = {"1#de": "Ein roter Hund!", "1#en": "Ein"}
    assert read("cl2cm", symbols, "de", texts=texts, pretrained="{}") == [[1, 0, 2]]


def test_sentences_are_sequences_of_one():
    features = {"2#en": np.array([0.0, 1.0]), "1#en": np.array([1.0, 2.0])}
    assert read("zero-shot", Symbols(), "en", sentences=features) == [[[1, 2]], [[0, 1]]]


def test_sentences_without_a_feature_are_counted():
    with pytest.raises(InputError, match=r"1 captions have no sentence feature, first: 2#en; make them again"):
        read("zero-shot", Symbols(), "en", sentences={"1#en": np.zeros(2)})


def stored(folder, system, symbols, vectors=(), *, dimension=2):
    """Write a model as training leaves it, and return it."""
    letters = len(symbols.characters)
    made = small_architecture(system, text_dimension=dimension)
    model = seeded_model(made, vectors, dropout=0.0, generator_seed=0, characters=letters).eval()
    save_model(model, folder, symbols=symbols, facts={})
    return model


def test_an_added_language_reads_its_own_words_behind_the_others(tmp_path):
    blocks = [torch.randn(len(words), 2) for words in (ENGLISH, GERMAN)]
    model = stored(tmp_path / "model", "ame", Symbols(words={"en": ENGLISH, "de": GERMAN}), blocks)
    french = pd.DataFrame({"index": range(6), "word": [*SPECIALS, "un", "chien"], "known": [False] * 4 + [True] * 2})
    vectors = np.arange(12, dtype=np.float32).reshape(6, 2)
    tables.write_table(french, tmp_path / "fr.parquet", name="vectors", matrix=vectors)
    loaded, read = load_reader(tmp_path / "model", TextInputs(zero_shot=["fr"], added=[tmp_path / "fr.parquet"]))
    assert loaded.model.architecture.languages == ("en", "de", "fr")
    (caption,) = read("fr", pd.DataFrame({"caption_id": ["1#fr"], "tokens": [["un", "chien", "bleu"]]}))
    assert caption.tolist() == [13 + 1, 13 + 4, 13 + 5, 13 + 3, 13 + 2]  # behind 6 English and 7 German rows
    assert loaded.model.texts.table.words.weight[caption[1]].tolist() == [8, 9]
    (german,) = read("de", CAPTIONS["de"])
    assert german.tolist() == [7, 11, 10, 9, 8]
    length, language = torch.tensor([5]), torch.tensor([1])
    ids = torch.from_numpy(german)[None]
    assert torch.equal(loaded.model.embed_captions(ids, length, language), model.embed_captions(ids, length, language))


def test_without_further_languages_a_model_is_read_as_it_is(tmp_path):
    blocks = [torch.randn(len(words), 2) for words in (ENGLISH, GERMAN)]
    stored(tmp_path, "ame", Symbols(words={"en": ENGLISH, "de": GERMAN}), blocks)
    loaded, read = load_reader(tmp_path, TextInputs())
    assert loaded.model.architecture.languages == ("en", "de")
    assert [ids.tolist() for ids in read("en", CAPTIONS["en"])] == [[1, 4, 5, 2], [1, 4, 3, 2]]


def test_an_added_language_without_vectors_is_named(tmp_path):
    blocks = [torch.randn(len(words), 2) for words in (ENGLISH, GERMAN)]
    stored(tmp_path, "ame", Symbols(words={"en": ENGLISH, "de": GERMAN}), blocks)
    with pytest.raises(InputError, match=r"no word vectors for fr; add the language to the model first"):
        load_reader(tmp_path, TextInputs(zero_shot=["fr"]))


def test_a_language_in_letters_needs_no_file(tmp_path):
    stored(tmp_path, "liwe", Symbols(characters=LETTERS), dimension=0)
    loaded, read = load_reader(tmp_path, TextInputs(zero_shot=["fr"]))
    assert loaded.model.architecture.languages[-1] == "fr"
    (caption,) = read("fr", pd.DataFrame({"caption_id": ["1#fr"], "tokens": [["dog"]]}))
    assert caption[0, :6].tolist() == [2, 5, 6, 7, 3, 0]


def test_a_language_in_frozen_sentences_needs_their_features(tmp_path):
    stored(tmp_path / "model", "zero-shot", Symbols())
    frame, matrix = pd.DataFrame({"caption_id": ["1#fr"]}), np.array([[0.5, 2.0]])
    tables.write_table(frame, tmp_path / "fr.parquet", name="sentences", matrix=matrix)
    inputs = TextInputs(zero_shot=["fr"], sentences=[tmp_path / "fr.parquet"])
    loaded, read = load_reader(tmp_path / "model", inputs)
    (caption,) = read("fr", frame.assign(tokens=[["un", "chien"]]))
    assert caption.tolist() == [[0.5, 2.0]]
    embedded = loaded.model.embed_captions(torch.from_numpy(caption)[None], torch.tensor([1]), torch.tensor([2]))
    assert embedded.shape == (1, 4)
