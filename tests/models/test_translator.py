"""Machine translation with miniature models, trained here until they know a few sentences, and loaded as published."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from crosscap.faults import InputError
from crosscap.models.libraries import load_library
from crosscap.models.translator import Direction, translate

pytest.importorskip("transformers")
sentencepiece = pytest.importorskip("sentencepiece")
library = load_library("transformers")

ENGLISH = ["a dog", "two cats sit", "the red mat"]
GERMAN = ["ein hund", "zwei katzen sitzen", "die rote matte"]
FRENCH = ["un chien", "deux chats", "le tapis rouge"]
SHAPE = {
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 16,
    "decoder_ffn_dim": 16,
    "max_position_embeddings": 160,
    "dropout": 0.0,
    "attention_dropout": 0.0,
    "encoder_layerdrop": 0.0,
    "decoder_layerdrop": 0.0,
    "init_std": 0.2,
}


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def marian_tokenizer(folder, *, symbols):
    """Make Marian's tokenizer of two sentencepiece models and a vocabulary that has `symbols` for target languages."""
    folder.mkdir()
    for side in ("source", "target"):
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(ENGLISH + GERMAN + FRENCH),
            model_prefix=str(folder / side),
            vocab_size=60,
            hard_vocab_limit=False,
            minloglevel=2,
        )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.model"))
    words = [pieces.id_to_piece(number) for number in range(pieces.get_piece_size())]
    vocabulary = ["</s>", "<unk>", *(word for word in words if word not in ("<s>", "</s>", "<unk>")), *symbols, "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(vocabulary)}))
    return library.MarianTokenizer(
        source_spm=str(folder / "source.model"),
        target_spm=str(folder / "target.model"),
        vocab=str(folder / "vocab.json"),
    )


def learn(network, batches):
    """Train a model until its likeliest words are the translations."""
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-2)
    for _ in range(800):
        loss = sum(network(**batch).loss for batch in batches)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if loss.item() < 0.05 * len(batches):
            return
    raise AssertionError(f"the miniature model did not learn its sentences: {loss.item()}")


def example(tokenizer, source, target):
    """One batch: sentences and the labels to say, padding left out."""
    batch = dict(tokenizer(source, text_target=target, return_tensors="pt", padding=True))
    batch["labels"] = batch["labels"].masked_fill(batch["labels"] == tokenizer.pad_token_id, -100)
    return batch


def write_marian(folder, *, symbols=(), pairs):
    """Write a Marian model that knows `pairs` of lists of sentences."""
    torch.manual_seed(0)
    tokenizer = marian_tokenizer(folder / "pieces", symbols=symbols)
    padding = tokenizer.pad_token_id
    special = {"pad_token_id": padding, "eos_token_id": 0, "decoder_start_token_id": padding, "forced_eos_token_id": 0}
    network = library.MarianMTModel(library.MarianConfig(vocab_size=len(tokenizer.get_vocab()), **SHAPE, **special))
    learn(network, [example(tokenizer, source, target) for source, target in pairs])
    network.save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    return folder / "model"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A Marian model from English to German, in a folder named after both."""
    folder = tmp_path_factory.mktemp("opus")
    return str(write_marian(folder, pairs=[(ENGLISH, GERMAN)]).rename(folder / "opus-mt-en-de"))


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A Marian model from English to German and French."""
    told = [[f">>{code}<< {text}" for text in ENGLISH] for code in ("deu", "fra")]
    folder = tmp_path_factory.mktemp("many")
    return str(
        write_marian(folder, symbols=(">>deu<<", ">>fra<<"), pairs=list(zip(told, (GERMAN, FRENCH), strict=True)))
    )


def direction(target="de", **codes):
    return Direction("en", target, codes)


@pytest.mark.parametrize("beams", [1, 4])
@pytest.mark.parametrize("batch_size", [1, 2, 8])
def test_a_model_of_one_pair(pair, beams, batch_size):
    texts = [ENGLISH[1], ENGLISH[0], ENGLISH[1], ENGLISH[2]]
    named = pair.replace("en-de", "{source}-{target}")
    translated = translate(texts, named, direction=direction(), beams=beams, batch_size=batch_size)
    assert translated == [GERMAN[1], GERMAN[0], GERMAN[1], GERMAN[2]]


def test_a_marian_model_of_many_languages_is_told_which(many):
    for target, code, expected in (("de", "deu", GERMAN), ("fr", "fra", FRENCH)):
        told = direction(target, **{target: code})
        assert translate(ENGLISH, many, direction=told, beams=2, batch_size=4) == expected


def test_a_language_that_a_marian_model_lacks(many):
    with pytest.raises(
        InputError, match=r"does not know ja but >>deu<<, >>fra<<; give its name under translation.codes"
    ):
        translate(ENGLISH, many, direction=direction("ja"), beams=1, batch_size=4)


@pytest.fixture(scope="module")
def nllb(tmp_path_factory):
    """A model of English to German and French that is told which by the first word it says, as NLLB is."""
    torch.manual_seed(0)
    letters = sorted(set("".join(ENGLISH + GERMAN + FRENCH).replace(" ", "\u2581")) | {"\u2581"})
    words = ["<s>", "<pad>", "</s>", "<unk>", *letters]
    codes = ["eng_Latn", "deu_Latn", "fra_Latn"]
    tokenizer = library.NllbTokenizer(
        vocab={word: number for number, word in enumerate(words)},
        merges=[],
        additional_special_tokens=codes,
        src_lang="eng_Latn",
        tgt_lang="deu_Latn",
    )
    special = {"pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2, "bos_token_id": 0}
    network = library.M2M100ForConditionalGeneration(
        library.M2M100Config(vocab_size=len(tokenizer), **SHAPE, **special)
    )
    batches = []
    for code, target in zip(codes[1:], (GERMAN, FRENCH), strict=True):
        tokenizer.tgt_lang = code
        batches.append(example(tokenizer, ENGLISH, target))
    learn(network, batches)
    folder = tmp_path_factory.mktemp("nllb")
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def test_a_model_that_is_told_the_language_by_its_first_word(nllb):
    for code, expected in (("deu_Latn", GERMAN), ("fra_Latn", FRENCH)):
        told = direction("xx", en="eng_Latn", xx=code)
        assert translate(ENGLISH, nllb, direction=told, beams=2, batch_size=2) == expected


@pytest.mark.parametrize("codes", [{"en": "eng_Latn"}, {"de": "deu_Latn"}])
def test_a_language_that_has_no_first_word(nllb, codes):
    with pytest.raises(InputError, match=r"does not know the language (de|en) but .*deu_Latn.*translation.codes"):
        translate(ENGLISH, nllb, direction=direction(**codes), beams=1, batch_size=2)


def test_no_model_there(tmp_path):
    with pytest.raises(
        InputError, match=r"nowhere: no translation model could be loaded.*opus-mt-\{source\}-\{target\}"
    ):
        translate(ENGLISH, str(tmp_path / "nowhere"), direction=direction(), beams=1, batch_size=2)


def test_damaged_weights_and_missing_ones(pair, tmp_path):
    shutil.copytree(pair, tmp_path / "model")
    weights = tmp_path / "model" / "model.safetensors"
    tensors = load_file(weights)
    del tensors["model.encoder.layers.0.fc1.weight"]
    save_file(tensors, weights, metadata={"format": "pt"})
    with pytest.raises(
        InputError, match=r"weights are missing from its files, such as model\.encoder\.layers\.0\.fc1\.w"
    ):
        translate(ENGLISH, str(tmp_path / "model"), direction=direction(), beams=1, batch_size=2)
    weights.write_bytes(b"cut short")
    with pytest.raises(InputError, match="no translation model could be loaded"):
        translate(ENGLISH, str(tmp_path / "model"), direction=direction(), beams=1, batch_size=2)
