"""What a training run reads of the stages before it, and which captions it learns from."""

import numpy as np
import pandas as pd
import pytest

from crosscap import tables
from crosscap.faults import InputError
from crosscap.text.vocabulary import SPECIALS
from crosscap.training.experiment import Experiment
from crosscap.training.inputs import (
    read_images,
    read_pairs,
    read_sentences,
    read_texts,
    read_tokens,
    read_vocabulary,
    read_words,
    sentence_dimension,
    training_captions,
)

KNOWN = [False] * 4 + [True] * 2


def experiment(policy):
    return Experiment("x", "cl2cm", "cosine", ["en", "de"], "en", training={"machine_captions": policy})


def captions(*rows):
    """Return rows of a table tokens: caption ids, splits and origins, in any language."""
    return pd.DataFrame(rows, columns=["caption_id", "split", "origin"])


MIXED = captions(
    ("written", "train", "human"),
    ("carried", "train", "translation"),  # by people: as good as human
    ("made", "train", "machine"),
    ("chosen by", "val", "human"),
    ("chosen by machine", "val", "machine"),
    ("tested", "test", "human"),
)
NOT_TRAINED_ON = ["chosen by", "chosen by machine", "tested"]


@pytest.mark.parametrize(
    ("policy", "language", "learned"),
    [
        ("never", "de", ["written", "carried"]),
        ("also", "de", ["written", "carried", "made"]),
        ("only", "de", ["made"]),
        ("never", "en", ["written", "carried"]),
        ("only", "en", ["written", "carried"]),  # the hub is what the machine translated from
    ],
)
def test_which_captions_are_learned_from_by_eye(policy, language, learned):
    kept = training_captions(MIXED, experiment(policy), language)
    assert kept["caption_id"].tolist() == learned + NOT_TRAINED_ON


def test_the_hub_is_the_experiments_and_not_the_first_language():
    turned = Experiment("x", "cl2cm", "cosine", ["en", "de"], "de", training={"machine_captions": "only"})
    assert training_captions(MIXED, turned, "en")["caption_id"].tolist()[0] == "made"
    assert training_captions(MIXED, turned, "de")["caption_id"].tolist()[0] == "written"


@pytest.mark.parametrize(
    ("policy", "origin", "language", "message"),
    [
        ("never", "machine", "de", r"experiment x: .* in de are all of machine origin; set .*machine_captions: also$"),
        ("only", "machine", "en", r"in en are all of machine origin; set training.machine_captions: also$"),
        ("only", "human", "de", r"in de are all of human origin; set .*: never, or translation.languages$"),
    ],
)
def test_no_caption_left_to_learn_from_says_what_to_set(policy, origin, language, message):
    rows = captions(("one", "train", origin), ("other", "val", "human"))
    with pytest.raises(InputError, match=message):
        training_captions(rows, experiment(policy), language)


@pytest.mark.parametrize("policy", ["never", "also", "only"])
def test_a_language_that_is_only_tested_is_left_as_it_is(policy):
    rows = captions(("one", "val", "human"), ("other", "test", "machine"))
    assert training_captions(rows, experiment(policy), "de").equals(rows)


def write_vectors(path, words, vectors):
    frame = pd.DataFrame({"index": range(len(words)), "word": words, "known": KNOWN})
    tables.write_table(frame, path, name="vectors", matrix=np.array(vectors, dtype=np.float32))
    return path


@pytest.fixture
def word_files(tmp_path):
    """English and German vectors in the plane, and the map that turns German a quarter."""
    special = [[0.3, 0.4]] * 4
    english = write_vectors(tmp_path / "en", [*SPECIALS, "dog", "red"], [*special, [2.0, 0], [0, 5.0]])
    german = write_vectors(tmp_path / "de", [*SPECIALS, "hund", "rot"], [*special, [0, 3.0], [-4.0, 0]])
    back = np.array([[0, 1.0], [-1.0, 0]])
    tables.write_table(pd.DataFrame(index=range(2)), tmp_path / "de-en", name="mapping", matrix=back)
    return [english, german], [tmp_path / "de-en"]


def test_words_meet_in_the_hubs_space_where_the_system_starts_aligned(word_files):
    vectors, mappings = word_files
    read = read_words(vectors, mappings, languages=["en", "de"], hub="en", aligned=True)
    assert read.words == {"en": [*SPECIALS, "dog", "red"], "de": [*SPECIALS, "hund", "rot"]}
    np.testing.assert_allclose(read.vectors[0][4:], [[1, 0], [0, 1]])
    np.testing.assert_allclose(read.vectors[1][4:], [[1, 0], [0, 1]])
    np.testing.assert_allclose(read.vectors[0][:4], [[0.3, 0.4]] * 4)  # made up: their length says so


def test_maps_belong_to_languages_and_not_to_places(word_files):
    (english, german), mappings = word_files
    read = read_words([german, english], mappings, languages=["de", "en"], hub="en", aligned=True)
    np.testing.assert_allclose(read.vectors[0][4:], [[1, 0], [0, 1]])
    np.testing.assert_allclose(read.vectors[1][4:], [[1, 0], [0, 1]])


def test_words_stay_where_they_are_otherwise(word_files):
    read = read_words(word_files[0], [], languages=["en", "de"], hub="en", aligned=False)
    np.testing.assert_allclose(read.vectors[1][4:], [[0, 1], [-1, 0]])


def test_words_of_different_dimensions_are_refused(tmp_path, word_files):
    wide = write_vectors(tmp_path / "wide", [*SPECIALS, "chien", "rouge"], np.ones((6, 3)))
    with pytest.raises(InputError, match=r"different dimensions: \{'en': 2, 'fr': 3\}; give all languages"):
        read_words([word_files[0][0], wide], [], languages=["en", "fr"], hub="en", aligned=False)


def test_pairs_are_rows_of_both_vocabularies(tmp_path):
    pairs = pd.DataFrame([("rot", "red", "train"), ("hund", "dog", "test")], columns=["source", "target", "part"])
    tables.write_table(pairs, tmp_path / "lexicon", name="lexicon")
    words = {"en": [*SPECIALS, "dog", "red"], "de": [*SPECIALS, "rot", "hund"]}
    read = {part: read_pairs({"de-en": tmp_path / "lexicon"}, part, words=words) for part in ("train", "test")}
    assert read["train"]["de-en"].tolist() == [[4, 5]]
    assert read["test"]["de-en"].tolist() == [[5, 4]]


def write_images(folder, ids):
    blank = {"path": "", "sha256": "", "width": 0, "height": 0}
    frame = pd.DataFrame({"image_id": ids, "split": "train", **blank})
    tables.write_table(frame, folder / "images", name="images")
    return folder / "images"


@pytest.mark.parametrize(("metadata", "regions"), [(None, 1), ({"regions": "3"}, 3)])
def test_features_tell_their_regions(tmp_path, metadata, regions):
    matrix = np.arange(12, dtype=np.float32).reshape(2, 6)
    frame = pd.DataFrame({"image_id": ["b.jpg", "a.jpg"]})
    tables.write_table(frame, tmp_path / "features", name="features", matrix=matrix, metadata=metadata)
    images, features, found = read_images(write_images(tmp_path, ["b.jpg", "a.jpg"]), tmp_path / "features")
    assert images["image_id"].tolist() == ["b.jpg", "a.jpg"]
    assert features[:].tolist() == matrix.tolist()
    assert found == regions


@pytest.mark.parametrize("ids", [["b.jpg", "a.jpg"], ["a.jpg"], ["a.jpg", "b.jpg", "c.jpg"]])
def test_features_of_other_images_or_in_another_order_are_refused(tmp_path, ids):
    frame = pd.DataFrame({"image_id": ["a.jpg", "b.jpg"]})
    tables.write_table(frame, tmp_path / "features", name="features", matrix=np.ones((2, 3)))
    with pytest.raises(InputError, match=r"features: not the features of the images in .*images; make them again"):
        read_images(write_images(tmp_path, ids), tmp_path / "features")


def test_tokens_and_vocabularies_by_language(tmp_path):
    row = {"image_id": "1", "position": 0, "origin": "human", "split": "train"}
    for language, words in (("en", ["a", "dog"]), ("de", ["ein", "hund"])):
        frame = pd.DataFrame([{"caption_id": f"1#{language}", "language": language, **row, "tokens": words}])
        frame = frame[["caption_id", "image_id", "language", "position", "origin", "split", "tokens"]]
        tables.write_table(frame, tmp_path / language, name="tokens")
    read = read_tokens([tmp_path / "de", tmp_path / "en"], ["de", "en"])
    assert {language: frame["tokens"].iloc[0].tolist() for language, frame in read.items()} == {
        "de": ["ein", "hund"],
        "en": ["a", "dog"],
    }
    vocabulary = pd.DataFrame({"index": range(5), "word": [*SPECIALS, "dog"], "count": [0, 0, 0, 0, 4]})
    tables.write_table(vocabulary, tmp_path / "vocabulary", name="vocabulary")
    assert read_vocabulary(tmp_path / "vocabulary") == [*SPECIALS, "dog"]


def test_sentences_and_texts_of_all_files_by_caption(tmp_path):
    for number, language in enumerate(("en", "de")):
        key = [f"1#{language}"]
        features = np.full((1, 3), number, dtype=np.float32)
        tables.write_table(
            pd.DataFrame({"caption_id": key}), tmp_path / f"s{number}", name="sentences", matrix=features
        )
        frame = pd.DataFrame({"caption_id": key, "image_id": "1", "language": language, "position": 0, "text": "Rot!"})
        tables.write_table(frame.assign(origin="human"), tmp_path / f"t{number}", name="captions")
    sentences = read_sentences([tmp_path / "s0", tmp_path / "s1"])
    assert {key: feature.tolist() for key, feature in sentences.items()} == {"1#en": [0] * 3, "1#de": [1] * 3}
    assert read_texts([tmp_path / "t0", tmp_path / "t1"]) == {"1#en": "Rot!", "1#de": "Rot!"}
    assert (sentence_dimension(sentences), sentence_dimension({})) == (3, 0)
