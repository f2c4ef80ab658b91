"""The choice of the reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscap.faults import InputError
from crosscap.readers.choose import read


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
