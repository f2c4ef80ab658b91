"""Each shipped preset, planned on a miniature of its data set that lies where the preset says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crosscap.downloads.catalogue import ITEMS
from crosscap.downloads.items import FreeItem
from crosscap.experiments import resolve_experiments
from crosscap.models.systems import SYSTEMS
from crosscap.readers.choose import read
from crosscap.settings import load_settings
from tests.dry_runs import jobs, plan
from tests.readers.layouts import (
    COCO_IMAGES,
    VATEX_VIDEOS,
    write_coco,
    write_lines,
    write_multi30k_task1,
    write_multi30k_task2,
    write_stair,
    write_vatex,
    write_xtd,
    write_yj,
)

ROOT = Path(__file__).parents[1]
PRESETS = ROOT / "workflow/presets"
YJ_NUMBERS = range(1, 201)  # so many that a split of 4 percent has some

pytestmark = pytest.mark.xdist_group("presets")


def write_vectors(folder: Path, *names: str) -> None:
    """Write word vectors, which planning does not open."""
    for name in names:
        write_lines(folder / "data/vectors" / name, [])


def write_dictionaries(folder: Path, *languages: str) -> None:
    """Write MUSE dictionaries, which planning does not open."""
    for source, target in permutations(languages, 2):
        for part in ("", ".0-5000", ".5000-6500"):
            write_lines(folder / f"data/dictionaries/{source}-{target}{part}.txt", ["dog dog"])


def write_features(path: Path, names: Sequence[str], *, shape: tuple[int, ...]) -> None:
    """Write precomputed features with their names beside them."""
    write_lines(path.with_suffix(".txt"), names)
    np.save(path, np.ones((len(names), *shape), dtype=np.float32))


def write_nothing(folder: Path) -> None:
    """The scenes are generated."""


def write_multi30k(folder: Path) -> None:
    """Write Multi30K's independent captions, the folder of its photos, aligned vectors and dictionaries."""
    task = write_multi30k_task2(folder / "data/multi30k")
    write_lines(task / "tok/train.en", ["a file that nobody reads"])
    (folder / "data/flickr30k-images").mkdir()
    write_vectors(folder, "wiki.en.align.vec", "wiki.de.align.vec")
    write_dictionaries(folder, "en", "de")


def write_gella(folder: Path) -> None:
    """Write Multi30K's independent captions, the folder of its photos, and pairs of sentences."""
    write_multi30k_task2(folder / "data/multi30k")
    (folder / "data/flickr30k-images").mkdir()
    for year in ("2014", "2015"):
        write_lines(folder / f"data/sts/{year}/images.test.tsv", ["4.5\ta dog runs\tone dog is running"])


def write_lavse(folder: Path) -> None:
    """Write Multi30K's independent captions and regions of its photos."""
    write_multi30k_task2(folder / "data/multi30k")
    names = [f"{number}.jpg" for number in range(1, 7)]
    write_features(folder / "data/regions/flickr30k.npy", names, shape=(3, 4))


def write_ccr(folder: Path) -> None:
    """Write Multi30K's translated captions and the folder of its photos."""
    write_multi30k_task1(folder / "data/multi30k")
    (folder / "data/flickr30k-images").mkdir()


def write_coco_ja(folder: Path) -> None:
    """Write COCO with STAIR Captions, the folder of its photos, vectors and dictionaries."""
    write_coco(folder / "data/karpathy/dataset_coco.json")
    write_stair(folder / "data/stair")
    (folder / "data/coco").mkdir()
    write_vectors(folder, "wiki.en.align.vec", "wiki.ja.vec")
    write_dictionaries(folder, "en", "ja")


def write_yj_captions(folder: Path) -> None:
    """Write COCO with YJ Captions, which cover train2014 only, and regions of its photos."""
    images = COCO_IMAGES | {"train": [("train2014", number) for number in YJ_NUMBERS]}
    images = images | {"restval": [("val2014", 942)], "val": [("val2014", 973)], "test": [("val2014", 936)]}
    write_coco(folder / "data/karpathy/dataset_coco.json", images)
    write_yj(folder / "data/yjcaptions/yjcaptions26k_clean.json", YJ_NUMBERS)
    names = [f"train2014/COCO_train2014_{number:012d}.jpg" for number in YJ_NUMBERS]
    write_features(folder / "data/regions/coco.npy", names, shape=(3, 4))


def write_xtd10(folder: Path) -> None:
    """Write XTD10, and COCO with the folder of its photos."""
    write_coco(folder / "data/karpathy/dataset_coco.json")
    write_xtd(folder / "data/xtd10")
    (folder / "data/coco").mkdir()


def write_videos(folder: Path) -> None:
    """Write VATEX and features of its videos."""
    write_vatex(folder / "data/vatex")
    names = [name for videos in VATEX_VIDEOS.values() for name in videos]
    write_features(folder / "data/vatex/i3d.npy", names, shape=(4,))


WRITERS: dict[str, Callable[[Path], None]] = {
    "every-system": write_nothing,
    "multi30k": write_multi30k,
    "multi30k-gella": write_gella,
    "multi30k-lavse": write_lavse,
    "multi30k-ccr": write_ccr,
    "coco-ja": write_coco_ja,
    "yj": write_yj_captions,
    "xtd": write_xtd10,
    "vatex": write_videos,
}
NO_WORDS = dict.fromkeys(["select_vectors", "train_vectors", "align_vectors", "build_lexicon", "add_language"], 0)
EXPECTED: dict[str, dict[str, int]] = {  # how many jobs of some rules; 0 where there must be none
    "every-system": {
        "train_model": len(SYSTEMS),
        "generate_scenes": 1,
        "translate_captions": 2,
        "encode_sentences": 4,
        "add_language": 3,  # French, to the systems of aligned words: fme, ame, cl2cm
    },
    "multi30k": {
        "train_model": 8,
        "select_vectors": 2,
        "build_lexicon": 2,
        "align_vectors": 1,
        "extract_features": 1,
        "evaluate_translation": 4,
        "generate_scenes": 0,
    },
    "multi30k-gella": NO_WORDS | {"train_model": 8, "build_vocabulary": 2, "extract_features": 1},
    "multi30k-lavse": NO_WORDS | {"train_model": 2, "build_vocabulary": 2, "read_features": 1, "extract_features": 0},
    "multi30k-ccr": NO_WORDS
    | {"train_model": 3, "translate_captions": 3, "build_vocabulary": 0, "extract_features": 1},
    "coco-ja": {
        "train_model": 8,
        "select_vectors": 2,
        "build_lexicon": 2,
        "align_vectors": 1,
        "extract_features": 1,
        "evaluate_translation": 4,
    },
    "yj": NO_WORDS | {"train_model": 2, "build_vocabulary": 2, "read_features": 1, "extract_features": 0},
    "xtd": NO_WORDS | {"train_model": 3, "tokenize_captions": 11, "encode_sentences": 11, "extract_features": 1},
    "vatex": NO_WORDS | {"train_model": 1, "translate_captions": 1, "read_features": 1, "build_vocabulary": 0},
}


def settings_of(preset: str) -> dict[str, Any]:
    """The shipped settings with those of a preset."""
    return load_settings([ROOT / "config.yaml", PRESETS / f"{preset}.yaml"], arguments={})


def test_all_presets_are_tested():
    assert {file.stem for file in PRESETS.glob("*.yaml")} == WRITERS.keys() == EXPECTED.keys()


@pytest.mark.parametrize("preset", WRITERS)
def test_a_preset_plans_its_run(preset: str, tmp_path: Path):
    WRITERS[preset](tmp_path)
    run = plan("--dry-run", "--configfile", PRESETS / f"{preset}.yaml", copy=ROOT, folder=tmp_path)
    planned = jobs(run)
    expected = EXPECTED[preset]
    assert {rule: planned.get(rule, 0) for rule in expected} == expected
    runs = sum(len(experiment["seeds"]) for experiment in settings_of(preset)["experiments"])
    assert planned["embed_split"] == planned["evaluate_retrieval"] == planned["write_card"] == runs
    assert planned["write_report"] == 1
    if preset == "multi30k":
        assert "task2/raw/train.1.en.gz" in run.stdout
        assert "task2/tok" not in run.stdout


@pytest.mark.parametrize("preset", [preset for preset in WRITERS if preset not in ("every-system", "vatex")])
def test_what_a_preset_fetches_lies_where_it_looks(preset: str):
    text = (PRESETS / f"{preset}.yaml").read_text()
    _, items, settings = re.split(r"fetch=\{items: \[(.*)\]\}", text)
    for item in items.split(", "):
        found = ITEMS[item]
        assert isinstance(found, FreeItem)
        for file in found.files:
            assert f" data/{Path(file.target).parts[0]}" in settings.replace("[", " ")


@pytest.mark.parametrize("preset", [preset for preset in WRITERS if preset != "every-system"])
def test_the_reader_of_a_preset_reads_all_that_is_trained_and_measured(
    preset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    WRITERS[preset](tmp_path)
    monkeypatch.chdir(tmp_path)
    settings = settings_of(preset)
    dataset = settings["dataset"]
    section = dataset[dataset["reader"]] | {"images": None}  # the miniatures have no photos
    images, captions = read(dataset["reader"], languages=dataset["languages"], settings=section)
    assert set(images["split"]) == {"train", "val", "test"}
    found = set(captions.merge(images[["image_id", "split"]])[["language", "split"]].itertuples(index=False, name=None))
    for experiment in resolve_experiments(settings).values():
        for language in experiment["languages"]:
            assert {(language, "train"), (language, "val"), (language, "test")} <= found
        assert {(language, "test") for language in experiment["zero_shot"]} <= found
