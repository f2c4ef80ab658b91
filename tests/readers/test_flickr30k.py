"""The Flickr30k reader."""

from __future__ import annotations

import pytest

from crosscap.faults import InputError
from crosscap.readers.flickr30k import read_flickr30k
from tests.readers.layouts import write_document, write_flickr30k


def test_by_eye(tmp_path):
    images, captions = read_flickr30k(write_flickr30k(tmp_path / "f.json"), images=None, languages=["en"])
    splits = [["11.jpg", "train"], ["12.jpg", "train"], ["13.jpg", "val"], ["14.jpg", "test"]]
    assert images[["image_id", "split"]].to_numpy().tolist() == splits
    assert captions["text"].tolist() == ["train en 11", "train en 12", "val en 13", "test en 14"]
    assert captions["caption_id"][2] == "13.jpg#en#0"


def test_it_has_english_only(tmp_path):
    with pytest.raises(InputError, match=r"D-125 .*no captions in de \(languages found: 'en'\)"):
        read_flickr30k(write_flickr30k(tmp_path / "f.json"), images=None, languages=["en", "de"])


def test_it_has_no_further_splits(tmp_path):
    image = {"filename": "1.jpg", "split": "restval", "sentences": []}
    with pytest.raises(InputError, match=r"D-113 .*f.json, images:1: the split is 'restval'"):
        read_flickr30k(write_document(tmp_path / "f.json", {"images": [image]}), images=None, languages=["en"])
