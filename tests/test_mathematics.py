"""The mathematics where several modules meet, and the figures that the papers' own data must give.

That data cannot be shipped. Tests of it run where CROSSCAP_DATA names a folder that holds what the presets in
workflow/presets expect under ``data``; a miniature in the same layout shows that they compute what they say.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crosscap.evaluation.alignment_ratio import measure_alignment
from crosscap.evaluation.metrics import measure
from crosscap.evaluation.retrieval import rank_split
from crosscap.faults import InputError
from crosscap.readers.choose import read
from crosscap.settings import load_settings
from crosscap.text.alignment import align
from crosscap.text.lexicon import build_lexicon, known_pairs, pair_indices
from crosscap.text.normalize import normalize
from crosscap.text.tokens import tokenize
from crosscap.text.vectors import select_vectors
from crosscap.text.vocabulary import SPECIALS, build_vocabulary
from tests.readers.layouts import write_lines, write_multi30k_task2

ROOT = Path(__file__).parents[1]
VARIABLE = "CROSSCAP_DATA"
OFFICIAL_IMAGES = 29_000  # that Multi30K trains on


# --- The papers' own data ---------------------------------------------------------------------------------------------
def official(preset: str) -> dict[str, Any]:
    """Return a preset's settings with its paths in the folder of official files; skip the test where there is none."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        pytest.skip(f"set {VARIABLE} to the folder of official files that workflow/presets/{preset}.yaml calls data")
    shipped = load_settings([ROOT / "config.yaml", ROOT / f"workflow/presets/{preset}.yaml"], arguments={})
    settings = moved(shipped, Path(folder))
    settings["dataset"][settings["dataset"]["reader"]]["images"] = None  # photos are not needed
    return settings


def moved(value: Any, folder: Path) -> Any:
    """Return settings whose paths in data are paths in the folder."""
    if isinstance(value, dict):
        return {key: moved(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [moved(item, folder) for item in value]
    return str(folder / value.removeprefix("data/")) if isinstance(value, str) and value.startswith("data/") else value


def need(*paths: str | Path | None) -> None:
    """Skip the test where a file or folder is not there."""
    missing = [path for path in paths if path is not None and not Path(path).exists()]
    if missing:
        pytest.skip(f"{VARIABLE} is set, but there is no {missing[0]}")


def section(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of the data set's reader."""
    return settings["dataset"][settings["dataset"]["reader"]]


def kept_words(settings: dict[str, Any]) -> dict[str, list[str]]:
    """Return the vocabulary of each language, special symbols included."""
    dataset = settings["dataset"]
    images, captions = read(dataset["reader"], languages=dataset["languages"], settings=section(settings))
    training = captions.merge(images.loc[images["split"] == "train", ["image_id"]])
    words = {}
    for language in dataset["languages"]:
        texts = list(training.loc[training["language"] == language, "text"])
        tokens = tokenize(texts, language=language, **settings["tokens"])
        minimum_count = settings["vocabulary"]["minimum_count"]
        words[language] = build_vocabulary(tokens, minimum_count=minimum_count)["word"].tolist()
    return words


def alignment_ratios(settings: dict[str, Any]) -> dict[str, float]:
    """Return the alignment ratio of the vectors that FME trains over, in percent, keyed like ``de-en``."""
    words, hub, options = kept_words(settings), settings["dataset"]["hub"], dict(settings["alignment"])
    read_vectors = {
        language: select_vectors(Path(settings["vectors"]["files"][language]), own, seed=settings["vectors"]["seed"])
        for language, own in words.items()
    }
    carried = {hub: read_vectors[hub][0]}
    lexicons = {}
    for other in (language for language in words if language != hub):
        for source, target in ((other, hub), (hub, other)):
            lexicons[f"{source}-{target}"] = lexicon(settings, words, source, target)
        taught = {"source_words": words[other], "target_words": words[hub]}
        pairs = pair_indices(lexicons[f"{other}-{hub}"], "train", **taught)
        (vectors, known), (targets, targets_known) = read_vectors[other], read_vectors[hub]
        pairs = known_pairs(pairs, source_known=known, target_known=targets_known)
        carried[other] = normalize(vectors) @ align(vectors, targets, pairs=pairs, **options).mapping.T
    named = {language: (words[language], vectors) for language, vectors in carried.items()}
    metrics = measure_alignment(named, lexicons, experiment="fme", seed=1, neighbours=options["neighbours"])
    plain = metrics[metrics["metric"] == "alignment_ratio"]
    return dict(zip(plain["language"], plain["value"], strict=True))


def lexicon(settings: dict[str, Any], words: dict[str, list[str]], source: str, target: str) -> pd.DataFrame:
    """Return the lexicon of one direction."""
    there, back = f"{source}-{target}", f"{target}-{source}"
    names = (f"{there}.txt", f"{there}.0-5000.txt", f"{there}.5000-6500.txt", f"{back}.0-5000.txt")
    files = [Path(settings["lexicon"]["folder"], name) for name in names]
    taught = {"source_words": words[source], "target_words": words[target]}
    return build_lexicon(*files, source=source, target=target, protocol=settings["lexicon"]["protocol"], **taught)[0]


@pytest.mark.parametrize(("language", "count"), [("en", 8340), ("de", 9993)])
def test_the_vocabulary_of_multi30k_has_the_size_that_was_counted(language: str, count: int) -> None:
    settings = official("multi30k")
    images = Path(section(settings)["folder"], "data/task2/image_splits/train_images.txt")
    need(images)
    if (found := len(images.read_text().split())) != OFFICIAL_IMAGES:
        pytest.skip(f"{images} lists {found:,} images, not the official {OFFICIAL_IMAGES:,}")
    settings["dataset"]["languages"] = [language]
    assert len(kept_words(settings)[language]) - len(SPECIALS) == pytest.approx(count, rel=0.01)


@pytest.mark.parametrize(("preset", "percent"), [("multi30k", 76.81), ("coco-ja", 92.70)])
def test_the_alignment_ratio_of_fme_is_near_the_published_one(preset: str, percent: float) -> None:
    settings = official(preset)
    files = section(settings)
    needed = (files.get("folder"), files.get("split_file"), *files.get("captions", {}).get("ja", []))
    need(*needed, *settings["vectors"]["files"].values(), settings["lexicon"]["folder"])
    ratios = alignment_ratios(settings)
    # the paper prints one number and does not say of which direction
    assert np.mean(list(ratios.values())) == pytest.approx(percent, abs=3), ratios


def test_xtd10_has_1000_captions_in_each_of_its_languages_and_none_of_their_images_is_trained_on() -> None:
    settings = official("xtd")
    files, languages = section(settings), settings["dataset"]["languages"]
    need(files["folder"])
    if not Path(files["coco"]).exists():
        files["coco"] = None  # the test split alone
    images, captions = read("xtd", languages=languages, settings=files)
    splits = captions.merge(images[["image_id", "split"]])
    tested = splits[splits["split"] == "test"]
    assert tested.groupby("language").size().to_dict() == dict.fromkeys(languages, 1000)
    numbers = {split: {name[-16:] for name in rows["image_id"]} for split, rows in images.groupby("split")}
    assert not numbers["test"] & (numbers.get("train", set()) | numbers.get("val", set()))


@pytest.fixture
def miniature(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write official files in miniature: captions such as ``train 1 en 2`` for three images, five each."""
    write_multi30k_task2(tmp_path / "multi30k")
    for language, row in {"en": "1 0 0", "de": "1 0 0"}.items():
        words = [f"train {row}", f"{language} 0 1 0", "1 0 0 1", "2 0 1 1"]
        write_lines(tmp_path / f"vectors/wiki.{language}.align.vec", [f"{len(words)} 3", *words])
    pairs = {
        "en-de": ["train train", "en de", "1 2"],  # the last one is not what the vectors say
        "de-en": ["train train", "de en"],
    }
    for direction, lines in pairs.items():
        for part in ("", ".0-5000", ".5000-6500"):
            write_lines(tmp_path / f"dictionaries/{direction}{part}.txt", lines)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path


def test_the_vocabulary_of_a_miniature(miniature: Path) -> None:
    words = kept_words(official("multi30k"))
    # of 15 captions all name split and language, 3 each file and 5 each line: 4 and 5 are too rare
    assert words["en"][4:] == ["en", "train", "1", "2", "3"]
    assert words["de"][4:] == ["de", "train", "1", "2", "3"]


def test_a_vocabulary_of_another_size_fails(miniature: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "OFFICIAL_IMAGES", 3)
    test_the_vocabulary_of_multi30k_has_the_size_that_was_counted("de", 5)
    with pytest.raises(AssertionError):
        test_the_vocabulary_of_multi30k_has_the_size_that_was_counted("de", 6)


def test_the_alignment_ratio_of_a_miniature(miniature: Path) -> None:
    settings = official("multi30k")
    settings["alignment"]["neighbours"] = 2
    assert alignment_ratios(settings) == pytest.approx({"en-de": 200 / 3, "de-en": 100})


def test_where_files_are_not_at_hand_the_tests_say_which(miniature: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (miniature / "vectors/wiki.de.align.vec").unlink()
    with pytest.raises(pytest.skip.Exception, match=r"CROSSCAP_DATA is set, but there is no .*wiki\.de\.align\.vec"):
        test_the_alignment_ratio_of_fme_is_near_the_published_one("multi30k", 76.81)
    with pytest.raises(pytest.skip.Exception, match=r"there is no .*dataset_coco\.json"):
        test_the_alignment_ratio_of_fme_is_near_the_published_one("coco-ja", 92.70)
    with pytest.raises(pytest.skip.Exception, match=r"train_images\.txt lists 3 images, not the official 29,000"):
        test_the_vocabulary_of_multi30k_has_the_size_that_was_counted("en", 8340)
    write_lines(miniature / "multi30k/data/task2/image_splits/train_images.txt", ["1.jpg"] * OFFICIAL_IMAGES)
    with pytest.raises(InputError):  # as many captions are missing
        test_the_vocabulary_of_multi30k_has_the_size_that_was_counted("en", 8340)
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(pytest.skip.Exception, match=r"set CROSSCAP_DATA to the folder .*presets/multi30k\.yaml calls"):
        test_the_vocabulary_of_multi30k_has_the_size_that_was_counted("en", 8340)


# --- Modules together -------------------------------------------------------------------------------------------------
def test_turned_vectors_are_turned_back_and_all_words_find_their_translation() -> None:
    random = np.random.default_rng(0)
    turn = np.linalg.qr(random.normal(size=(8, 8)))[0]
    source = random.normal(size=(60, 8))
    words = {code: [*SPECIALS, *(f"{code}{number}" for number in range(56))] for code in ("de", "en")}
    rows = [(f"de{n}", f"en{n}", "train" if n < 20 else "test") for n in range(56)]
    pairs = pd.DataFrame(rows, columns=["source", "target", "part"])
    indices = pair_indices(pairs, "train", source_words=words["de"], target_words=words["en"])
    settings = {"iterations": 0, "learning_rate": 1.0, "neighbours": 5, "orthogonal": True}
    mapping = align(source, source @ turn.T, pairs=indices, **settings).mapping
    np.testing.assert_allclose(mapping, turn, atol=1e-12)
    vectors = {"de": (words["de"], source @ mapping.T), "en": (words["en"], source @ turn.T)}
    metrics = measure_alignment(vectors, {"de-en": pairs}, experiment="x", seed=1, neighbours=5)
    assert metrics["value"].tolist() == [100.0, 100.0]


@pytest.mark.parametrize("similarity", ["cosine", "order"])
@pytest.mark.parametrize("value", [0.0, 0.7])
def test_a_model_that_says_the_same_of_everything_scores_nothing(similarity: str, value: float) -> None:
    rows = [(f"i{n}", f"i{n}", "image", "") for n in range(30)]
    rows += [(f"i{n}#{code}#{k}", f"i{n}", "caption", code) for code in ("en", "de") for n in range(30) for k in (0, 1)]
    items = pd.DataFrame(rows, columns=["item_id", "image_id", "kind", "language"])
    constant = np.full((len(items), 9), value, dtype=np.float32)
    ranks = rank_split(items, constant, similarity=similarity, languages=["en", "de"], benchmark="b", fold_size=None)
    metrics = measure(ranks, experiment="x", seed=1, resamples=10, random_seed=0)
    assert set(metrics["task"]) == {"image_to_text", "text_to_image", "caption_to_caption", "image_text"}
    recalls = metrics["metric"].str.fullmatch(r"R@\d+|rsum")
    assert (metrics.loc[recalls, ["value", "low", "high"]] == 0).all(axis=None)
    assert (metrics.loc[metrics["metric"].str.endswith("_optimistic"), "value"] == 100).all()
