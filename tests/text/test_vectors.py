"""Vectors of a vocabulary, out of files and trained."""

import gzip

import fasttext
import numpy as np
import pytest

from crosscap.faults import InputError
from crosscap.text.vectors import read_sentences, select_vectors, train_vectors
from crosscap.text.vocabulary import SPECIALS

WORDS = [*SPECIALS, "dog", "cat", "zzz"]
SENTENCES = [["the", "dog", "runs"], ["the", "cat", "sleeps"], ["a", "dog", "and", "a", "cat"]] * 40
SETTINGS = {"dimension": 8, "epochs": 20, "minimum_ngram": 2, "maximum_ngram": 3}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Paths of a model with subwords and one without."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "text.txt").write_text("".join(" ".join(sentence) + "\n" for sentence in SENTENCES))
    for name, longest in (("subwords", 3), ("words", 0)):
        fasttext.train_unsupervised(
            str(folder / "text.txt"),
            dim=8,
            minCount=1,
            minn=2 if longest else 0,
            maxn=longest,
            bucket=100,
            epoch=20,
            verbose=0,
            thread=1,
        ).save_model(str(folder / f"{name}.bin"))
    return folder


def test_unknown_words_and_specials_are_drawn(tmp_path):
    (tmp_path / "words.vec").write_text("2 300\ndog " + "1 " * 300 + "\ncat " + "2 " * 300 + "\n")
    vectors, known = select_vectors(tmp_path / "words.vec", WORDS, seed=1)
    assert known.tolist() == [False] * 4 + [True, True, False]
    np.testing.assert_array_equal(vectors[4], 1)
    np.testing.assert_array_equal(vectors[5], 2)
    assert vectors[~known].std() == pytest.approx(0.05, rel=0.05)
    assert vectors[~known].mean() == pytest.approx(0, abs=0.005)
    assert len(np.unique(vectors[~known], axis=0)) == 5
    again, other = (select_vectors(tmp_path / "words.vec", WORDS, seed=seed)[0] for seed in (1, 2))
    assert again.tobytes() == vectors.tobytes()
    assert (other[~known] != vectors[~known]).all()
    np.testing.assert_array_equal(other[known], vectors[known])


def test_model_composes_words_out_of_subwords(models):
    vectors, known = select_vectors(models / "subwords.bin", WORDS, seed=1)
    model = fasttext.load_model(str(models / "subwords.bin"))
    for position, word in list(enumerate(WORDS))[4:]:
        np.testing.assert_array_equal(vectors[position], model.get_word_vector(word))
    assert known.tolist() == [False] * 4 + [True] * 3


def test_model_without_subwords_leaves_words_unknown(models):
    vectors, known = select_vectors(models / "words.bin", WORDS, seed=1)
    assert known.tolist() == [False] * 4 + [True, True, False]
    assert vectors[6].any()


def test_broken_models_are_refused(tmp_path, models):
    broken = tmp_path / "broken.bin"
    broken.write_bytes(b"no model at all")
    with pytest.raises(InputError, match=r"broken\.bin: not a whole fastText model of word vectors \(it is too short"):
        select_vectors(broken, WORDS, seed=1)
    broken.write_bytes((models / "words.bin").read_bytes()[:-100])
    with pytest.raises(InputError, match=r"broken\.bin: .*\(cut short, 645 bytes where its second matrix ends at 745"):
        select_vectors(broken, WORDS, seed=1)


@pytest.mark.parametrize(
    ("name", "message"), [("none.bin", "no such file"), ("words.txt", r"expected a \.vec, \.vec\.gz or \.bin file")]
)
def test_unusable_paths_are_refused(tmp_path, name, message):
    with pytest.raises(InputError, match=message):
        select_vectors(tmp_path / name, WORDS, seed=1)


@pytest.mark.parametrize("longest", [0, 3])
def test_training_is_repeatable_and_knows_every_word_of_the_text(longest):
    settings = SETTINGS | {"maximum_ngram": longest}
    words = [*SPECIALS, "dog", "cat", "sleeps"]
    first, again, other = (train_vectors(SENTENCES, words, **settings, seed=seed) for seed in (1, 1, 2))
    assert first[0].shape == (7, 8)
    assert first[0].dtype == np.float32
    assert first[1].tolist() == [False] * 4 + [True] * 3
    assert np.isfinite(first[0]).all()
    assert first[0].tobytes() == again[0].tobytes()
    assert first[0].tobytes() != other[0].tobytes()


def test_training_without_text_is_refused():
    with pytest.raises(InputError, match="fastText cannot train"):
        train_vectors([], WORDS, **SETTINGS, seed=1)


def test_sentences_of_plain_and_compressed_text(tmp_path):
    text = "Ein Hund.\r\n\n  Zwei\u2028Hunde \n犬".encode()
    (tmp_path / "a.txt").write_bytes(text)
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(text))
    sentences = ["Ein Hund.", "Zwei\u2028Hunde", "犬"]
    assert list(read_sentences([tmp_path / "a.txt", tmp_path / "b.txt.gz"])) == sentences * 2


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"ok\nf\xfcnf\n", r"a.txt: not UTF-8 in the line b'f\\xfcnf"),
        ("a.gz", gzip.compress(b"ok\n" * 9999)[:-9], "a.gz: cut short"),
        ("a.gz", b"plain", "a.gz: cut short or damaged"),
    ],
    ids=["not UTF-8", "cut short", "not compressed"],  # gzip stores the time: an id made of it differs between workers
)
def test_damaged_text_is_named(tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=message):
        list(read_sentences([tmp_path / name]))


def test_missing_text_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none.txt: no such file; check vectors.extra_text"):
        list(read_sentences([tmp_path / "none.txt"]))
