"""The split files of Karpathy and Fei-Fei."""

from __future__ import annotations

from crosscap.faults import Faults
from crosscap.readers.checks import CaptionRow, ImageRow
from crosscap.readers.karpathy import ListedImage, english_captions, read_karpathy
from tests.readers.layouts import write_coco, write_document, write_flickr30k


def test_an_image_of_coco_by_eye(tmp_path):
    path = write_coco(tmp_path / "c.json", {"restval": [("val2014", 42)]})
    faults = Faults()
    name = "val2014/COCO_val2014_000000000042.jpg"
    place = f"{path}, images"
    for renamed, split in (({"restval": "train"}, "train"), ({}, "restval")):
        listed = read_karpathy(path, coco=True, renamed=renamed, faults=faults)
        captions = ("restval en 42 0", "restval en 42 1")
        assert listed == [ListedImage(ImageRow(place, 1, name, split), captions, 42)]
    assert english_captions(listed) == [
        CaptionRow(place, 1, name, "en", f"restval en 42 {number}", "human") for number in range(2)
    ]
    assert not faults.found


def test_other_data_sets_have_neither_folders_nor_ids(tmp_path):
    path = write_flickr30k(tmp_path / "f.json")
    faults = Faults()
    listed = read_karpathy(path, coco=False, renamed={}, faults=faults)
    assert [(image.row.image_id, image.coco_id) for image in listed] == [
        (f"{number}.jpg", None) for number in (11, 12, 13, 14)
    ]
    assert not faults.found
    assert read_karpathy(path, coco=True, renamed={}, faults=faults) == []
    assert [fault.code for fault in faults.found] == ["D-105"] * 4


def test_sentences_without_text_are_faults(tmp_path):
    image = {"filename": "1.jpg", "split": "train", "sentences": [{"raw": 1}, {}, "a dog", [], {"raw": "a\ndog"}]}
    faults = Faults()
    path = write_document(tmp_path / "f.json", {"images": [image]})
    (listed,) = read_karpathy(path, coco=False, renamed={}, faults=faults)
    assert listed.captions == ("a dog", "a dog")
    assert [fault.message for fault in faults.found] == [
        f"raw holds {value}, which is not text; write it as text" for value in ("'1'", "'None'", "'[]'")
    ]
