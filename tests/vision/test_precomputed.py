"""Precomputed features: found by name, in the order asked for, or refused with the names."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crosscap import parquet
from crosscap.faults import InputError
from crosscap.vision.precomputed import names_file, open_features, read_features

NAMES = ["a.jpg", "日本 b.jpg", "c.jpg"]
MATRIX = np.array([[1, 2], [3, 4], [5, 6.5]], dtype=np.float32)


def given(folder: Path, matrix: np.ndarray = MATRIX, *, names: str = "\n".join(NAMES) + "\n") -> Path:
    np.save(folder / "mine.npy", matrix)
    (folder / "names.txt").write_bytes(names.encode())
    return folder / "mine.npy"


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_rows_come_in_the_order_asked_for(tmp_path: Path, kind: type) -> None:
    found = read_features(given(tmp_path, MATRIX.astype(kind)), ["c.jpg", "a.jpg"])
    assert found.dtype == np.float32
    assert found.tolist() == [[5, 6.5], [1, 2]]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "ending"])
@pytest.mark.parametrize("first", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks(tmp_path: Path, ending: str, last: str, first: str) -> None:
    names = first + ending.join(NAMES) + (ending if last else "")
    assert read_features(given(tmp_path, names=names), NAMES).tolist() == MATRIX.tolist()


def test_names_with_unusual_line_separators_stay_whole(tmp_path: Path) -> None:
    names = ["a\u2028b.jpg", "c\x85d.jpg", "e\x0bf.jpg"]
    assert read_features(given(tmp_path, names="\n".join(names)), names).tolist() == MATRIX.tolist()


def test_names_beside_the_matrix_of_the_same_stem_come_first(tmp_path: Path) -> None:
    path = given(tmp_path)
    assert names_file(path).name == "names.txt"
    (tmp_path / "mine.txt").write_text("x\ny\nz\n")
    assert names_file(path).name == "mine.txt"
    assert read_features(path, ["z"]).tolist() == [[5, 6.5]]


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "mine.parquet"
    pd.DataFrame({"image_id": NAMES, "feature": MATRIX.tolist(), "other": 1}).to_parquet(path)
    assert read_features(path, NAMES[::-1]).tolist() == MATRIX[::-1].tolist()


def test_regions_stay_apart(tmp_path: Path) -> None:
    regions = np.arange(12, dtype=np.float32).reshape(3, 2, 2)
    assert read_features(given(tmp_path, regions), ["c.jpg"]).tolist() == [[[8, 9], [10, 11]]]


def test_captions_are_named_by_their_id(tmp_path: Path) -> None:
    path = tmp_path / "mine.parquet"
    pd.DataFrame({"caption_id": ["x", "y"], "feature": [[1.0], [2.0]]}).to_parquet(path)
    assert read_features(path, ["y"], item="caption").tolist() == [[2]]
    with pytest.raises(InputError, match="1 of 1 captions of the data set have no feature, first: z"):
        read_features(path, ["z"], item="caption")
    with pytest.raises(InputError, match="no column image_id; expected image_id and feature"):
        read_features(path, ["x"])


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"image_id": ["a"]}, "no column feature; expected image_id and feature"),
        ({"image_id": ["a", "b"], "feature": [[1.0], [1.0, 2.0]]}, "not lists of numbers of one length"),
        ({"image_id": ["a"], "feature": [["x"]]}, "not lists of numbers of one length"),
        ({"image_id": ["a"], "feature": [1.0]}, "expected a list of numbers a row"),
        ({"image_id": ["a", "b"], "feature": [[1.0], None]}, "column feature"),
    ],
)
def test_unusable_parquet_is_refused(tmp_path: Path, frame: dict[str, list[object]], message: str) -> None:
    pd.DataFrame(frame).to_parquet(tmp_path / "mine.parquet")
    with pytest.raises(InputError, match=message):
        read_features(tmp_path / "mine.parquet", ["a"])


def test_absent_images_are_counted_and_five_named(tmp_path: Path) -> None:
    asked = [*NAMES, *(f"{number}.jpg" for number in range(8))]
    with pytest.raises(InputError) as caught:
        read_features(given(tmp_path), asked)
    assert "8 of 11 images of the data set have no feature, first: 0.jpg, 1.jpg, 2.jpg, 3.jpg, 4.jpg;" in str(
        caught.value
    )


def test_duplicate_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 of 3 images are named twice, first: b;"):
        read_features(given(tmp_path, names="a\nb\nb\n"), ["a"])


def test_another_number_of_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"3 rows, but names\.txt has 2 names"):
        read_features(given(tmp_path, names="a\nb\n"), ["a"])


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_values_that_are_not_finite_are_refused_where_they_are_used(tmp_path: Path, value: float) -> None:
    matrix = MATRIX.astype(np.float64)
    matrix[1, 0] = value
    path = given(tmp_path, matrix)
    assert read_features(path, ["a.jpg"]).tolist() == [[1, 2]]
    with pytest.raises(InputError, match=r"1 of 3 features hold NaN, infinity .* first: 日本 b"):
        read_features(path, NAMES)


@pytest.mark.parametrize("matrix", [np.zeros(3), np.zeros((3, 2), dtype=np.int64), np.zeros((3, 1, 2, 2))])
def test_other_matrices_are_refused(tmp_path: Path, matrix: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"expected float16, float32 or float64 \[images, width\] or \[images, regi"):
        read_features(given(tmp_path, matrix), NAMES)


class Canary:
    """An object whose unpickling would make a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (str(self.path),))


def test_pickles_never_run(tmp_path: Path) -> None:
    path = given(tmp_path, np.array([[Canary(tmp_path / "canary")]], dtype=object))
    with pytest.raises(InputError, match=r"not a whole \.npy matrix of numbers"):
        read_features(path, NAMES)
    (tmp_path / "mine.npy").write_bytes(Canary.__name__.encode())
    with pytest.raises(InputError, match=r"not a whole \.npy matrix of numbers"):
        read_features(path, NAMES)
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(
    "header", [b"{'descr': '<f4', 'shape': (\0", b"{'descr'", b"(" * 120, b"{'shape': (9" + b"9" * 99]
)
def test_headers_that_are_not_python_are_refused(tmp_path: Path, header: bytes) -> None:
    np.save(tmp_path / "f.npy", np.ones((2, 3)))
    data = (tmp_path / "f.npy").read_bytes()
    (tmp_path / "f.npy").write_bytes(data[:10] + header.ljust(len(data[10:128])) + data[128:])
    (tmp_path / "f.txt").write_text("a\nb\n")
    with pytest.raises(InputError, match=r"f\.npy: not a whole \.npy matrix of numbers \(.*\); save it again"):
        read_features(tmp_path / "f.npy", ["a", "b"])


def test_archives_and_cut_files_are_refused(tmp_path: Path) -> None:
    path = given(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"mine\.npy: not a whole \.npy matrix"):
        read_features(path, NAMES)
    with path.open("wb") as file:
        np.savez(file, MATRIX)
    with pytest.raises(InputError, match="found an archive"):
        read_features(path, NAMES)


def test_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_features(tmp_path / "a.npy", [])
    with pytest.raises(InputError, match=r"\.npy matrix or a \.parquet file"):
        read_features(tmp_path / "a.csv", [])
    np.save(tmp_path / "a.npy", MATRIX)
    with pytest.raises(InputError, match=r"no a\.txt or names\.txt beside it"):
        read_features(tmp_path / "a.npy", [])
    (tmp_path / "a.txt").write_bytes(b"a\n\xff\nc")
    with pytest.raises(InputError, match=r"a\.txt: not UTF-8 at byte 2"):
        read_features(tmp_path / "a.npy", [])


def test_a_matrix_stays_on_disk_until_rows_are_asked_for(tmp_path: Path) -> None:
    path = given(tmp_path)
    features = open_features(path, NAMES[::-1])
    assert features.shape == (3, 2)
    np.save(path, 10 * MATRIX)
    assert features[1:].tolist() == [[30, 40], [10, 20]]


def test_bad_features_of_every_block_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BLOCK", MATRIX[0].nbytes)
    matrix = MATRIX.copy()
    matrix[[0, 2], 1] = np.nan
    with pytest.raises(InputError, match=r"2 of 3 features hold NaN, infinity .* first: c\.jpg, a\.jpg"):
        read_features(given(tmp_path, matrix), NAMES[::-1])
