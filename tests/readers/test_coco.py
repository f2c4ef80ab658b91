"""The COCO reader on miniature files of Karpathy's split, STAIR and YJ Captions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image

from crosscap.faults import InputError
from crosscap.readers.coco import read_coco
from crosscap.readers.folder import draw_split
from tests.readers.layouts import (
    COCO_IMAGES,
    caption_documents,
    coco_documents,
    coco_name,
    write_coco,
    write_document,
    write_lines,
    write_stair,
    write_yj,
)

ALL = [f"{archive}/{coco_name(archive, number)}" for split in COCO_IMAGES.values() for archive, number in split]
PERCENT = {"train": 50, "val": 25, "test": 25}


def read(split_file: Path, **changes: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    settings: dict[str, Any] = {
        "captions": {},
        "images": None,
        "languages": ["en"],
        "restval": "train",
        "only_captioned": False,
        "split_percent": None,
        "held_out": None,
    }
    return read_coco(split_file, **settings | changes)


def faults_of(split_file: Path, **changes: Any) -> list[str]:
    with pytest.raises(InputError) as error:
        read(split_file, **changes)
    return [line.strip() for line in str(error.value).split("\n")[1:]]


def numbers(images: pd.DataFrame, split: str) -> list[int]:
    """The COCO ids of a split."""
    return [int(name[-16:-4]) for name in images.loc[images["split"] == split, "image_id"]]


@pytest.fixture
def split_file(tmp_path: Path) -> Path:
    return write_coco(tmp_path / "dataset_coco.json")


def test_english_by_eye(split_file):
    images, captions = read(split_file)
    assert images["image_id"].tolist() == ALL
    assert numbers(images, "train") == [9, 25, 30, 42, 133]
    assert numbers(images, "val") == [73, 74]
    assert numbers(images, "test") == [136, 139]
    assert len(captions) == 2 * len(images)
    texts = captions.set_index("caption_id")["text"]
    assert texts["train2014/COCO_train2014_000000000025.jpg#en#1"] == "train en 25 1"
    assert texts["val2014/COCO_val2014_000000000042.jpg#en#0"] == "restval en 42 0"
    assert set(captions["origin"]) == {"human"}


def test_restval_is_left_out_with_its_captions(tmp_path, split_file):
    images, captions = read(
        split_file, restval="leave_out", languages=["en", "ja"], captions={"ja": write_stair(tmp_path)}
    )
    assert numbers(images, "train") == [9, 25, 30]
    assert len(images) == 7
    assert captions["language"].value_counts().to_dict() == {"en": 14, "ja": 14}


def test_stair_is_matched_by_id_whatever_its_order(tmp_path, split_file):
    files = write_stair(tmp_path)
    _, captions = read(split_file, languages=["en", "ja"], captions={"ja": files[::-1]})
    japanese = captions[captions["language"] == "ja"]
    assert len(japanese) == 18
    for row in japanese.itertuples():
        assert row.text == f"ja {int(row.image_id[-16:-4])} {row.position}"


def test_caption_files_of_languages_not_asked_for_are_not_read(split_file):
    _, captions = read(split_file, captions={"ja": [Path("none.json")]})
    assert set(captions["language"]) == {"en"}


def test_english_may_be_left_out(tmp_path, split_file):
    _, captions = read(split_file, languages=["ja"], captions={"ja": write_stair(tmp_path)})
    assert set(captions["language"]) == {"ja"}


def test_further_languages_are_not_limited(tmp_path, split_file):
    files = {code: [write_document(tmp_path / f"{code}.json", caption_documents(code, [9]))] for code in ("ja", "vi")}
    _, captions = read(split_file, languages=["ja", "vi", "en"], captions=files)
    assert set(captions["language"]) == {"en", "ja", "vi"}


def test_only_captioned_images_in_splits_drawn_anew(tmp_path):
    members = [("train2014", number) for number in range(1, 41)]
    split_file = write_coco(tmp_path / "dataset_coco.json", {"train": members, "val": [("val2014", 50)]})
    covered = list(range(1, 41, 2))
    settings = {"languages": ["en", "ja"], "captions": {"ja": [write_yj(tmp_path / "yj.json", covered)]}}
    images, captions = read(split_file, **settings, only_captioned=True, split_percent=PERCENT)
    assert sorted(number for split in PERCENT for number in numbers(images, split)) == covered
    assert set(captions["image_id"]) == set(images["image_id"])
    assert images["split"].tolist() == [draw_split(name, PERCENT) for name in images["image_id"]]


def test_a_split_without_images_is_a_fault(tmp_path, split_file):
    """YJ Captions cover the training photos only."""
    settings = {"languages": ["en", "ja"], "captions": {"ja": [write_yj(tmp_path / "yj.json")]}}
    remedy = "keep more images, or draw the splits anew with split_percent"
    assert faults_of(split_file, **settings, only_captioned=True) == [
        f"D-117 {split_file}: no image is left in {split}; {remedy}" for split in ("val", "test")
    ]


def test_held_out_images_are_in_neither_train_nor_val(tmp_path, split_file):
    names = [coco_name("train2014", 25), coco_name("val2014", 42), coco_name("val2014", 73), coco_name("val2014", 139)]
    images, captions = read(split_file, held_out=write_lines(tmp_path / "names.txt", names, ending="\r\n"))
    assert numbers(images, "train") == [9, 30, 133]
    assert numbers(images, "val") == [74]
    assert numbers(images, "test") == [136, 139]
    assert set(captions["image_id"]) == set(images["image_id"])


def test_held_out_images_stay_out_of_splits_drawn_anew(tmp_path):
    members = [("train2014", number) for number in range(1, 41)]
    split_file = write_coco(tmp_path / "dataset_coco.json", {"train": members})
    names = write_lines(tmp_path / "names.txt", [coco_name("train2014", number) for number in range(1, 21)])
    images, _ = read(split_file, held_out=names, split_percent=PERCENT)
    assert min(numbers(images, "train") + numbers(images, "val")) == 21
    assert min(numbers(images, "test")) <= 20


def test_ids_that_contradict_file_names_do_not_let_a_held_out_image_in(tmp_path):
    document = coco_documents()
    document["images"][1]["cocoid"] = 1025
    split_file = write_document(tmp_path / "dataset_coco.json", document)
    names = write_lines(tmp_path / "names.txt", [coco_name("train2014", 25)])
    image = "'train2014/COCO_train2014_000000000025.jpg'"
    assert faults_of(split_file, held_out=names) == [
        f"D-116 {split_file}, images:2: image {image} is held out as 25, but its cocoid is 1025, "
        "so it would be in train; restore the file"
    ]


def test_a_name_that_is_none_of_coco_is_a_fault(tmp_path, split_file):
    names = write_lines(tmp_path / "names.txt", ["", "dog.jpg", coco_name("train2014", 25)])
    assert faults_of(split_file, held_out=names) == [
        f"D-115 {names}:2: 'dog.jpg' is no file name of COCO; write one such as COCO_val2014_000000000042.jpg"
    ]


def test_photos_are_read_from_their_folders(tmp_path, split_file):
    for name in ALL:
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (int(name[-16:-4]), 4)).save(tmp_path / "photos" / name)
    images, _ = read(split_file, images=tmp_path / "photos")
    assert images["width"].tolist() == [9, 25, 30, 42, 133, 73, 74, 136, 139]
    assert images["path"].tolist() == ALL


def test_white_space_in_captions_is_no_fault(tmp_path):
    document = coco_documents()
    document["images"][0]["sentences"][0]["raw"] = " A dog\nruns.\n"
    _, captions = read(write_document(tmp_path / "dataset_coco.json", document))
    assert captions["text"][0] == "A dog runs."


def test_captions_of_unknown_images_are_one_fault_a_file(tmp_path, split_file):
    path = write_yj(tmp_path / "yj.json", [9, 500, 501])
    assert faults_of(split_file, languages=["en", "ja"], captions={"ja": [path]}) == [
        f"D-128 {path}, annotations: 4 of 6 captions are of images that the split file does not list, "
        "first: entry 3, image_id 500; do the two files belong together?"
    ]


def test_a_language_without_files_is_a_fault(split_file):
    (fault,) = faults_of(split_file, languages=["en", "fr"])
    assert fault.startswith(f"D-125 {split_file}: no captions in fr (languages found: 'en')")


def test_all_faults_are_told_at_once(tmp_path):
    document = coco_documents()
    images = document["images"]
    images[0]["split"] = "training"
    del images[1]["cocoid"]
    images[2]["sentences"] = [{"tokens": []}, {"raw": " \n"}, "a dog"]
    images[4] |= {"filename": images[3]["filename"], "cocoid": images[3]["cocoid"]}
    images[6]["cocoid"] = images[5]["cocoid"]
    split_file = write_document(tmp_path / "dataset_coco.json", document)
    captions = caption_documents("ja", [9])
    captions["annotations"] += [captions["annotations"][0], {"image_id": 9, "id": 7, "caption": ""}, {"id": 8}]
    path = write_document(tmp_path / "ja.json", captions)
    missing = tmp_path / "none.json"
    faults = faults_of(split_file, languages=["en", "ja"], captions={"ja": [path, missing]})
    listed, annotations = f"{split_file}, images", f"{path}, annotations"
    assert [fault.partition(": ")[0] for fault in faults] == [
        f"D-113 {listed}:1",
        f"D-105 {listed}:2",
        f"D-104 {listed}:3",  # no raw
        f"D-120 {listed}:3",
        f"D-111 {listed}:5",  # the same image
        f"D-111 {listed}:7",  # the same id
        f"D-124 {annotations}:3",
        f"D-120 {annotations}:4",
        f"D-105 {annotations}:5",
        f"D-101 {missing}",
    ]
