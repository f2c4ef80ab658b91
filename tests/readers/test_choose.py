"""The choice of the reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscap.faults import InputError
from crosscap.readers.choose import read
from tests.readers.layouts import write_coco, write_flickr30k, write_stair, write_vatex, write_xtd


@pytest.mark.parametrize("reader", ["folder", "scenes"])
def test_a_captions_file_is_read_with_its_splits(tmp_path: Path, reader: str) -> None:
    (tmp_path / "captions.csv").write_text("image,language,caption,split\na.jpg,en,a dog,val\n")
    section = {"captions": str(tmp_path / "captions.csv"), "images": None, "split_percent": {}}
    images, captions = read(reader, languages=["en"], settings=section)
    assert images[["image_id", "split"]].values.tolist() == [["a.jpg", "val"]]
    assert captions["text"].tolist() == ["a dog"]


def test_multi30k_is_read_from_its_folder(tmp_path: Path) -> None:
    section = {"folder": str(tmp_path), "task": "task1", "images": None}
    with pytest.raises(InputError, match=r"D-101 .*task1: no such folder"):
        read("multi30k", languages=["en"], settings=section)


def test_coco_is_read_with_all_its_settings(tmp_path: Path) -> None:
    xtd = write_xtd(tmp_path)
    section = {
        "split_file": str(write_coco(tmp_path / "dataset_coco.json")),
        "captions": {"ja": [str(path) for path in write_stair(tmp_path)]},
        "images": None,
        "restval": "leave_out",
        "only_captioned": True,
        "split_percent": None,
        "leave_out": str(xtd / "XTD10/test_image_names.txt"),
    }
    images, captions = read("coco", languages=["en", "ja"], settings=section)
    assert images["split"].value_counts().to_dict() == {"train": 2, "val": 2, "test": 2}
    assert captions["language"].value_counts().to_dict() == {"en": 12, "ja": 12}


def test_flickr30k_is_read(tmp_path: Path) -> None:
    section = {"split_file": str(write_flickr30k(tmp_path / "dataset_flickr30k.json")), "images": None}
    images, _ = read("flickr30k", languages=["en"], settings=section)
    assert len(images) == 4


@pytest.mark.parametrize(("with_coco", "train"), [(True, 3), (False, 0)])
def test_xtd_is_read_with_and_without_training_data(tmp_path: Path, with_coco: bool, train: int) -> None:
    coco = str(write_coco(tmp_path / "dataset_coco.json")) if with_coco else None
    section = {"folder": str(write_xtd(tmp_path)), "coco": coco, "restval": "train", "images": None}
    images, _ = read("xtd", languages=["en", "tr"], settings=section)
    assert (images["split"] == "train").sum() == train


@pytest.mark.parametrize("test", [True, False])
def test_vatex_is_read_with_and_without_a_test_file(tmp_path: Path, test: bool) -> None:
    files = {part: str(path) for part, path in write_vatex(tmp_path / "a").items()}
    own = write_vatex(tmp_path / "b")["training"].replace(tmp_path / "test.json")
    own.write_text(own.read_text().replace('"videoID": "', '"videoID": "t'))
    section = {**files, "test": str(own) if test else None, "seed": 1}
    images, _ = read("vatex", languages=["en", "zh"], settings=section)
    assert (images["split"] == "val").sum() == (4 if test else 2)
    assert (images["split"] == "test").sum() == 2
