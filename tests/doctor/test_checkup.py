"""What is found in sound inputs: each reader's miniature passes, and the figures can be checked by eye."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from crosscap.doctor.checkup import check_inputs, checked_figures
from crosscap.doctor.findings import Findings
from crosscap.doctor.inputs import Inputs, inputs_of
from crosscap.experiments import merge
from crosscap.faults import InputError
from crosscap.readers.choose import read
from crosscap.settings import load_settings
from tests.readers import layouts

ROOT = Path(__file__).parents[2]
SHIPPED = load_settings([ROOT / "config.yaml"], arguments={})
AME = {"name": "ame", "system": "ame", "similarity": "order", "seeds": [1]}
TRAIN = ["a red house", "a blue house", "a red tree", "one old dog"]


def inputs(**changes: Any) -> Inputs:
    """The inputs of the shipped settings with changes; a word counts from its first occurrence."""
    return inputs_of(merge(SHIPPED, merge({"vocabulary": {"minimum_count": 1}}, changes)))


def findings_of(given: Inputs) -> Findings:
    """What is found in inputs."""
    found = Findings()
    check_inputs(given, found)
    return found


def told(found: Findings) -> list[str]:
    """All warnings."""
    return [str(warning) for warning in found.warnings.in_order]


@pytest.fixture
def own(tmp_path: Path) -> Callable[..., Inputs]:
    """A function that writes a data set of one's own, four images in train and two in test, and returns its inputs."""

    def write(**changes: Any) -> Inputs:
        rows, photos = ["image,language,caption,split"], tmp_path / "photos"
        photos.mkdir()
        for place, caption in enumerate([*TRAIN, "a red house", "a green cat"]):
            name = f"{place}.png"
            Image.new("RGB", (8, 8), (place % 5 * 40, 0, 0)).save(photos / name)  # the last photo is the first
            split = "train" if place < 4 else "test"
            german = caption.replace("house", "Haus").replace("tree", "Baum")
            rows += [f"{name},en,{caption},{split}", f"{name},de,{german},{split}"]
        layouts.write_lines(tmp_path / "captions.csv", rows)
        section = {"captions": str(tmp_path / "captions.csv"), "images": str(photos)}
        dataset = {"name": "mine", "reader": "folder", "languages": ["en", "de"], "folder": section}
        return inputs(**merge({"dataset": dataset, "experiments": [AME]}, changes))

    return write


def sections(folder: Path) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Each reader's miniature: its section of the settings, and its languages."""
    layouts.write_multi30k_task2(folder / "multi30k")
    vatex = {part: str(path) for part, path in layouts.write_vatex(folder).items()}
    coco, xtd = str(layouts.write_coco(folder / "coco.json")), str(layouts.write_xtd(folder / "xtd"))
    stair = [str(path) for path in layouts.write_stair(folder)]
    layouts.write_lines(folder / "own.csv", ["image,language,caption,split", "a.jpg,en,a dog,train"])
    return {
        "multi30k": ({"folder": str(folder / "multi30k")}, ["en", "de"]),
        "coco": ({"split_file": coco, "captions": {"ja": stair}}, ["en", "ja"]),
        "flickr30k": ({"split_file": str(layouts.write_flickr30k(folder / "flickr.json"))}, ["en"]),
        "xtd": ({"folder": xtd, "coco": coco}, ["en", "de"]),
        "vatex": (vatex, ["en", "zh"]),
        "folder": ({"captions": str(folder / "own.csv")}, ["en"]),
    }


@pytest.mark.parametrize("reader", ["multi30k", "coco", "flickr30k", "xtd", "vatex", "folder"])
def test_the_miniature_of_a_reader_is_sound(reader: str, tmp_path: Path) -> None:
    section, languages = sections(tmp_path)[reader]
    settings = merge(SHIPPED["dataset"][reader], section)
    images, captions = read(reader, languages=languages, settings=settings)
    np.save(tmp_path / "features.npy", np.ones((len(images), 3), dtype=np.float16))
    layouts.write_lines(tmp_path / "features.txt", images["image_id"].tolist())
    given = inputs(
        dataset={"reader": reader, "languages": languages, reader: section},
        features={"precomputed": str(tmp_path / "features.npy")},
    )
    found = findings_of(given)
    assert found.faults.found == []
    assert all(item.sound for item in found.checked)
    assert sum(found.figures["counts"]["images"].values()) == len(images)
    in_languages = [sum(splits.values()) for splits in found.figures["counts"]["captions"].values()]
    assert sum(in_languages) == len(captions)
    assert found.figures["features"] == {"rows": len(images), "shape": [3]}
    assert given.files() == sorted(set(given.files()))
    assert {str(tmp_path / name) for name in ("features.npy", "features.txt")} < set(given.files())


def test_captions_and_photos_that_are_in_two_splits_are_counted(own: Callable[..., Inputs]) -> None:
    found = findings_of(own())
    assert found.faults.found == []
    assert found.figures["counts"]["images"] == {"train": 4, "val": 0, "test": 2}
    assert found.figures["leakage"]["test captions"]["en"] == {"texts": 2, "in_training": 1, "percent": 50.0}
    assert found.figures["leakage"]["val captions"] == {}
    assert found.figures["leaked_photos"] == {"val": 0, "test": 1}
    warnings = told(found)
    assert any("D-501 test captions: 50.0 % in de, 50.0 % in en are training captions" in line for line in warnings)
    assert [line for line in warnings if "photos" in line] == [
        "D-501 test photos: 1 photos are in train too, first: 5.png; remove one of the two"
    ]
    assert any("D-502" in line and "no image is in val" in line for line in warnings)


def test_a_photo_of_test_that_is_in_val_is_told_and_counted_for_none(own: Callable[..., Inputs]) -> None:
    given = own()
    captions = Path(given.section["captions"])
    captions.write_text(captions.read_text().replace("house,train", "house,val").replace("Haus,train", "Haus,val"))
    found = findings_of(given)
    assert found.figures["leaked_photos"] == {"val": 0, "test": 0}
    assert [line for line in told(found) if "photos" in line] == [
        "D-501 test photos: 1 photos are in val too, first: 5.png; remove one of the two"
    ]


def test_vectors_cover_words_and_their_occurrences(own: Callable[..., Inputs], tmp_path: Path) -> None:
    words = ["a", "house", "old", "dog"]  # 3 + 2 + 1 + 1 of 12 occurrences of 8 words; red comes twice
    layouts.write_lines(tmp_path / "en.vec", ["4 2", *(f"{word} 1 2" for word in words)])
    layouts.write_lines(tmp_path / "de.vec", ["1 2", "one 1 2"])
    files = {code: str(tmp_path / f"{code}.vec") for code in ("en", "de")}
    found = findings_of(own(vectors={"source": "files", "files": files}))
    assert found.faults.found == []
    assert found.figures["vectors"]["en"] == {
        "dimension": 2,
        "words": 8,
        "known_percent": 50.0,
        "known_occurrences_percent": 58.33,
        "commonest_unknown": ["red", "blue", "one", "tree"],
    }
    assert any("D-503" in line and "de.vec: covers 8.33 % of the captions' occurrences" in line for line in told(found))


def test_dictionaries_are_measured_against_the_captions(own: Callable[..., Inputs], tmp_path: Path) -> None:
    pairs = {"": "haus house|haus house|baum tree|rot red", ".0-5000": "baum tree|red red", ".5000-6500": "red red"}
    for part, lines in pairs.items():
        turned = [" ".join(reversed(line.split())) for line in lines.split("|")]
        layouts.write_lines(tmp_path / f"muse/de-en{part}.txt", lines.split("|"))
        layouts.write_lines(tmp_path / f"muse/en-de{part}.txt", turned)
    lexicon = {"folder": str(tmp_path / "muse"), "protocol": "paper"}
    found = findings_of(own(lexicon=lexicon, translation={"languages": ["de"]}))
    assert found.faults.found == []
    figures = found.figures["dictionaries"]["de-en"]
    assert (figures["pairs"], figures["repeated"], figures["overlap_words"]) == (4, 1, 2)
    assert figures["source_coverage_percent"] == 37.5  # haus, baum, red of 8 words
    assert any("D-321" in line and "de-en.txt: lexicon de-en: 2 of 2 tested words" in line for line in told(found))
    assert found.figures["translations"]["de"] == {"captions": 4, "translated_percent": 41.67}  # 5 of 12 words


def test_a_dictionary_of_the_other_direction_is_a_fault(own: Callable[..., Inputs], tmp_path: Path) -> None:
    for name in ("de-en", "en-de"):
        for part in ("", ".0-5000", ".5000-6500"):
            layouts.write_lines(tmp_path / f"{name}{part}.txt", ["haus house", "baum tree"])
    found = findings_of(own(lexicon={"folder": str(tmp_path), "protocol": "paper"}))
    [fault] = found.faults.found
    assert (fault.code, Path(fault.file).name) == ("D-321", "en-de.txt")
    assert "seems to be de-en" in fault.message


def test_features_that_lack_an_image_are_a_fault(own: Callable[..., Inputs], tmp_path: Path) -> None:
    np.save(tmp_path / "features.npy", np.ones((2, 3), dtype=np.float32))
    layouts.write_lines(tmp_path / "features.txt", ["0.png", "9.png"])
    found = findings_of(own(features={"precomputed": str(tmp_path / "features.npy")}))
    [fault] = found.faults.found
    assert fault.code == "D-211"
    assert "5 of 6 images of the data set have no feature" in fault.message


@pytest.mark.parametrize("shape", [(6, 3), (6, 2, 3)])
def test_features_are_checked_where_the_captions_cannot_be_read(
    shape: tuple[int, ...], own: Callable[..., Inputs], tmp_path: Path
) -> None:
    np.save(tmp_path / "features.npy", np.ones(shape, dtype=np.float32))
    layouts.write_lines(tmp_path / "features.txt", [f"{place}.png" for place in range(6)])
    given = own(features={"precomputed": str(tmp_path / "features.npy")})
    (tmp_path / "photos/3.png").write_bytes(b"")
    found = findings_of(given)
    assert [fault.code for fault in found.faults.found] == ["D-133"]
    assert found.figures["features"] == {"rows": 0, "shape": list(shape[1:])}


def test_of_a_large_file_of_features_some_are_checked(
    own: Callable[..., Inputs], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix = np.ones((6, 50), dtype=np.float32)
    matrix[1] = np.nan  # an odd row, which every second one passes over
    np.save(tmp_path / "features.npy", matrix)
    layouts.write_lines(tmp_path / "features.txt", [f"{place}.png" for place in range(6)])
    given = own(features={"precomputed": str(tmp_path / "features.npy")})
    assert "features hold NaN" in findings_of(given).faults.found[0].message
    monkeypatch.setattr("crosscap.doctor.features.WHOLE", 1000)
    assert findings_of(given).faults.found == []


def test_features_of_captions_are_needed_of_all(own: Callable[..., Inputs], tmp_path: Path) -> None:
    np.save(tmp_path / "s.npy", np.ones((1, 3), dtype=np.float32))
    layouts.write_lines(tmp_path / "s.txt", ["0.png#en#0"])
    zero_shot = AME | {"system": "zero-shot", "similarity": "cosine", "languages": ["en"]}
    sentences = {"source": "files", "files": {"en": str(tmp_path / "s.npy")}}
    [fault] = findings_of(own(sentences=sentences, experiments=[zero_shot])).faults.found
    assert fault.code == "D-326"
    assert "5 of 6 captions of the data set have no feature" in fault.message


def test_translations_made_elsewhere_are_read(own: Callable[..., Inputs], tmp_path: Path) -> None:
    layouts.write_lines(tmp_path / "de.txt", ["ein rotes Haus"])
    translation = {"languages": ["de"], "method": "files", "files": {"de": str(tmp_path / "de.txt")}}
    [fault] = findings_of(own(translation=translation)).faults.found
    assert (fault.code, fault.message.partition(";")[0]) == ("D-140", "1 lines for 4 training captions")


def test_extra_text_is_read(own: Callable[..., Inputs], tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_bytes(b"one\ntwo\n")
    (tmp_path / "de.txt").write_bytes(b"\xff\n")
    given = own(vectors={"extra_text": {code: str(tmp_path / f"{code}.txt") for code in ("en", "de")}})
    found = findings_of(given)
    assert [(fault.code, Path(fault.file).name) for fault in found.faults.found] == [("D-324", "de.txt")]
    assert found.figures["extra_text"] == {"en": {"sentences": 2}}


def test_words_that_are_all_rare_are_a_fault(own: Callable[..., Inputs]) -> None:
    found = findings_of(own(vocabulary={"minimum_count": 99}))
    assert {fault.code for fault in found.faults.found} == {"D-327"}


def test_equal_inputs_have_equal_figures_without_paths_or_times(own: Callable[..., Inputs], tmp_path: Path) -> None:
    given = own()
    figures = [json.dumps(checked_figures(given, results=tmp_path / folder)) for folder in ("a", "b")]
    assert figures[0] == figures[1]
    assert str(tmp_path) not in figures[0]


def test_faults_end_the_job(own: Callable[..., Inputs], tmp_path: Path) -> None:
    given = own()
    (tmp_path / "photos/0.png").unlink()
    with pytest.raises(InputError, match=r"D-131 .*1 photo is not in"):
        checked_figures(given, results=tmp_path)


def test_inputs_are_plain_values_that_no_setting_of_training_changes() -> None:
    given = asdict(inputs())
    assert Inputs(**json.loads(json.dumps(given))) == inputs()
    others = {"training": {"learning_rate": 0.1}, "evaluation": {"resamples": 7}, "report": {"examples": 0}}
    assert asdict(inputs(**others)) == given


def test_broken_photos_may_be_set_aside(own: Callable[..., Inputs], tmp_path: Path) -> None:
    given = own(dataset={"broken_photos": "quarantine"})
    (tmp_path / "photos/0.png").write_bytes(b"")
    found = findings_of(given)
    assert found.faults.found == []
    assert any("1 photo quarantined" in line for line in told(found))


def test_an_empty_file_of_features_is_a_fault(own: Callable[..., Inputs], tmp_path: Path) -> None:
    (tmp_path / "features.npy").touch()
    found = findings_of(own(features={"precomputed": str(tmp_path / "features.npy")}))
    assert [(fault.code, fault.file) for fault in found.faults.found] == [("D-211", str(tmp_path / "features.npy"))]
