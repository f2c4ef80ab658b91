"""The catalogue agrees with itself and with what reads its files."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import pytest

from crosscap.downloads import catalogue
from crosscap.downloads.catalogue import ITEMS, find_item, near_names
from crosscap.downloads.items import FreeItem, ManualItem
from crosscap.readers.inputs import xtd_captions, xtd_names

ROOT = Path(__file__).parents[2]
FREE = [item for item in ITEMS.values() if isinstance(item, FreeItem)]
MANUAL = [item for item in ITEMS.values() if isinstance(item, ManualItem)]
FILES = [file for item in FREE for file in item.files]


def inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not PurePosixPath(path).is_absolute() and ".." not in parts


class TestEntries:
    def test_names_are_unique_and_fit_for_paths(self):
        assert len(ITEMS) == len(catalogue._FREE) + len(catalogue._MANUAL)
        assert [name for name in ITEMS if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name)] == []

    def test_addresses_are_of_https_and_name_a_file(self):
        assert {urlsplit(file.url).scheme for file in FILES} == {"https"}
        assert [file.url for file in FILES if not urlsplit(file.url).path.rpartition("/")[2]] == []

    def test_sha256_is_in_full_or_the_beginning_in_a_name(self):
        for file in (file for file in FILES if file.sha256 is not None):
            assert re.fullmatch("[0-9a-f]{64}", file.sha256) or f"-{file.sha256}." in file.url, file.url

    def test_targets_lie_inside_and_are_written_once(self):
        paths = [file.target for file in FILES] + [path for item in MANUAL for path in item.needs]
        assert [path for path in paths if not inside(path)] == []
        assert [path for path, count in Counter(paths).items() if count > 1] == []

    def test_a_file_of_the_web_keeps_its_name(self):
        assert [
            file.url for file in FILES if file.unpack == "none" and Path(file.url).name != Path(file.target).name
        ] == []

    def test_archives_say_what_they_hold(self):
        assert all(bool(file.creates) == (file.unpack != "none") for file in FILES)

    def test_each_item_has_files_a_licence_and_a_word_about_it(self):
        assert all(item.files and item.licence and item.note for item in FREE)
        assert all(item.needs and item.licence and item.steps for item in MANUAL)

    def test_sizes_are_positive(self):
        assert all(file.size is None or file.size > 0 for file in FILES)


class TestReaders:
    @pytest.mark.parametrize("language", ["de", "en", "es", "fr", "it", "ja", "ko", "pl", "ru", "tr", "zh"])
    def test_xtd10_is_where_its_reader_looks(self, language: str):
        targets = [file.target for file in ITEMS["xtd10"].files]
        assert str(xtd_captions(Path("xtd10"), language)) in targets
        assert str(xtd_names(Path("xtd10"))) in targets

    @pytest.mark.parametrize(
        ("task", "files"),
        [("task1", ["image_splits/test_2016_flickr.txt", "raw/val.fr.gz"]),
         ("task2", ["image_splits/test_2016_images.txt", "raw/train.5.de.gz"])],
    )  # fmt: skip
    def test_multi30k_is_in_its_repository_s_layout(self, task: str, files: list[str]):
        targets = [file.target for file in ITEMS[f"multi30k-{task}"].files]
        assert {f"multi30k/data/{task}/{file}" for file in files} <= set(targets)
        assert len(targets) == {"task1": 3 + 3 * 4, "task2": 3 + 3 * 5 * 2}[task]

    def test_the_preset_s_paths_are_those_of_the_catalogue(self):
        preset = (ROOT / "workflow/presets/multi30k.yaml").read_text(encoding="utf-8")
        targets = {file.target for file in FILES} | {path for item in MANUAL for path in item.needs}
        for path in re.findall(r"data/((?:vectors|flickr30k-images)\S*)", preset):
            assert path in targets


class TestNames:
    def test_each_dictionary_has_both_directions_and_all_parts(self):
        names = [Path(file.target).name for file in ITEMS["muse-en-ja"].files]
        assert names == [f"{pair}{part}.txt" for pair in ("en-ja", "ja-en") for part in ("", ".0-5000", ".5000-6500")]

    def test_an_unknown_name_is_not_found(self):
        assert find_item("nothing") is None
        assert find_item("xtd10") is ITEMS["xtd10"]

    def test_near_names_are_spelt_alike(self):
        assert near_names("xtd")[0] == "xtd10"
        assert near_names("muse-de-en") == ["muse-en-de"]

    def test_without_a_near_name_each_family_is_shown(self):
        assert {"vectors-af", "xtd10", "sts-images"} <= set(near_names("qqqq"))
