"""The XTD10 reader on a miniature of the official repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscap.faults import InputError
from crosscap.readers.xtd import KNOWN, read_xtd
from tests.readers.layouts import (
    XTD_FILES,
    XTD_IMAGES,
    coco_documents,
    coco_name,
    write_coco,
    write_document,
    write_lines,
    write_xtd,
)

ALL = tuple(XTD_FILES)
NAMES = [f"{archive}/{coco_name(archive, number)}" for archive, number in XTD_IMAGES]


def read(folder: Path, *, coco: Path | None = None, restval: str = "train", languages=ALL):
    return read_xtd(folder, coco=coco, restval=restval, images=None, languages=languages)


def faults_of(folder: Path, **arguments) -> list[str]:
    with pytest.raises(InputError) as error:
        read(folder, **arguments)
    return [line.strip() for line in str(error.value).split("\n")[1:]]


def test_the_test_split_by_eye(tmp_path):
    images, captions = read(write_xtd(tmp_path))
    assert images["image_id"].tolist() == NAMES
    assert set(images["split"]) == {"test"}
    assert len(captions) == 3 * 11
    assert set(captions["language"]) == set(KNOWN)
    texts = captions.set_index("caption_id")["text"]
    assert texts["val2014/COCO_val2014_000000000042.jpg#ja#0"] == "ja 42"
    assert texts["val2014/COCO_val2014_000000000139.jpg#tr#0"] == "tr 139"  # the file has CRLF and no final line end


def test_origins(tmp_path):
    _, captions = read(write_xtd(tmp_path))
    human = set(captions.loc[captions["origin"] == "human", "language"])
    translated = set(captions.loc[captions["origin"] == "translation", "language"])
    assert human == {"en", "ja"}
    assert translated == set(ALL) - human


@pytest.mark.parametrize(("restval", "train"), [("train", {9, 30, 133}), ("leave_out", {9, 30})])
def test_english_is_trained_on_without_the_images_of_xtd(tmp_path, restval, train):
    coco = write_coco(tmp_path / "dataset_coco.json")
    images, captions = read(write_xtd(tmp_path), coco=coco, restval=restval)
    ids = images.assign(number=[int(name[-16:-4]) for name in images["image_id"]]).groupby("split")["number"].apply(set)
    assert ids["train"] == train
    assert ids["val"] == {73, 74}
    assert ids["test"] == {25, 42, 139}  # 136, of COCO's own test split, is not used
    splits = captions.merge(images, on="image_id").groupby("language")["split"].apply(set)
    assert splits["en"] == {"train", "val", "test"}
    assert all(splits[language] == {"test"} for language in ALL if language != "en")
    test = captions[captions["image_id"].isin(NAMES)]
    assert test.groupby(["image_id", "language"]).size().eq(1).all()


def test_at_the_official_size_1000_captions_a_language_and_none_of_their_images_is_trained_on(tmp_path):
    tested = [("train2014", number) for number in range(1, 801)] + [("val2014", number) for number in range(801, 1001)]
    listed = {
        "train": [("train2014", number) for number in [*range(700, 801), *range(1100, 1200)]],
        "restval": [("val2014", number) for number in range(990, 1010)],
        "val": [("val2014", 950), ("val2014", 1950)],
    }
    images, captions = read(write_xtd(tmp_path, tested), coco=write_coco(tmp_path / "dataset_coco.json", listed))
    numbers = images.assign(number=[int(name[-16:-4]) for name in images["image_id"]])
    of_split = numbers.groupby("split")["number"].apply(set)
    assert of_split["test"] == set(range(1, 1001))
    assert of_split["train"] == {*range(1100, 1200), *range(1001, 1010)}
    assert of_split["val"] == {1950}
    of_test = captions.merge(images[images["split"] == "test"], on="image_id")
    assert of_test.groupby("language").size().to_dict() == dict.fromkeys(KNOWN, 1000)


def test_a_held_out_image_under_another_id_is_found(tmp_path):
    document = coco_documents()
    document["images"][1]["cocoid"] = 1025
    coco = write_document(tmp_path / "dataset_coco.json", document)
    codes = [fault.partition(" ")[0] for fault in faults_of(write_xtd(tmp_path), coco=coco, languages=["en"])]
    assert "D-116" in codes  # it would be trained on
    assert "D-112" in codes  # and it is in two splits


def test_hub_need_not_be_asked_for(tmp_path):
    coco = write_coco(tmp_path / "dataset_coco.json")
    _, captions = read(write_xtd(tmp_path), coco=coco, languages=["ja"])
    assert set(captions["language"]) == {"ja"}


def test_blank_lines_do_not_count(tmp_path):
    folder = write_xtd(tmp_path)
    write_lines(folder / XTD_FILES["ko"], ["", "ko 25", "ko 42", "  ", " ko  139 ", ""], ending="\r\n")
    _, captions = read(folder, languages=["ko"])
    assert captions["text"].tolist() == ["ko 25", "ko 42", "ko 139"]


@pytest.mark.parametrize("lines", [[], ["a", "b"], ["a", "", "c"], ["a", "b", "c", "d"]])
def test_other_number_of_captions_is_a_fault(tmp_path, lines):
    folder = write_xtd(tmp_path)
    path = write_lines(folder / XTD_FILES["ja"], lines)
    count = len([line for line in lines if line])
    assert faults_of(folder, languages=["ja", "en"]) == [
        f"D-106 {path}: {count} captions where the list of images has 3 (the official files: 1,000); "
        "restore the files: each line is the caption of that line's image"
    ]


def test_a_language_without_a_file_is_a_fault(tmp_path):
    folder = write_xtd(tmp_path)
    (folder / XTD_FILES["fr"]).unlink()
    first, second = faults_of(folder, languages=["en", "fr", "cs"])
    assert first.startswith(f"D-125 {folder}: no captions in fr (languages found: 'de', 'en', 'es', 'it', 'ja'")
    assert second.startswith(f"D-125 {folder}: no captions in cs")


def test_a_further_language_in_the_same_layout_is_read(tmp_path):
    folder = write_xtd(tmp_path)
    write_lines(folder / "XTD10/test_1kcaptions_cs.txt", ["cs 25", "cs 42", "cs 139"])
    _, captions = read(folder, languages=["cs"])
    assert captions["text"].tolist() == ["cs 25", "cs 42", "cs 139"]


def test_faults_of_the_list_of_images(tmp_path):
    folder = write_xtd(tmp_path)
    names = write_lines(
        folder / "XTD10/test_image_names.txt", [coco_name("val2014", 42), "000000000009.jpg", "dog.jpg"]
    )
    assert [fault.partition(": ")[0] for fault in faults_of(folder, languages=["en"])] == [
        f"D-115 {names}:2",
        f"D-115 {names}:3",
    ]
    write_lines(names, [coco_name("val2014", 42)] * 2)
    write_lines(folder / XTD_FILES["en"], ["en 42"] * 2)
    assert [fault.partition(": ")[0] for fault in faults_of(folder, languages=["en"])] == [f"D-111 {names}:2"]


def test_a_wrong_folder_is_a_fault(tmp_path):
    codes = [fault.partition(" ")[0] for fault in faults_of(tmp_path, languages=["en"])]
    assert codes == ["D-125", "D-101"]


def test_a_missing_list_of_images_is_one_fault(tmp_path):
    folder = write_xtd(tmp_path)
    (folder / "XTD10/test_image_names.txt").unlink()
    (fault,) = faults_of(folder)
    assert fault.startswith(f"D-101 {folder}/XTD10/test_image_names.txt: cannot be read")
