"""Photos that cannot be used are set aside with their captions, counted, and told of; without leave they are faults."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crosscap.faults import InputError
from crosscap.readers.choose import read
from crosscap.readers.quarantine import Quarantine, notices
from tests.readers import layouts

SPLITS = {"train": 6, "val": 2, "test": 4}
NAMES = [(f"{split}{number}.jpg", split) for split, count in SPLITS.items() for number in range(count)]


def jpeg() -> bytes:
    data = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (30, 40, 3), dtype=np.uint8)).save(data, "JPEG")
    return data.getvalue()


@pytest.fixture
def section(tmp_path: Path) -> dict[str, object]:
    """The settings of a data set of whole photos."""
    (tmp_path / "images").mkdir()
    for name, _ in NAMES:
        (tmp_path / "images" / name).write_bytes(jpeg())
    lines = [f"{name},{code},{code} of {name},{split}" for name, split in NAMES for code in ("en", "ja")]
    layouts.write_lines(tmp_path / "captions.csv", ["image,language,caption,split", *lines])
    return {"captions": str(tmp_path / "captions.csv"), "images": str(tmp_path / "images"), "split_percent": {}}


@pytest.fixture
def broken(section: dict[str, object], tmp_path: Path) -> dict[str, object]:
    """The same with four photos damaged, of which a look at the header tells three."""
    whole = jpeg()
    for name, data in {"train0": b"", "train1": b"<html>not found</html>", "train2": whole[: len(whole) // 2]}.items():
        (tmp_path / "images" / f"{name}.jpg").write_bytes(data)
    (tmp_path / "images/test3.jpg").unlink()
    return section


def test_broken_photos_leave_with_their_captions(broken, caplog, tmp_path):
    (tmp_path / "images/train2.jpg").write_bytes(jpeg())
    lines = (tmp_path / "captions.csv").read_text().replace("ja of test3.jpg", " ")  # a fault of its own
    (tmp_path / "captions.csv").write_text(lines)
    quarantine = Quarantine()
    images, captions = read("folder", languages=["en", "ja"], settings=broken, quarantine=quarantine)
    gone = {"train0.jpg", "train1.jpg", "test3.jpg"}
    assert set(images["image_id"]) == {name for name, _ in NAMES} - gone == set(captions["image_id"])
    assert len(captions) == 2 * len(images)
    kept = quarantine.as_dict()
    assert [(photo["image_id"], photo["split"], photo["problem"][:5]) for photo in kept["photos"]] == [
        ("test3.jpg", "test", "D-131"),
        ("train0.jpg", "train", "D-133"),
        ("train1.jpg", "train", "D-133"),
    ]
    assert (kept["captions"], kept["images"]) == (6, SPLITS)
    assert "3 photos quarantined with 6 captions: 2 train, 1 test." in caplog.text
    assert "THE TEST SET IS SHORTER: 3 of its 4 images are left." in caplog.text


def test_without_leave_they_are_faults(broken):
    with pytest.raises(InputError) as error:
        read("folder", languages=["en", "ja"], settings=broken)
    assert str(error.value).startswith("3 faults")  # the half photo's is found when features are extracted
    assert "captions.csv:2: photo 'train0.jpg' cannot be opened as JPEG or PNG; is it a web page" in str(error.value)
    assert "captions.csv:24: 1 photo is not in" in str(error.value)


@pytest.mark.parametrize("size", [20, len(jpeg()) // 2, -1])
def test_a_photo_that_lacks_its_end_is_found(section, tmp_path, size):
    (tmp_path / "images/val1.jpg").write_bytes(jpeg()[:size])
    quarantine = Quarantine()
    images, _ = read("folder", languages=["en", "ja"], settings=section, quarantine=quarantine)
    assert len(images) == len(NAMES) - 1
    ((name, split, problem),) = quarantine.photos
    assert (name, split) == ("val1.jpg", "val")
    assert problem.startswith("D-133 photo 'val1.jpg' ")


def test_more_than_half_a_split_is_too_much(broken, tmp_path):
    (tmp_path / "images/train3.jpg").write_bytes(b"")
    with pytest.raises(InputError) as error:
        read("folder", languages=["en", "ja"], settings=broken, quarantine=Quarantine())
    found = "4 of 6 photos of train cannot be used, first: D-133 photo 'train0.jpg' cannot be opened as JPEG or PNG"
    assert f"D-135 {tmp_path}/images: {found}" in str(error.value)
    assert str(error.value).endswith("; is it the right folder?")
    assert "of test" not in str(error.value)


def test_a_missing_folder_is_a_fault_all_the_same(section, tmp_path):
    section["images"] = str(tmp_path / "nowhere")
    with pytest.raises(InputError, match="D-130"):
        read("folder", languages=["en", "ja"], settings=section, quarantine=Quarantine())


def test_whole_photos_are_not_spoken_of(section):
    quarantine = Quarantine()
    images, _ = read("folder", languages=["en", "ja"], settings=section, quarantine=quarantine)
    assert len(images) == len(NAMES)
    assert quarantine.as_dict() == {"photos": [], "captions": 0, "images": SPLITS}
    assert notices(quarantine.as_dict()) == []
    assert notices(Quarantine().as_dict()) == []  # of a data set without photos


def test_every_reader_of_photos_sets_aside(tmp_path):
    layouts.write_multi30k_task1(tmp_path)
    layouts.write_xtd(tmp_path)
    coco, flickr = layouts.write_coco(tmp_path / "coco.json"), layouts.write_flickr30k(tmp_path / "flickr.json")
    photos = str(tmp_path / "photos")
    both = {"restval": "train", "images": photos}
    split = {"only_captioned": False, "split_percent": None, "leave_out": None, "captions": {}}
    sections = {
        "multi30k": {"folder": str(tmp_path), "task": "task1", "images": photos},
        "coco": {"split_file": str(coco), **split, **both},
        "flickr30k": {"split_file": str(flickr), "images": photos},
        "xtd": {"folder": str(tmp_path), "coco": None, **both},
    }
    for reader, settings in sections.items():
        plain, _ = read(reader, languages=["en"], settings=settings | {"images": None})
        for name in plain["image_id"]:
            (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "photos" / name).write_bytes(jpeg())
        counts = plain["split"].value_counts()
        broken = plain[plain["split"] == counts.idxmax()]["image_id"].iloc[0]
        (tmp_path / "photos" / broken).write_bytes(b"")
        quarantine = Quarantine()
        images, captions = read(reader, languages=["en"], settings=settings, quarantine=quarantine)
        assert [photo.image_id for photo in quarantine.photos] == [broken]
        assert set(images["image_id"]) == set(plain["image_id"]) - {broken} == set(captions["image_id"])
