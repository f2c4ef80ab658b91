"""Pretrained transformers: a miniature BERT on disk, loaded as a published one is."""

import json
import sys
import warnings

import numpy as np
import pytest
import torch

from crosscap import torchvision_import  # noqa: F401  # before transformers, which imports torchvision
from crosscap.faults import InputError
from crosscap.models.pretrained import LONGEST, blank_body, load_pretrained, subword_ids

transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")

SUBWORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "dog", "run", "##ning", "犬", "##s", "hund"]
UNKNOWN, START, END = 1, 2, 3
DISTILLED = {"dim": 8, "n_layers": 1, "n_heads": 2, "hidden_dim": 16, "max_position_embeddings": 32}


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("bert"))


def write_shape(folder, *, vocab_size=12):
    """Write the configuration of a BERT with two layers of width 8."""
    shape = transformers.BertConfig(
        vocab_size=vocab_size,
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
    )
    shape.save_pretrained(folder)
    return shape


def write_checkpoint(folder, *, vocab_size=12):
    """Write such a BERT and its WordPiece tokenizer."""
    torch.manual_seed(0)
    transformers.BertModel(write_shape(folder, vocab_size=vocab_size)).save_pretrained(folder)
    splitter = tokenizers.BertWordPieceTokenizer(
        {subword: number for number, subword in enumerate(SUBWORDS)}, lowercase=True
    )
    splitter.save(str(folder / "splitter.json"))
    transformers.BertTokenizerFast(tokenizer_file=str(folder / "splitter.json")).save_pretrained(folder)
    (folder / "splitter.json").unlink()
    return folder


@pytest.fixture(scope="module")
def loaded(checkpoint):
    made = load_pretrained(str(checkpoint))
    made.body.eval()
    return made


def test_subwords_by_eye(loaded):
    dogs, empty, other = subword_ids(["A dog running", "", "犬 dogs cat"], loaded.tokenizer)
    assert dogs.tolist() == [START, 5, 6, 7, 8, END]
    assert empty.tolist() == [START, END]
    assert other.tolist() == [START, 9, 6, 10, UNKNOWN, END]
    assert dogs.dtype == np.int32


def test_subwords_are_those_of_the_tokenizer_as_published(checkpoint, loaded):
    published = transformers.AutoTokenizer.from_pretrained(checkpoint)
    texts = ["a running dog", "Hund, hunds; ähm", "running dogs"]
    assert [ids.tolist() for ids in subword_ids(texts, loaded.tokenizer)] == [published(t)["input_ids"] for t in texts]


def test_long_captions_keep_their_end(loaded):
    splitter = tokenizers.Tokenizer.from_str(loaded.tokenizer)
    splitter.no_truncation()
    (cut,) = subword_ids(["dog " * 100], splitter.to_str())
    assert cut.tolist() == [START, *[6] * (LONGEST - 2), END]


def test_captions_are_cut_to_the_models_positions(loaded):
    (cut,) = subword_ids(["dog " * 50], loaded.tokenizer)
    assert cut.tolist() == [START, *[6] * 30, END]
    assert loaded.body(torch.tensor(cut)[None], torch.tensor([32])).shape == (1, 32, 8)


def test_states_are_those_of_the_published_model(checkpoint, loaded):
    published = transformers.AutoModel.from_pretrained(checkpoint).eval()
    ids = torch.tensor([[START, 5, 6, END]])
    torch.testing.assert_close(loaded.body(ids, torch.tensor([4])), published(input_ids=ids).last_hidden_state)


def test_a_caption_does_not_depend_on_its_batch_nor_on_padding(loaded):
    ids = torch.tensor([[START, 6, END, 0, 0], [START, 5, 6, 7, END]])
    lengths = torch.tensor([3, 5])
    both = loaded.body(ids, lengths)
    torch.testing.assert_close(both[:1, :3], loaded.body(ids[:1, :3], lengths[:1]))
    ids[0, 3:] = 9
    torch.testing.assert_close(loaded.body(ids, lengths), both)
    assert not both[0, 3:].any()


def test_a_stored_model_is_made_again_without_the_checkpoint(loaded):
    blank = blank_body(loaded.body.configuration).eval()
    blank.load_state_dict(loaded.body.state_dict())
    ids, lengths = torch.tensor([[START, 5, 6, END]]), torch.tensor([4])
    torch.testing.assert_close(blank(ids, lengths), loaded.body(ids, lengths))
    assert blank.configuration == loaded.body.configuration


def test_the_configuration_names_the_width_and_no_place(checkpoint, loaded):
    assert json.loads(loaded.body.configuration)["hidden_size"] == 8
    assert str(checkpoint) not in loaded.body.configuration


def test_a_model_that_calls_its_width_otherwise_is_made_again_too(tmp_path, checkpoint):
    shape = transformers.DistilBertConfig(vocab_size=12, **DISTILLED)
    for file in checkpoint.glob("tokenizer*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    transformers.DistilBertModel(shape).save_pretrained(tmp_path)
    body = load_pretrained(str(tmp_path)).body.eval()
    assert json.loads(body.configuration)["hidden_size"] == 8
    blank = blank_body(body.configuration).eval()
    blank.load_state_dict(body.state_dict())
    ids, lengths = torch.tensor([[START, 5, END]]), torch.tensor([3])
    torch.testing.assert_close(blank(ids, lengths), body(ids, lengths))


def test_every_parameter_learns_and_loading_is_silent(checkpoint):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        body = load_pretrained(str(checkpoint)).body.train()
    body(torch.tensor([[START, 5, 6, END]]), torch.tensor([4])).square().sum().backward()
    assert all(weight.grad is not None for weight in body.parameters())
    assert all(weight.dtype == torch.float32 for weight in body.parameters())


def test_a_place_without_a_model_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no model could be loaded .* config\.json, model\.safetensors"):
        load_pretrained(str(tmp_path / "nothing"))


def test_a_damaged_checkpoint_is_named(tmp_path):
    write_checkpoint(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(InputError, match="no model could be loaded"):
        load_pretrained(str(tmp_path))


def test_weights_of_another_kind_of_model_are_found(tmp_path):
    write_checkpoint(tmp_path)
    transformers.DistilBertModel(transformers.DistilBertConfig(vocab_size=12, **DISTILLED)).save_pretrained(tmp_path)
    write_shape(tmp_path)
    with pytest.raises(InputError, match=r"of the model's weights are not in its files, first: "):
        load_pretrained(str(tmp_path))


def test_a_checkpoint_of_a_language_model_serves_as_well(tmp_path):
    write_checkpoint(tmp_path)
    transformers.BertForMaskedLM(write_shape(tmp_path)).save_pretrained(tmp_path)
    assert load_pretrained(str(tmp_path)).body.transformer.pooler is None


def test_a_tokenizer_of_another_model_is_found(tmp_path):
    write_checkpoint(tmp_path, vocab_size=7)
    with pytest.raises(InputError, match="tokenizer has 12 subwords, the model 7"):
        load_pretrained(str(tmp_path))


def test_a_model_with_a_decoder_is_refused(tmp_path, checkpoint):
    shape = transformers.T5Config(vocab_size=12, d_model=8, d_kv=4, d_ff=16, num_layers=1, num_heads=2)
    for file in checkpoint.glob("tokenizer*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    transformers.T5Model(shape).save_pretrained(tmp_path)
    with pytest.raises(InputError, match="encoder with a decoder"):
        load_pretrained(str(tmp_path))


@pytest.mark.parametrize(
    ("library", "use"),
    [
        ("transformers", lambda: load_pretrained("bert-base-multilingual-cased")),
        ("transformers", lambda: blank_body("{}")),
        ("tokenizers", lambda: subword_ids(["a dog"], "{}")),
    ],
)
def test_a_missing_library_says_how_to_install_it(monkeypatch, library, use):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match=rf"library {library}.*pip install .crosscap\[transformers\]"):
        use()
