"""Large files of word vectors are checked at both ends."""

from __future__ import annotations

import gzip
from pathlib import Path

import fasttext
import pytest

from crosscap.doctor import vector_files
from crosscap.faults import InputError

ROWS = [f"word{place} 1 2 3" for place in range(100)]


@pytest.fixture(autouse=True)
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    """All files are large, and few bytes are read of them."""
    monkeypatch.setattr(vector_files, "WHOLE", 0)
    monkeypatch.setattr(vector_files, "ENDS", 100)


def write(path: Path, rows: list[str], *, ending: str = "\n") -> Path:
    data = ("100 3\n" + "\n".join(rows) + ending).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("name", ["a.vec", "a.vec.gz"])
def test_a_sound_file_has_its_dimension_and_no_coverage(name: str, tmp_path: Path) -> None:
    assert vector_files.check_vectors(write(tmp_path / name, ROWS), ["word1"]) == (3, None)


@pytest.mark.parametrize(
    ("place", "row", "message"),
    [
        (1, "word1 1 2", r"D-311 .*a\.vec:3: 2 numbers, expected 3"),
        (2, "word2 1 2 x", r"D-313 .*a\.vec:4: not a number"),
        (0, "word0 1 2 nan", r"D-314 .*a\.vec:2: holds NaN"),
        (99, "word99 1 2", r"D-311 .*a\.vec: 2 numbers"),
    ],
)
def test_faults_at_the_ends_are_found(place: int, row: str, message: str, tmp_path: Path) -> None:
    rows = [*ROWS[:place], row, *ROWS[place + 1 :]]
    with pytest.raises(InputError, match=message):
        vector_files.check_vectors(write(tmp_path / "a.vec", rows), [])


def test_what_is_in_the_middle_passes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.vec", [*ROWS[:50], "word50 1", *ROWS[51:]])
    assert vector_files.check_vectors(path, []) == (3, None)


def test_a_file_cut_short_is_found(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"D-312 .* the last row is not ended"):
        vector_files.check_vectors(write(tmp_path / "a.vec", ROWS, ending=""), [])


def test_a_sound_model_has_its_dimension(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("a b c d e\n" * 200)
    model = fasttext.train_unsupervised(str(tmp_path / "text.txt"), dim=4, bucket=100, minCount=1, thread=1, verbose=0)
    model.save_model(str(tmp_path / "a.bin"))
    assert vector_files.check_vectors(tmp_path / "a.bin", []) == (4, None)
    assert set(vector_files.own_words(tmp_path / "a.bin", 10)) >= set("abcde")


def test_a_file_that_is_no_model_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"no model" * 100)
    with pytest.raises(InputError, match="not a whole fastText model"):
        vector_files.check_vectors(tmp_path / "a.bin", [])
