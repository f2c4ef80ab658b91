"""Sentence encoders of sentence-transformers: a miniature one on disk, loaded as a published one is."""

import json
import shutil

import numpy as np
import pytest
import torch

from crosscap.faults import InputError
from crosscap.models.libraries import load_library
from crosscap.models.pretrained_sentences import sentence_vectors

pytest.importorskip("sentence_transformers")
tokenizers = pytest.importorskip("tokenizers")
library = load_library("transformers")

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "dog", "hund", "red"]


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A BERT of one layer whose sentences are the mean of its words, as the library's own models are stored."""
    folder = tmp_path_factory.mktemp("encoder")
    torch.manual_seed(0)
    shape = library.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
    )
    library.BertModel(shape).save_pretrained(folder)
    splitter = tokenizers.BertWordPieceTokenizer({word: number for number, word in enumerate(WORDS)}, lowercase=True)
    splitter.save(str(folder / "splitter.json"))
    library.BertTokenizerFast(tokenizer_file=str(folder / "splitter.json")).save_pretrained(folder)
    stored = load_library("sentence_transformers").SentenceTransformer(str(folder), device="cpu")
    stored.save(str(folder / "stored"))
    return folder / "stored"


def test_features_are_those_of_the_network_averaged_over_words(folder):
    texts = ["A red dog", "hund", "", "A red dog"]
    features = sentence_vectors(texts, str(folder), batch_size=2)
    assert features.shape == (4, 8)
    assert features.dtype == np.float32
    network, splitter = (kind.from_pretrained(folder) for kind in (library.AutoModel, library.AutoTokenizer))
    with torch.inference_mode():
        for text, feature in zip(texts, features, strict=True):
            states = network(**splitter(text, return_tensors="pt")).last_hidden_state[0]
            np.testing.assert_allclose(feature, states.mean(0).numpy(), atol=1e-5)


def test_the_stored_model_is_what_the_library_publishes(folder):
    modules = json.loads((folder / "modules.json").read_text())
    assert [module["path"] for module in modules][1:] == ["1_Pooling"]


def test_no_texts(folder):
    assert sentence_vectors([], str(folder), batch_size=2).shape == (0, 8)


def test_no_model_there(tmp_path):
    with pytest.raises(InputError, match=r"nowhere: no sentence encoder could be loaded.*sentence-transformers/LaBSE"):
        sentence_vectors(["a"], str(tmp_path / "nowhere"), batch_size=2)


def test_damaged_weights(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "stored")
    (tmp_path / "stored" / "model.safetensors").write_bytes(b"cut short")
    with pytest.raises(InputError, match="no sentence encoder could be loaded"):
        sentence_vectors(["a"], str(tmp_path / "stored"), batch_size=2)
