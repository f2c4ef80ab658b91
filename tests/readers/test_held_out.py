"""COCO ids in file names, and images kept out of training."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscap.faults import Faults
from crosscap.readers.checks import ImageRow
from crosscap.readers.held_out import coco_id, leave_out, read_names
from crosscap.readers.karpathy import ListedImage
from tests.readers.layouts import coco_name, write_lines


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("COCO_train2014_000000000009.jpg", 9),
        ("val2014/COCO_val2014_000000581929.jpg", 581929),
        ("000000000139.jpg", 139),  # as COCO 2017 names them
        ("COCO_val2014_139.jpg", None),
        ("COCO_val2014_00000000013९.jpg", None),
        ("dog.jpg", None),
        ("", None),
    ],
)
def test_ids_in_file_names(name, number):
    assert coco_id(name) == number


def test_names_with_their_lines(tmp_path):
    path = write_lines(tmp_path / "names.txt", ["COCO_val2014_000000000042.jpg", " ", "000000000139.jpg"])
    faults = Faults()
    names = read_names(path, faults)
    assert [(name.line, name.coco_id, name.folder) for name in names] == [(1, 42, "val2014"), (3, 139, "")]
    assert not faults.found


def test_an_empty_list_is_a_fault(tmp_path):
    faults = Faults()
    assert read_names(write_lines(tmp_path / "names.txt", ["", " "]), faults) == []
    assert [fault.code for fault in faults.found] == ["D-106"]


@given(
    images=st.dictionaries(st.integers(0, 40), st.sampled_from(["train", "val", "test"])),
    held_out=st.sets(st.integers(0, 40)),
)
def test_the_slow_and_obvious_way_agrees(images, held_out):
    listed = [
        ListedImage(ImageRow("f", 1, f"train2014/{coco_name('train2014', number)}", split), (), number)
        for number, split in images.items()
    ]
    faults = Faults()
    kept = [(image.coco_id, image.row.split) for image in leave_out(listed, held_out, faults)]
    expected = []
    for number, split in images.items():
        if split == "test" or number not in held_out:
            expected.append((number, split))
    assert kept == expected
    assert not faults.found
