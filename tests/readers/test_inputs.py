"""The files that each reader reads, as its settings name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscap.readers.choose import read
from crosscap.readers.inputs import absent_languages, caption_files, named_paths
from tests.readers.layouts import (
    write_coco,
    write_flickr30k,
    write_lines,
    write_multi30k_task1,
    write_stair,
    write_vatex,
    write_xtd,
)

COCO = {
    "split_file": "c.json",
    "captions": {"ja": ["a.json", "b.json"], "vi": ["v.json"]},
    "images": "photos",
    "leave_out": None,
}


def test_paths_that_settings_name():
    assert named_paths("coco", settings=COCO, languages=["en", "ja"]) == {
        "split_file": "c.json",
        "captions.ja.0": "a.json",
        "captions.ja.1": "b.json",
    }
    section = COCO | {"leave_out": "names.txt", "split_file": None}
    assert named_paths("coco", settings=section, languages=["en"]) == {"split_file": None, "leave_out": "names.txt"}
    vatex = {"training": "t.json", "validation": None, "test": None}
    assert named_paths("vatex", settings=vatex, languages=["en"]) == {"training": "t.json", "validation": None}


def test_languages_that_a_reader_cannot_have():
    assert absent_languages("coco", settings=COCO, languages=["en", "de", "ja", "vi"]) == ["de"]
    assert absent_languages("flickr30k", settings={}, languages=["en", "de"]) == ["de"]
    assert absent_languages("vatex", settings={}, languages=["zh", "ja", "en"]) == ["ja"]
    assert absent_languages("folder", settings={}, languages=["tlh"]) == []


def layouts(folder: Path, reader: str) -> dict[str, object]:
    """Write a data set of the reader's layout, and return the reader's settings."""
    none: dict[str, object] = {"images": None}
    if reader == "multi30k":
        write_multi30k_task1(folder)
        return none | {"folder": str(folder), "task": "task1"}
    if reader == "xtd":
        xtd = {"folder": str(write_xtd(folder)), "coco": str(write_coco(folder / "c.json"))}
        return none | xtd | {"restval": "train"}
    if reader == "coco":
        names = write_lines(folder / "names.txt", ["COCO_val2014_000000000042.jpg"])
        files = {"ja": [str(path) for path in write_stair(folder)]}
        own = {"split_file": str(write_coco(folder / "c.json")), "captions": files, "leave_out": str(names)}
        return none | own | {"restval": "train", "only_captioned": False, "split_percent": None}
    if reader == "flickr30k":
        return none | {"split_file": str(write_flickr30k(folder / "f.json"))}
    if reader == "vatex":
        return {part: str(path) for part, path in write_vatex(folder).items()} | {"test": None, "seed": 1}
    lines = ["image,language,caption,split", "a.jpg,en,a dog,train"]
    return none | {"captions": str(write_lines(folder / "captions.csv", lines)), "split_percent": {}}


LANGUAGES = {"multi30k": ["en", "de", "fr", "cs"], "coco": ["en", "ja"], "xtd": ["en", "ja"], "vatex": ["en", "zh"]}


@pytest.mark.parametrize("reader", ["multi30k", "coco", "flickr30k", "xtd", "vatex", "folder", "scenes"])
def test_all_files_that_are_read_are_named_and_no_others(tmp_path, monkeypatch, reader):
    languages = LANGUAGES.get(reader, ["en"])
    settings = layouts(tmp_path, reader)
    opened: set[str] = set()
    read_bytes = Path.read_bytes

    def noted(path: Path) -> bytes:
        opened.add(str(path))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    read(reader, languages=languages, settings=settings)
    assert opened == set(caption_files(reader, settings=settings, languages=languages))


def test_a_language_without_a_file_is_left_to_the_reader_to_tell(tmp_path):
    settings = layouts(tmp_path, "xtd")
    assert len(caption_files("xtd", settings=settings, languages=["en", "cs"])) == 3  # the images, en and COCO
