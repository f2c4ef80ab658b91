"""The generated folder: images, captions.csv and MUSE dictionaries."""

from __future__ import annotations

import csv
import re
from collections import Counter
from hashlib import sha256
from itertools import permutations
from pathlib import Path

import MeCab
import pytest
from PIL import Image

from crosscap.faults import InputError
from crosscap.readers.scenes import generate_scenes
from crosscap.readers.scenes.dictionaries import word_pairs
from crosscap.readers.scenes.languages import LANGUAGES, write_captions
from crosscap.readers.scenes.world import sample_scene

TAGGER = MeCab.Tagger("-Owakati")
COUNTS = {"train": 6, "val": 2, "test": 3}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenes")
    generate_scenes(path, seed=1, **COUNTS, pixels=32, languages=["en", "de", "ja"])
    return path


def _hashes(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "captions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_counts_of_images_and_captions(folder: Path) -> None:
    rows = _rows(folder)
    assert list(rows[0]) == ["image", "language", "caption", "split"]
    assert len(rows) == 11 * 3 * 5
    assert set(Counter((row["image"], row["language"]) for row in rows).values()) == {5}
    images = {row["image"]: row["split"] for row in rows}
    assert Counter(images.values()) == COUNTS
    assert sorted(images) == sorted(path.name for path in (folder / "images").iterdir())
    assert min(images) == "scene-00001.png"


def test_images_are_square_and_all_different(folder: Path) -> None:
    pictures = [Image.open(path) for path in (folder / "images").iterdir()]
    assert {(picture.size, picture.mode) for picture in pictures} == {((32, 32), "RGB")}
    assert len({picture.tobytes() for picture in pictures}) == 11


def test_same_seed_same_bytes(folder: Path, tmp_path: Path) -> None:
    generate_scenes(tmp_path, seed=1, **COUNTS, pixels=32, languages=["en", "de", "ja"])
    assert _hashes(tmp_path) == _hashes(folder)


def test_an_image_depends_neither_on_the_counts_nor_on_the_languages(folder: Path, tmp_path: Path) -> None:
    generate_scenes(tmp_path, seed=1, train=1, val=1, test=0, pixels=32, languages=["de"])
    fewer, all_files = _hashes(tmp_path), _hashes(folder)
    assert fewer["images/scene-00002.png"] == all_files["images/scene-00002.png"]
    captions = [row["caption"] for row in _rows(folder) if row["image"] < "scene-00003.png" and row["language"] == "de"]
    assert [row["caption"] for row in _rows(tmp_path)] == captions
    assert not (tmp_path / "dictionaries").exists()


def test_a_further_language_changes_nothing_of_the_others(folder: Path, tmp_path: Path) -> None:
    generate_scenes(tmp_path, seed=1, **COUNTS, pixels=32, languages=["en", "fr", "de", "ja"])
    assert [row for row in _rows(tmp_path) if row["language"] != "fr"] == _rows(folder)
    more, fewer = _hashes(tmp_path), _hashes(folder)
    differing = {name for name in fewer if more[name] != fewer[name]}
    assert differing == {"captions.csv", "tags.csv"}
    assert {name for name in more.keys() - fewer.keys() if "fr" not in name} == set()


def test_the_captions_of_a_seed_stay_as_they_are() -> None:
    expected = {
        "en": "The image shows a little blue house on the left in the forest.",
        "de": "In einem Wald gibt es ein kleines blaues Haus.",
        "ja": "森の中で、左に青い家があります。",
        "fr": "Dans les bois, il y a un bâtiment bleu à gauche.",
    }
    for language, caption in expected.items():
        assert write_captions(sample_scene(1, 2), language=language, seed=1, index=2)[0] == caption


def test_another_seed_gives_other_images(folder: Path, tmp_path: Path) -> None:
    generate_scenes(tmp_path, seed=2, train=3, val=0, test=0, pixels=32, languages=["en"])
    assert not set(_hashes(tmp_path).values()) & set(_hashes(folder).values())


def test_unknown_language_stops_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cs"):
        generate_scenes(tmp_path / "new", seed=1, train=1, val=0, test=0, pixels=32, languages=["en", "cs"])
    assert not (tmp_path / "new").exists()


def test_dictionary_files_have_the_names_and_parts_of_muse(folder: Path) -> None:
    names = {path.name for path in (folder / "dictionaries").iterdir()}
    pairs = [f"{source}-{target}" for source, target in permutations(("en", "de", "ja"), 2)]
    assert names == {f"{pair}{part}.txt" for pair in pairs for part in ("", ".0-5000", ".5000-6500")}
    for pair in pairs:
        full, test, more = (_pairs(folder, f"{pair}{part}.txt") for part in ("", ".0-5000", ".5000-6500"))
        assert set(test + more) < set(full)
        words, test_words, more_words = ({source for source, _ in lines} for lines in (full, test, more))
        assert not test_words & more_words
        assert len(test_words) / len(words) == pytest.approx(0.25, abs=0.01)
        assert [line for line in full if line[0] in test_words] == test  # with all their translations
        assert len(full) - len(test) >= 80  # pairs left to learn a map from


def _pairs(folder: Path, name: str) -> list[tuple[str, ...]]:
    lines = (folder / "dictionaries" / name).read_text(encoding="utf-8").splitlines()
    assert all(len(line.split(" ")) == 2 for line in lines)
    return [tuple(line.split(" ")) for line in lines]


def test_word_pairs_by_eye() -> None:
    english_german, japanese_english = word_pairs("en", "de"), word_pairs("ja", "en")
    for form in ("rote", "roter", "rotes", "roten"):
        assert ("red", form) in english_german
    assert {german for english, german in english_german if english == "cats"} == {"katzen"}
    assert {german for english, german in english_german if english == "trees"} == {"bäume", "bäumen"}
    french_english = word_pairs("fr", "en")
    assert {french for french, english in french_english if english == "green"} == {"vert", "verte", "verts", "vertes"}
    assert {french for french, english in french_english if english == "the"} == {"le", "la", "l'", "les"}
    assert {french for french, english in french_english if english == "boats"} == {"bateaux", "navires"}
    assert {english for japanese, english in japanese_english if japanese == "猫"} == {"cat", "cats"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_dictionary_words_are_the_tokens_of_the_captions(language: str) -> None:
    captions = [
        caption
        for index in range(400)
        for caption in write_captions(sample_scene(1, index), language=language, seed=1, index=index)
    ]
    tokens = Counter(token for caption in captions for token in _tokens(caption, language))
    others = [other for other in LANGUAGES if other != language]
    words = {word for other in others for word, _ in word_pairs(language, other)}
    assert {word for word in words if tokens[word] < 4} == set()
    assert 60 <= len(tokens) <= 150
    missing = Counter({token: count for token, count in tokens.items() if token not in words})
    assert missing.total() / tokens.total() < 0.25, missing


def _tokens(caption: str, language: str) -> list[str]:
    """Return the words as the workflow's tokenisers split them, without the punctuation."""
    if language == "fr":
        return re.findall(r"[\w-]+'?", caption.lower())
    return str(TAGGER.parse(caption)).split() if language == "ja" else re.findall(r"\w+", caption.lower())
