"""Frozen features of captions, from vectors, files or a model."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from encode_sentences import encode_sentences
from encode_texts import encode_texts

from crosscap import tables
from crosscap.faults import InputError
from crosscap.models import pretrained_sentences as library
from crosscap.schemas import TABLES
from crosscap.training.sentences import SentenceSource, sentence_features

TOKENS = pd.DataFrame(
    {
        "caption_id": ["1#de", "1#en", "2#de"],
        "language": ["de", "en", "de"],
        "tokens": [["hund"], ["dog", "red"], ["rot"]],
    }
)


@pytest.fixture
def source(tmp_path):
    """English vectors, and German ones that are the English ones turned a quarter."""
    for language, words in (("en", ["dog", "red"]), ("de", ["hund", "rot"])):
        frame = pd.DataFrame({"index": [0, 1], "word": words, "known": True})
        vectors = np.eye(2) if language == "en" else np.array([[0, 2.0], [-2.0, 0]])
        tables.write_table(frame, tmp_path / f"{language}.parquet", name="vectors", matrix=vectors)
    back = np.array([[0, 1], [-1, 0]])
    tables.write_table(pd.DataFrame(index=range(2)), tmp_path / "de-en.parquet", name="mapping", matrix=back)
    vectors = {language: tmp_path / f"{language}.parquet" for language in ("en", "de")}
    return SentenceSource("vectors", vectors=vectors, mappings={"de": tmp_path / "de-en.parquet"})


def test_vectors_of_several_languages_meet_in_the_hubs_space(source):
    features = sentence_features(TOKENS, {}, source)
    np.testing.assert_allclose(features, [[1, 0], [0.5**0.5, 0.5**0.5], [0, 1]], atol=1e-6)


def test_a_language_without_vectors(source):
    with pytest.raises(
        InputError, match=r"nothing to make features of sentences in fr of; add it to dataset\.languages"
    ):
        sentence_features(TOKENS.assign(language="fr"), {}, source)


def test_files_a_language(tmp_path):
    pd.DataFrame({"caption_id": ["2#de", "1#de"], "feature": [[3.0, 4.0], [1.0, 2.0]]}).to_parquet(
        tmp_path / "de.parquet"
    )
    np.save(tmp_path / "en.npy", np.array([[5.0, 6.0]]))
    (tmp_path / "en.txt").write_text("1#en\n")
    given = SentenceSource("files", files={"de": tmp_path / "de.parquet", "en": tmp_path / "en.npy"})
    assert sentence_features(TOKENS, {}, given).tolist() == [[1, 2], [5, 6], [3, 4]]
    np.save(tmp_path / "en.npy", np.array([[5.0]]))
    with pytest.raises(InputError, match="features of sentences of 1 and 2 numbers"):
        sentence_features(TOKENS, {}, given)
    np.save(tmp_path / "en.npy", np.zeros((1, 2, 2)))
    with pytest.raises(InputError, match=r"expected \[captions, width\], found \[1, 2, 2\]"):
        sentence_features(TOKENS, {}, given)


def test_a_model_reads_the_raw_texts(monkeypatch):
    def encode(texts, model, *, batch_size):
        assert (texts, model, batch_size) == (["Ein Hund!", "A red dog", "Rot"], "LaBSE", 7)
        return np.ones((3, 2), dtype=np.float32)

    monkeypatch.setattr(library, "sentence_vectors", encode)
    texts = {"1#de": "Ein Hund!", "2#de": "Rot", "1#en": "A red dog", "other": ""}
    assert sentence_features(TOKENS, texts, SentenceSource("model", model="LaBSE", batch_size=7)).shape == (3, 2)


def test_the_stages_write_a_row_a_caption_and_texts_in_known_languages_only(tmp_path, source):
    frame = TOKENS.assign(image_id="", position=0, origin="human", split="test")
    frame = pd.concat([frame, frame[:1].assign(caption_id="1#xx", language="xx")], ignore_index=True)
    frame = frame[list(TABLES["tokens"])]
    tokens, sentences = tmp_path / "tokens.parquet", tmp_path / "sentences.parquet"
    tables.write_table(frame, tokens, name="tokens")
    encode_texts(tokens, [], sentences, source=source, languages=["en", "de"])
    described, features = tables.read_matrix(sentences, name="sentences")
    assert described["caption_id"].tolist() == ["1#de", "1#en", "2#de"]
    np.testing.assert_allclose(features, [[1, 0], [0.5**0.5, 0.5**0.5], [0, 1]], atol=1e-6)
    tables.write_table(frame[frame["language"] == "de"], tokens, name="tokens")
    encode_sentences(tokens, [], sentences, source=source)
    described, features = tables.read_matrix(sentences, name="sentences")
    assert described["caption_id"].tolist() == ["1#de", "2#de"]
    np.testing.assert_allclose(features, [[1, 0], [0, 1]], atol=1e-6)


def test_vectors_need_no_torch():
    code = "import sys, crosscap.training.sentences; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(tables.__file__).parents[1]).returncode == 0
