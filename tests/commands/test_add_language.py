"""A language added to a finished model from the command line, where the right answers are known.

The French words are the English ones turned by a rotation, so that a map undoes it: all of them are translated, and a
French caption is embedded as the English one of the same words.
"""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from crosscap import cli, tables
from crosscap.files import sha256_of
from crosscap.languages.addition import ALIGNMENT
from crosscap.models.architecture import Architecture
from crosscap.models.joint import seeded_model
from crosscap.models.store import Symbols, load_model, save_model
from crosscap.text import characters
from crosscap.text.normalize import normalize
from crosscap.text.vocabulary import SPECIALS
from tests.architectures import small_architecture

WORDS, DIMENSION, IMAGES = 60, 6, 8
ENGLISH = [*SPECIALS, *(f"e{number}" for number in range(WORDS))]
FRENCH = [f"f{number}" for number in range(WORDS)]


def architecture(system: str, *, dimension: int = DIMENSION) -> Architecture:
    return small_architecture(system, text_dimension=dimension)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with models, vectors, dictionaries, captions and the tables of a data set."""
    folder = tmp_path_factory.mktemp("given")
    random = np.random.default_rng(1)
    english = normalize(random.normal(size=(len(ENGLISH), DIMENSION))).astype(np.float32)
    blocks = [torch.from_numpy(english), torch.randn(len(ENGLISH), DIMENSION)]
    for system in ("fme", "ame", "cl2cm", "pivot", "mono", "clmr"):
        symbols = Symbols(words={"en": ENGLISH, "de": ENGLISH})
        made = seeded_model(architecture(system), blocks[: 1 + (system != "clmr")], dropout=0.0, generator_seed=1)
        save_model(made, folder / system, symbols=symbols, facts={"experiment": system, "seed": 1})
    letters = [*characters.SPECIALS, *"ef0123456789"]
    made = seeded_model(architecture("liwe", dimension=0), dropout=0.0, generator_seed=1, characters=len(letters))
    save_model(made, folder / "liwe", symbols=Symbols(characters=letters), facts={})
    made = seeded_model(architecture("zero-shot"), dropout=0.0, generator_seed=1)
    save_model(made, folder / "zero-shot", symbols=Symbols(), facts={})
    turn = np.linalg.qr(random.normal(size=(DIMENSION, DIMENSION)))[0]
    french = 3 * english[len(SPECIALS) :] @ turn
    rows = [f"{word} {' '.join(f'{x:.6f}' for x in vector)}" for word, vector in zip(FRENCH, french, strict=True)]
    (folder / "fr.vec").write_text("\n".join([f"{WORDS} {DIMENSION}", *rows, ""]))
    (folder / "short.vec").write_text("2 2\nf0 1 0\nf1 0 1\n")
    pairs = [(f"e{number}", f"f{number}") for number in range(WORDS)]
    (folder / "en-fr.txt").write_text("".join(f"{one}\t{other}\n" for one, other in pairs))
    (folder / "fr-en.txt").write_text("".join(f"{other} {one}\n" for one, other in pairs))
    (folder / "test.txt").write_text("f0 e0\nf1 e1\nf1 e2\n")
    (folder / "empty.txt").write_text("\n")
    (folder / "other.txt").write_text("chat cat\nchien dog\n")
    write_dataset(folder, random)
    return folder


def write_dataset(folder: Path, random: np.random.Generator) -> None:
    """Write images, of which the first is for training, their features, and a French caption of each."""
    names = [f"{number}.jpg" for number in range(IMAGES)]
    splits = ["train"] + ["test"] * (IMAGES - 1)
    images = pd.DataFrame({"image_id": names, "split": splits, "path": "", "sha256": "", "width": 0, "height": 0})
    tables.write_table(images, folder / "images.parquet", name="images")
    features = random.normal(size=(IMAGES, 3)).astype(np.float32)
    network = {"backbone": "resnet18", "crops": "1"}
    path = folder / "features.parquet"
    tables.write_table(images[["image_id"]], path, name="features", matrix=features, metadata=network)
    captions = [f"f{number} F{number + 1}" for number in range(IMAGES)]
    pd.DataFrame({"image": names, "language": "fr", "caption": captions}).to_csv(folder / "captions.csv", index=False)


@pytest.fixture
def add(folder, tmp_path, capsys):
    """Return a function that runs the command on a model of `folder`, and returns its status and what it wrote."""

    def run(model: str, *arguments: str, output: str = "new") -> tuple[int, str, str]:
        given = [str(folder / word) if (folder / word).exists() else word for word in arguments]
        made = ["add-language", str(folder / model), "--output", str(tmp_path / output), *given]
        status = cli.main([*made, *([] if "--language" in made else ["--language", "fr"])])
        return status, *capsys.readouterr()

    return run


WITH_WORDS = ("--vectors", "fr.vec", "--dictionary", "en-fr.txt")
WITH_CAPTIONS = ("--captions", "captions.csv", "--dataset", ".")


def embedded(folder: Path, language: str, words: list[str]) -> torch.Tensor:
    """Embed a caption, word by word as the model's table has them."""
    stored = load_model(folder)
    number = stored.model.architecture.languages.index(language)
    start = stored.model.texts.table.blocks[number].start
    ids = [start + stored.symbols.words[language].index(word) for word in ("<start>", *words, "<end>")]
    with torch.no_grad():
        return stored.model.embed_captions(torch.tensor([ids]), torch.tensor([len(ids)]), torch.tensor([number]))


@pytest.mark.parametrize("system", ["fme", "ame", "cl2cm"])
@pytest.mark.parametrize("dictionary", ["en-fr.txt", "fr-en.txt"])
def test_a_rotated_language_is_read_as_the_hub(folder, add, tmp_path, system, dictionary):
    status, told, _ = add(system, "--vectors", "fr.vec", "--dictionary", dictionary)
    assert status == 0
    assert "translation, French → English: P@1 100.0 % (" in told
    new = tmp_path / "new"
    assert load_model(new).model.architecture.languages == ("en", "de", "fr")
    for number in (0, 7, 30):
        english, french = ([f"{letter}{number}", f"{letter}{number + 1}"] for letter in "ef")
        torch.testing.assert_close(embedded(new, "fr", french), embedded(folder / system, "en", english))
        assert torch.equal(embedded(new, "en", english), embedded(folder / system, "en", english))


def test_pairs_are_split_by_word_and_counted(add, tmp_path):
    _, told, _ = add("fme", *WITH_WORDS)
    facts = json.loads((tmp_path / "new/model.json").read_text())["added_languages"]["fr"]
    assert facts["train_pairs"] + facts["test_pairs"] == WORDS
    assert facts["test_pairs"] == facts["test_words"] > 3
    assert f"{facts['train_pairs']} pairs trained with, {facts['test_pairs']} pairs of " in told
    assert "the dictionary has 100.0 % of the words in French, 100.0 % of the model's 60 in English" in told


def test_a_test_dictionary_is_never_trained_on(add, tmp_path):
    add("fme", *WITH_WORDS, "--test-dictionary", "test.txt")
    facts = json.loads((tmp_path / "new/model.json").read_text())["added_languages"]["fr"]
    assert (facts["train_pairs"], facts["test_pairs"], facts["test_words"]) == (WORDS - 2, 3, 2)
    assert facts["precision"][0]["value"] == 100
    assert facts["precision"][0]["low"] == pytest.approx(34.2, abs=0.1)  # Wilson's, of two right ones of two


def test_the_first_words_of_the_file_are_taken(add, tmp_path):
    add("fme", *WITH_WORDS, "--most-words", "40")
    assert load_model(tmp_path / "new").symbols.words["fr"] == [*SPECIALS, *FRENCH[:40]]


def test_words_that_the_hubs_vectors_lack_teach_nothing(folder, add, tmp_path):
    lines = (folder / "fr.vec").read_text().replace("f", "e").splitlines()
    (tmp_path / "en.vec").write_text("\n".join([f"50 {DIMENSION}", *lines[1:51], ""]))
    add("fme", *WITH_WORDS, "--hub-vectors", str(tmp_path / "en.vec"), "--test-dictionary", "test.txt")
    facts = json.loads((tmp_path / "new/model.json").read_text())["added_languages"]["fr"]
    assert facts["train_pairs"] == 50 - 2


def test_captions_are_ranked_as_by_hand(folder, add, tmp_path):
    _, told, _ = add("fme", *WITH_WORDS, *WITH_CAPTIONS)
    facts = json.loads((tmp_path / "new/model.json").read_text())["added_languages"]["fr"]["retrieval"]
    assert (facts["images"], facts["captions"], facts["unknown_tokens_percent"]) == (IMAGES - 1, IMAGES - 1, 0)
    model = load_model(folder / "fme").model
    features = tables.read_matrix(folder / "features.parquet", name="features")[1][1:]
    images = model.embed_images(torch.from_numpy(features)).detach()
    captions = torch.cat([embedded(folder / "fme", "en", [f"e{n}", f"e{n + 1}"]) for n in range(1, IMAGES)])
    scores = captions @ images.T
    for task, table in (("text_to_image", scores), ("image_to_text", scores.T)):
        ranks = (table > table.diagonal()[:, None]).sum(dim=1)
        for cutoff in (1, 5, 10):
            (found,) = [x for x in facts["recalls"] if (x["task"], x["metric"]) == (task, f"R@{cutoff}")]
            assert found["value"] == pytest.approx(100 * float((ranks < cutoff).float().mean()))
            assert found["chance"] == pytest.approx(100 * min(1, cutoff / (IMAGES - 1)))
    assert "text → image: R@1 " in told
    assert "unknown words in them: 0.0 %" in told


@pytest.mark.parametrize("system", ["liwe", "clmr"])
def test_letters_and_words_in_common_need_no_files(add, tmp_path, system):
    status, told, _ = add(system, *WITH_CAPTIONS)
    assert status == 0
    assert "words: none needed" in told
    assert "text → image: R@1 " in told
    assert load_model(tmp_path / "new").model.architecture.languages == ("en", "de", "fr")


def test_features_of_another_network_are_told(folder, add, tmp_path):
    stored = load_model(folder / "fme")
    for network, expected in ({"backbone": "resnet18"}, 0), ({"backbone": "vgg19"}, cli.WRONG_INPUT):
        save_model(stored.model, tmp_path / "model", symbols=stored.symbols, facts={"features": network})
        status, _, told = add(str(tmp_path / "model"), *WITH_WORDS, *WITH_CAPTIONS)
        assert status == expected
        shutil.rmtree(tmp_path / "new", ignore_errors=True)
    assert "features of backbone resnet18, the model was trained on vgg19; give features that were made" in told


def test_a_compressed_file_is_read(folder, add, tmp_path):
    (tmp_path / "fr.vec.gz").write_bytes(gzip.compress((folder / "fr.vec").read_bytes()))
    assert "P@1 100.0 %" in add("fme", "--vectors", str(tmp_path / "fr.vec.gz"), "--dictionary", "en-fr.txt")[1]


def test_the_new_model_tells_where_it_is_from(folder, add, tmp_path):
    add("ame", *WITH_WORDS)
    described = json.loads((tmp_path / "new/model.json").read_text())
    before = json.loads((folder / "ame/model.json").read_text())
    added = described["added_languages"]["fr"]
    assert described["experiment"] == "ame"
    assert added["model_weights_sha256"] == before["weights_sha256"] != described["weights_sha256"]
    assert set(added["files_sha256"]) == {"vectors", "dictionary"}
    card = (tmp_path / "new/CARD.md").read_text()
    assert "# ame, with French" in card
    assert "languages trained on: English, German" in card
    assert all(value in card for value in added["files_sha256"].values())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new"]  # no temporary folder is left


def test_dictionaries_of_one_name_are_told_apart(folder, add, tmp_path):
    test = tmp_path / "test" / "en-fr.txt"
    test.parent.mkdir()
    shutil.copy(folder / "test.txt", test)
    add("fme", *WITH_WORDS, "--test-dictionary", str(test))
    hashes = json.loads((tmp_path / "new/model.json").read_text())["added_languages"]["fr"]["files_sha256"]
    assert hashes == {
        "vectors": sha256_of(folder / "fr.vec"),
        "dictionary": sha256_of(folder / "en-fr.txt"),
        "test_dictionary": sha256_of(test),
    }
    card = (tmp_path / "new/CARD.md").read_text()
    assert f"test dictionary, sha256: {hashes['test_dictionary']}" in card


def test_a_second_language_is_added_behind_the_first(folder, add, tmp_path, capsys):
    add("fme", *WITH_WORDS)
    again = ["--vectors", str(folder / "fr.vec"), "--dictionary", str(folder / "en-fr.txt")]
    made = ["add-language", str(tmp_path / "new"), "--language", "it", "--output", str(tmp_path / "more"), *again]
    assert cli.main(made) == 0
    assert load_model(tmp_path / "more").model.architecture.languages == ("en", "de", "fr", "it")
    card = (tmp_path / "more/CARD.md").read_text()
    assert "languages added: French, Italian" in card


def test_the_alignment_is_that_of_the_shipped_settings():
    shipped = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())["alignment"]
    assert shipped == {**ALIGNMENT, "start": "procrustes", "neighbours": 10}


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        ("fme", ("--language", "de", *WITH_WORDS), "--language de: the model reads it already; it knows en, de"),
        (
            "fme",
            ("--language", "xx", *WITH_WORDS),
            "--language xx: write an ISO 639-1 code, two small letters, such as fr",
        ),
        ("fme", ("--language", "French", *WITH_WORDS), "write an ISO 639-1 code, two small letters, such as fr"),
        ("fme", (), "fme reads words; give --vectors and --dictionary"),
        ("fme", ("--vectors", "fr.vec"), "--vectors and --dictionary go together; give both or none"),
        ("fme", (*WITH_WORDS, "--captions", "captions.csv"), "--captions and --dataset go together"),
        ("liwe", ("--hub-vectors", "fr.vec"), "--hub-vectors need --vectors and --dictionary"),
        ("fme", (*WITH_WORDS, "--most-words", "0"), "--most-words and --neighbours count from 1"),
        ("fme", ("--vectors", "no.vec", "--dictionary", "en-fr.txt"), "check vectors.files (--vectors)"),
        (
            "fme",
            (*WITH_WORDS, "--neighbours", "99"),
            "the smaller vocabulary has 60 words; lower their number (alignment.neighbours, or",
        ),
        ("fme", ("--vectors", "short.vec", "--dictionary", "en-fr.txt"), "vectors of dimension 2, the model's words"),
        ("fme", ("--vectors", "en-fr.txt", "--dictionary", "en-fr.txt"), "expected the number of words and the dim"),
        ("fme", ("--vectors", "gone.vec", "--dictionary", "en-fr.txt"), "gone.vec: no such file"),
        ("fme", ("--vectors", "fr.vec", "--dictionary", "gone.txt"), "gone.txt missing"),
        ("fme", ("--vectors", "fr.vec", "--dictionary", "empty.txt"), "empty.txt: no word pairs; download"),
        ("fme", ("--vectors", "fr.vec", "--dictionary", "other.txt"), "of 0 pairs both words are in the vocabularies"),
        ("pivot", WITH_WORDS, "pivot takes no words of a further language; fme, ame and cl2cm do"),
        ("mono", (), "mono takes no words of a further language"),
        ("liwe", WITH_WORDS, "liwe needs no word vectors; leave --vectors and --dictionary out"),
        ("zero-shot", WITH_CAPTIONS, "zero-shot reads features of sentences, which the workflow makes"),
        ("fme", (*WITH_WORDS, *WITH_CAPTIONS, "--split", "val"), "no image is in the split val"),
        ("gone", WITH_WORDS, "no such file"),
    ],
)
def test_wrong_input_is_told_and_nothing_is_written(add, tmp_path, model, arguments, message):
    status, _, told = add(model, *arguments)
    assert status == cli.WRONG_INPUT
    assert message in told
    assert not list(tmp_path.iterdir())


def test_what_exists_is_left_alone(add, tmp_path):
    (tmp_path / "new").mkdir()
    status, _, told = add("fme", *WITH_WORDS)
    assert status == cli.WRONG_INPUT
    assert "new: exists already; remove it, or choose another name" in told
    assert not list((tmp_path / "new").iterdir())


def test_captions_of_other_images_are_told(add, tmp_path):
    file = tmp_path / "captions.csv"
    file.write_text("image,language,caption\nelsewhere.jpg,fr,f1 f2\n")
    status, _, told = add("fme", *WITH_WORDS, "--captions", str(file), "--dataset", ".")
    assert status == cli.WRONG_INPUT
    assert "none of its 1 captions in fr is of one of the 7 images, such as 1.jpg; write the names" in told
