"""Queries read as captions are in training, by every kind of text encoder, and texts that are no queries."""

import numpy as np
import pandas as pd
import pytest
import torch

from crosscap import tables
from crosscap.faults import InputError
from crosscap.models.extension import extend
from crosscap.models.joint import seeded_model
from crosscap.models.store import StoredModel, Symbols
from crosscap.search.queries import LONGEST_TEXT, MOST_WORDS, QueryReader, checked, without_each
from crosscap.search.sentences import EncodedSentences, read_means, write_means
from crosscap.text import characters
from crosscap.text.sentences import hub_vectors, mean_vectors
from crosscap.text.vocabulary import SPECIALS
from crosscap.training.data import text_set
from crosscap.training.embed import embed_texts
from crosscap.training.texts import reading
from tests.architectures import small_architecture

WORDS = {"en": [*SPECIALS, "a", "dog", "runs"], "de": [*SPECIALS, "ein", "hund", "rennt", "rot"]}
LETTERS = [*characters.SPECIALS, *"adeghinortu"]
TEXTS = {"en": ["A dog runs", "a red dog", "🐕"], "de": ["Ein Hund rennt.", "ein roter Hund"]}
TOKENS = {"tokenizer": "auto", "lowercase": True}
SYSTEMS = ["mono", "fme", "ame", "pivot", "parallel", "clmr", "liwe", "cl2cm", "zero-shot", "zero-shot-ranking"]
WIDTH = 8


def make(system, *, languages=("en", "de"), symbols=None, pretrained="", body=None):
    """An untrained model of a system."""
    architecture = small_architecture(system, languages=languages, text_dimension=WIDTH, pretrained=pretrained)
    recipe = architecture.recipe
    if symbols is None:
        shared = list(dict.fromkeys(word for own in WORDS.values() for word in own))
        words = {code: shared if recipe.vectors == "scratch_shared" else WORDS[code] for code in languages}
        symbols = Symbols(words=words if recipe.vectors != "none" else {}, characters=LETTERS)
    sizes = [len(words) for words in symbols.words.values()]
    sizes = sizes[:1] if recipe.vectors == "scratch_shared" else sizes
    generator = torch.Generator().manual_seed(0)
    vectors = [torch.randn(size, WIDTH, generator=generator) for size in sizes]
    count = len(symbols.characters) if recipe.text == "characters" else 0
    model = seeded_model(architecture, vectors, dropout=0.0, generator_seed=1, characters=count, body=body)
    return StoredModel(model.eval(), symbols, {})


@pytest.fixture
def means(tmp_path):
    """Vectors of words of two languages, the second behind a map, and what makes sentences of them."""
    random = np.random.default_rng(0)
    mapping = np.linalg.qr(random.normal(size=(WIDTH, WIDTH)))[0].astype(np.float32)
    for code, words in WORDS.items():
        frame = pd.DataFrame({"index": np.arange(len(words)), "word": words})
        frame["known"] = [word not in SPECIALS for word in words]
        matrix = random.normal(size=(len(words), WIDTH)).astype(np.float32)
        tables.write_table(frame, tmp_path / f"{code}.parquet", name="vectors", matrix=matrix)
    tables.write_table(pd.DataFrame(index=range(WIDTH)), tmp_path / "map.parquet", name="mapping", matrix=mapping)
    vectors = {code: tmp_path / f"{code}.parquet" for code in WORDS}
    write_means(vectors, {"de": tmp_path / "map.parquet"}, tmp_path / "words")
    return read_means(tmp_path / "words")


def as_trained(stored, reader, language, features):
    """The embeddings as the training's own reading of a table of captions makes them."""
    texts = TEXTS[language]
    frame = pd.DataFrame(
        {"caption_id": [str(n) for n in range(len(texts))], "tokens": [reader.words(t, language) for t in texts]}
    ).assign(position=0)
    ids = frame["caption_id"]
    read = reading(
        stored.model.architecture,
        stored.symbols,
        texts=dict(zip(ids, texts, strict=True)),
        sentences=dict(zip(ids, features(frame["tokens"], language), strict=True)) if features else {},
    )
    languages = stored.model.architecture.languages
    return embed_texts(stored.model, text_set({language: frame}, reading=read, languages=languages))


def embed(reader, language):
    texts = TEXTS[language]
    return reader.embed(texts, [reader.words(text, language) for text in texts], language)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_query_is_embedded_as_a_caption_is_in_training(system, means):
    stored = make(system, languages=("de",) if system == "mono" else ("en", "de"))
    over_sentences = stored.model.architecture.recipe.text == "sentences"
    reader = QueryReader(stored, tokens=TOKENS, sentences=means if over_sentences else None)
    for language in stored.model.architecture.languages:
        features = (lambda words, code: mean_vectors(words, means.words[code])) if over_sentences else None
        expected = as_trained(stored, reader, language, features)
        np.testing.assert_allclose(embed(reader, language), expected, atol=1e-6)


def test_the_words_kept_for_sentences_are_those_that_the_workflow_takes(means, tmp_path):
    frame, matrix = tables.read_matrix(tmp_path / "de.parquet", name="vectors")
    mapping = tables.read_matrix(tmp_path / "map.parquet", name="mapping")[1]
    expected = hub_vectors(frame, matrix, mapping)
    kept = means.words["de"]
    assert list(kept) == list(expected) == ["ein", "hund", "rennt", "rot"]
    np.testing.assert_allclose(list(kept.values()), list(expected.values()), atol=1e-6)
    assert means.knows("hund", "de")
    assert not means.knows("dog", "de")


def test_an_added_language_is_read_by_its_own_block():
    vectors = np.random.default_rng(1).normal(size=(6, WIDTH)).astype(np.float32)
    stored = extend(make("ame"), ["fr"], added={"fr": ([*SPECIALS, "un", "chien"], vectors)})
    reader = QueryReader(stored, tokens=TOKENS)
    words = reader.words("Un chien court", "fr")
    assert [token.known for token in reader.known(words, "fr")] == [True, True, False]
    assert reader.embed(["un chien"], [words[:2]], "fr").shape == (1, 4)


def test_subwords_of_a_pretrained_model_are_read_from_the_text(tmp_path, monkeypatch):
    pytest.importorskip("transformers")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from crosscap.models.pretrained import load_pretrained
    from tests.models.test_pretrained import write_checkpoint

    loaded = load_pretrained(str(write_checkpoint(tmp_path)))
    symbols = Symbols(tokenizer=loaded.tokenizer)
    stored = make("cl2cm", symbols=symbols, pretrained=loaded.body.configuration, body=loaded.body)
    reader = QueryReader(stored, tokens=TOKENS)
    np.testing.assert_allclose(embed(reader, "en"), as_trained(stored, reader, "en", None), atol=1e-5)
    assert all(token.known for token in reader.known(["anything"], "en"))


def test_sentences_of_an_encoder_are_those_of_the_raw_text(monkeypatch):
    class Encoder:
        def encode(self, texts, **_):
            return [[float(len(text))] * WIDTH for text in texts]

    loaded = []
    monkeypatch.setattr(
        "crosscap.models.pretrained_sentences.load_encoder", lambda name: loaded.append(name) or Encoder()
    )
    reader = QueryReader(make("zero-shot"), tokens=TOKENS, sentences=EncodedSentences("some/encoder"))
    assert np.array_equal(embed(reader, "en")[:2], embed(reader, "en")[:2])
    assert loaded == ["some/encoder"]  # once
    features = reader.sentences.features(["Ein Hund"], [["ein", "hund"]], "de")
    assert features.tolist() == [[8.0] * WIDTH]


def test_a_model_over_sentences_without_what_makes_them_says_so():
    with pytest.raises(InputError, match="make it again with --sentences"):
        embed(QueryReader(make("zero-shot"), tokens=TOKENS), "en")


def test_known_words_and_letters():
    words = QueryReader(make("ame"), tokens=TOKENS)
    read = words.known(words.words("A dog barks 🐕", "en"), "en")
    assert [(token.text, token.known) for token in read] == [
        ("a", True),
        ("dog", True),
        ("barks", False),
        ("🐕", False),
    ]
    assert not words.known(["<pad>"], "en")[0].known
    letters = QueryReader(make("liwe"), tokens=TOKENS)
    assert [token.known for token in letters.known(["hund", "犬"], "de")] == [True, False]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the query is empty"),
        (" \t\n　", "the query is empty"),
        ("a\0b", "NUL character"),
        ("half \ud83d", "half a character"),
        ("x" * (LONGEST_TEXT + 1), "10,001 characters, at most 10,000"),
        ("a " * (MOST_WORDS + 1), "257 words, at most 256"),
    ],
)
def test_what_is_no_query_is_told(text, told):
    with pytest.raises(InputError, match=told):
        QueryReader(make("ame"), tokens=TOKENS).words(text, "en")


def test_an_unknown_language_is_told():
    with pytest.raises(InputError, match="the index answers in en, de, not in 'xx'"):
        QueryReader(make("ame"), tokens=TOKENS).words("a dog", "xx")


def test_texts_are_read_composed():
    assert checked(" cafe\u0301 ") == "café"


def test_a_text_without_each_of_its_words():
    assert without_each("A dog, a dog!", ["a", "dog", "a"]) == [" dog, a dog!", "A , a dog!", "A dog,  dog!"]
    assert without_each("赤い家", ["赤い", "家"]) == ["家", "赤い"]
    assert without_each("it's", ["it", "other"]) == ["'s", "it's"]


def test_the_tokenizer_of_the_training_is_used():
    cased = QueryReader(make("ame"), tokens=TOKENS | {"lowercase": False})
    assert cased.words("A Dog's", "en") == ["A", "Dog", "'s"]
    assert QueryReader(make("ame"), tokens={"tokenizer": "words", "lowercase": True}).words("Dog's!", "en") == [
        "dog",
        "s",
    ]
