"""The text stages in a row, through their scripts: captions to aligned vectors of two languages."""

import numpy as np
import pandas as pd
import pytest
from align_vectors import align_vectors
from build_lexicon import build_lexicon
from build_vocabulary import build_vocabulary
from select_vectors import select_vectors
from tokenize_captions import tokenize_captions
from train_vectors import train_vectors
from translate_captions import translate_captions

from crosscap.notes import read_note
from crosscap.tables import read_matrix, read_table, write_table

COUNT = 60  # words a language
SPLITS = ["train", "train", "train", "val", "test"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Captions in an invented English and German whose words w0, w1, ... translate each other, and a dictionary."""
    folder = tmp_path_factory.mktemp("stages")
    rng = np.random.default_rng(0)
    images = pd.DataFrame({"image_id": [f"{i}.jpg" for i in range(300)]})
    images["split"] = [SPLITS[i % len(SPLITS)] for i in range(len(images))]
    write_table(images.assign(path="", sha256="", width=0, height=0), folder / "images.parquet", name="images")
    captions = []
    for image in images["image_id"]:
        topic = rng.integers(COUNT)
        for language in ("de", "en"):
            words = (topic + rng.integers(0, 6, size=8)) % COUNT
            text = " ".join(f"{language}w{word}".upper() for word in words)
            captions.append((f"{image}#{language}#0", image, language, 0, text, "human"))
    columns = ["caption_id", "image_id", "language", "position", "text", "origin"]
    write_table(pd.DataFrame(captions, columns=columns), folder / "captions.parquet", name="captions")
    lines = [f"dew{word} enw{word}\n" for word in range(COUNT)]
    (folder / "de-en.txt").write_text("".join(lines))
    (folder / "de-en.0-5000.txt").write_text("".join(lines[:20]))
    (folder / "de-en.5000-6500.txt").write_text("".join(lines[20:25]))
    (folder / "en-de.0-5000.txt").write_text("enw0 dew0\n")
    (folder / "extra.txt").write_text("DEW1 dew2 neuwort\n\n")
    return folder


@pytest.fixture(scope="module")
def trained(folder):
    """The tables up to both languages' trained vectors."""
    for language in ("de", "en"):
        tokens, vocabulary = folder / f"tokens-{language}.parquet", folder / f"vocabulary-{language}.parquet"
        tokenization = {"language": language, "tokenizer": "auto", "lowercase": True}
        data = folder / "captions.parquet", folder / "images.parquet"
        tokenize_captions(*data, tokens, translations=[], given="keep", **tokenization)
        build_vocabulary(tokens, vocabulary, minimum_count=2, most_words=9)
        train_vectors(
            tokens,
            vocabulary,
            [folder / "extra.txt"],
            folder / f"vectors-{language}.parquet",
            folder / f"vectors-{language}.json",
            **tokenization,
            dimension=10,
            epochs=40,
            minimum_ngram=3,
            maximum_ngram=0,
            seed=1,
        )
    return folder


def test_tokens_are_one_languages_with_the_images_split(trained):
    tokens = read_table(trained / "tokens-de.parquet", name="tokens")
    assert list(tokens["split"]) == SPLITS * 60
    assert set(tokens["language"]) == {"de"}
    assert all(word.startswith("dew") for caption in tokens["tokens"] for word in caption)


def test_vocabulary_counts_training_captions_only(trained):
    tokens = read_table(trained / "tokens-de.parquet", name="tokens")
    vocabulary = read_table(trained / "vocabulary-de.parquet", name="vocabulary")
    assert vocabulary["count"].sum() == tokens.loc[tokens["split"] == "train", "tokens"].map(len).sum()


def test_vectors_and_their_coverage(trained):
    words, matrix = read_matrix(trained / "vectors-de.parquet", name="vectors")
    vocabulary = read_table(trained / "vocabulary-de.parquet", name="vocabulary")
    assert list(words["word"]) == list(vocabulary["word"])
    assert matrix.shape == (len(words), 10)
    coverage = read_note(trained / "vectors-de.json")
    assert coverage["vocabulary"] == len(words) - 4
    assert coverage["known_percent"] == 100.0
    assert set(coverage["splits"]) == {"val", "test"}


def test_vectors_out_of_a_file(trained):
    (trained / "de.vec").write_text("2 2\ndew0 1 2\ndew1 3 4\n")
    names = ("vocabulary-de.parquet", "de.vec", "tokens-de.parquet", "selected.parquet", "selected.json")
    select_vectors(*(trained / name for name in names), seed=1)
    words, matrix = read_matrix(trained / "selected.parquet", name="vectors")
    assert set(words.loc[words["known"], "word"]) == {"dew0", "dew1"}
    assert matrix[list(words["word"]).index("dew1")].tolist() == [3, 4]
    assert read_note(trained / "selected.json")["known_percent"] == pytest.approx(100 * 2 / COUNT)


def test_lexicon_and_alignment_find_a_known_rotation(trained):
    build_lexicon(
        [trained / f"vocabulary-{language}.parquet" for language in ("de", "en")],
        [trained / f"{name}.txt" for name in ("de-en", "de-en.0-5000", "de-en.5000-6500", "en-de.0-5000")],
        trained / "lexicon.parquet",
        trained / "lexicon.json",
        source="de",
        target="en",
        protocol="leakfree",
    )
    figures = read_note(trained / "lexicon.json")
    assert (figures["train_words"], figures["test_words"], figures["overlap_words"]) == (40, 20, 20)
    german = read_table(trained / "vectors-de.parquet", name="vectors")
    english = german.assign(word=german["word"].str.replace("dew", "enw"))
    rng = np.random.default_rng(1)
    vectors, rotation = rng.normal(size=(len(german), 10)), np.linalg.qr(rng.normal(size=(10, 10)))[0]
    write_table(german, trained / "drawn.parquet", name="vectors", matrix=vectors)
    write_table(english, trained / "rotated.parquet", name="vectors", matrix=vectors @ rotation.T)
    names = ("drawn.parquet", "rotated.parquet", "lexicon.parquet", "mapping.parquet", "mapping.json")
    settings = {"start": "procrustes", "iterations": 0, "learning_rate": 1.0, "neighbours": 5, "orthogonal": True}
    align_vectors(*(trained / name for name in names), **settings)
    np.testing.assert_allclose(read_matrix(trained / "mapping.parquet", name="mapping")[1], rotation, atol=1e-5)
    report = read_note(trained / "mapping.json")
    assert len(report["objective"]) == 1
    assert report["precision"]["rcsls"] == {"precision_at_1": 100.0, "precision_at_1_csls": 100.0}
    assert report["precision"]["procrustes"] == report["precision"]["rcsls"]
    assert report["precision"]["raw"]["precision_at_1"] < 50


def test_translated_captions_join_the_training_split(trained):
    (trained / "en-fr.txt").write_text("".join(f"enw{word} frw{word}\n" for word in range(COUNT)))
    tables = [trained / name for name in ("captions.parquet", "tokens-en.parquet")]
    made = trained / "translations-fr.parquet", trained / "translations-fr.json"
    translate_captions(*tables, [trained / "en-fr.txt"], *made, hub="en", language="fr", method="dictionary")
    assert read_note(made[1])["translated_percent"] == 100.0
    assert read_note(made[1])["captions"] == 180
    arguments = {"language": "fr", "tokenizer": "auto", "lowercase": True}
    captions, images, tokens = (trained / f"{name}.parquet" for name in ("captions", "images", "tokens-fr"))
    tokenize_captions(captions, images, tokens, translations=[made[0]], given="drop", **arguments)
    french, english = read_table(tokens, name="tokens"), read_table(tables[1], name="tokens")
    assert set(french["split"]) == {"train"}
    assert set(french["origin"]) == {"machine"}
    english = english[english["split"] == "train"]
    assert list(french["image_id"]) == list(english["image_id"])
    assert [[word.replace("fr", "en") for word in words] for words in french["tokens"]] == list(
        map(list, english["tokens"])
    )


def test_translations_out_of_a_file(trained):
    tables = [trained / name for name in ("captions.parquet", "tokens-en.parquet")]
    (trained / "it.txt").write_text("".join(f"parola {number}\n" for number in range(180)))
    made = trained / "translations-it.parquet", trained / "translations-it.json"
    translate_captions(*tables, [trained / "it.txt"], *made, hub="en", language="it", method="files")
    frame = read_table(made[0], name="captions")
    assert list(frame["text"]) == [f"parola {number}" for number in range(180)]
    assert frame["caption_id"][0] == "0.jpg#it#0#machine"
    assert read_note(made[1]) == {"method": "files", "captions": 180, "translated": 180}
