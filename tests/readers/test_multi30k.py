"""The Multi30K reader on miniature copies of the official layout."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from crosscap.faults import InputError
from crosscap.readers.multi30k import read_multi30k
from tests.readers.layouts import write_lines
from tests.readers.layouts import write_multi30k_task1 as write_task1
from tests.readers.layouts import write_multi30k_task2 as write_task2


def read(folder: Path, *, task: str = "task2", images: Path | None = None, languages=("en", "de")):
    return read_multi30k(folder, task=task, images=images, languages=languages)


def faults_of(folder: Path, **arguments) -> list[str]:
    with pytest.raises(InputError) as error:
        read(folder, **arguments)
    return [line.strip() for line in str(error.value).split("\n")[1:]]


@pytest.mark.parametrize("ending", [".gz", ""])
def test_task2_by_eye(tmp_path, ending):
    write_task2(tmp_path, ending=ending)
    images, captions = read(tmp_path)
    assert images["image_id"].tolist() == [f"{number}.jpg" for number in range(1, 7)]
    assert images["split"].tolist() == ["train"] * 3 + ["val"] * 2 + ["test"]
    assert set(images["path"]) | set(images["sha256"]) == {""}
    assert len(captions) == 6 * 5 * 2
    assert set(captions["origin"]) == {"human"}
    texts = captions.set_index("caption_id")["text"]
    assert texts["3.jpg#en#0"] == "train 1 en 3"
    assert texts["5.jpg#de#4"] == "val 5 de 2"
    assert texts["6.jpg#de#2"] == "test 3 de 1"


def test_task1_by_eye(tmp_path):
    write_task1(tmp_path)
    _, captions = read(tmp_path, task="task1", languages=["en", "fr", "cs"])
    rows = captions.set_index("caption_id")
    assert len(rows) == 6 * 3
    assert rows.loc["5.jpg#fr#0", ["text", "origin"]].tolist() == ["val fr 2", "translation"]
    assert rows.loc["6.jpg#en#0", ["text", "origin"]].tolist() == ["test en 1", "human"]


def test_added_language_in_the_same_layout_is_read(tmp_path):
    write_task2(tmp_path, languages=("en", "ja"))
    _, captions = read(tmp_path, languages=["ja"])
    assert set(captions["language"]) == {"ja"}


def test_photos_are_read(tmp_path):
    write_task2(tmp_path)
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(1, 7):
        Image.new("RGB", (number, 9)).save(photos / f"{number}.jpg")
    images, _ = read(tmp_path, images=photos)
    assert images["width"].tolist() == [1, 2, 3, 4, 5, 6]
    assert images["path"].tolist() == images["image_id"].tolist()


def test_equal_captions_of_an_image_are_kept(tmp_path):
    root = write_task2(tmp_path)
    write_lines(root / "raw" / "test_2016.2.de.gz", ["test 1 de 1"])
    _, captions = read(tmp_path)
    assert len(captions) == 60


def test_wrong_folder_is_a_fault(tmp_path):
    write_task2(tmp_path)
    place = tmp_path / "data" / "data" / "task2"
    message = "no such folder; give the folder of the repository, the one that holds data"
    assert faults_of(tmp_path / "data") == [f"D-101 {place}: {message}"]


def test_missing_files_are_faults(tmp_path):
    root = write_task2(tmp_path)
    (root / "image_splits" / "val_images.txt").unlink()
    (root / "raw" / "train.3.de.gz").unlink()
    faults = faults_of(tmp_path)
    assert [fault.partition(": ")[0] for fault in faults] == [
        f"D-101 {root / 'image_splits' / 'val_images.txt'}",
        f"D-101 {root / 'raw' / 'train.3.de.gz'}",
    ]
    assert "cannot be read (No such file or directory); restore the file" in faults[0]


def test_language_without_files_is_one_fault(tmp_path):
    root = write_task2(tmp_path)
    assert faults_of(tmp_path, languages=["en", "fr"]) == [
        f"D-125 {root / 'raw'}: no captions in fr (languages found: 'de', 'en'); add them or ask for other languages"
    ]


@pytest.mark.parametrize("lines", [[], ["one"], ["one"] * 4])
def test_other_number_of_lines_is_a_fault(tmp_path, lines):
    root = write_task2(tmp_path)
    write_lines(root / "raw" / "train.4.en.gz", lines)
    assert faults_of(tmp_path) == [
        f"D-106 {root / 'raw' / 'train.4.en.gz'}: {len(lines)} lines where "
        f"{root / 'image_splits' / 'train_images.txt'} has 3; "
        "restore both files: each line is the caption of that line's image"
    ]


def test_empty_image_list_is_a_fault(tmp_path):
    root = write_task2(tmp_path)
    place = root / "image_splits" / "train_images.txt"
    write_lines(place, [])
    assert faults_of(tmp_path) == [f"D-106 {place}: the list of images is empty; restore the file"]


def test_gzip_cut_short_is_a_fault(tmp_path):
    root = write_task2(tmp_path)
    place = root / "raw" / "train.1.en.gz"
    place.write_bytes(place.read_bytes()[:-9])
    (fault,) = faults_of(tmp_path)
    assert fault.startswith(f"D-102 {place}: cut short or damaged (")


def test_all_faults_are_told_at_once(tmp_path):
    root = write_task2(tmp_path)
    write_lines(root / "image_splits" / "train_images.txt", ["1.jpg", "", "/etc/passwd"])
    write_lines(root / "image_splits" / "val_images.txt", ["4.jpg", "4.jpg"])
    write_lines(root / "image_splits" / "test_2016_images.txt", ["1.jpg"])
    write_lines(root / "raw" / "train.1.de.gz", ["fine", "", "nul\0"])
    (root / "raw" / "val.1.de.gz").write_bytes(gzip.compress(b"fine\r\n\xff\xfe\r\n"))
    lists, raw = root / "image_splits", root / "raw"
    assert [fault.partition(": ")[0] for fault in faults_of(tmp_path)] == [
        f"D-112 {lists / 'test_2016_images.txt'}:1",
        f"D-110 {lists / 'train_images.txt'}:2",
        f"D-110 {lists / 'train_images.txt'}:3",
        f"D-111 {lists / 'val_images.txt'}:2",
        f"D-120 {raw / 'train.1.de.gz'}:2",
        f"D-121 {raw / 'train.1.de.gz'}:3",
        f"D-103 {raw / 'val.1.de.gz'}:2",
    ]


@settings(max_examples=15, deadline=None)
@given(texts=st.lists(st.from_regex(r"[a-zäß\u2028\u0085犬,\"' ]*[a-z犬]", fullmatch=True), min_size=15, max_size=15))
def test_valid_captions_round_trip(tmp_path_factory, texts):
    root = write_task2(tmp_path_factory.mktemp("set"), languages=("de",))
    for number in range(5):
        write_lines(root / "raw" / f"train.{number + 1}.de.gz", texts[3 * number : 3 * number + 3])
    _, captions = read(root.parent.parent, languages=["de"])
    assert captions["text"].tolist()[:15] == [text.strip() for text in texts]
