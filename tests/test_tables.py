"""Tables are written whole, read verified, and never silently wrong."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscap import files, tables
from crosscap.faults import InputError
from crosscap.schemas import TABLES, VECTOR, matrix_column

EXAMPLES = {
    "str": ["a", "画像", ""],
    "int16": [0, -1, 32767],
    "int32": [0, -1, 2**31 - 1],
    "int64": [0, -1, 2**63 - 1],
    "float64": [0.5, float("nan"), float("inf")],
    "bool": [True, False, True],
    "list<str>": [["<start>", "ein", "<end>"], [], ["犬"]],
}
MATRIX = np.array([[1, 2, 3, 4], [-0.5, 0, 1e-30, 3e38], [0.1, 0.2, 0.3, 0.4]], dtype=np.float32)


def example(name: str) -> tuple[pd.DataFrame, np.ndarray | None]:
    """Return three rows of a table, with edge values in every column."""
    plain = {column: EXAMPLES[kind] for column, kind in TABLES[name].items() if kind != VECTOR}
    return pd.DataFrame(plain, index=range(3)), MATRIX if matrix_column(name) else None


def vectors_file(path: Path) -> Path:
    """Write a small table with a matrix and metadata."""
    frame, matrix = example("vectors")
    tables.write_table(frame, path, name="vectors", matrix=matrix, metadata={"trained": "fastText"})
    return path


@pytest.mark.parametrize("name", TABLES)
def test_every_table_survives_the_round_trip(tmp_path: Path, name: str) -> None:
    frame, matrix = example(name)
    tables.write_table(frame, tmp_path / "t.parquet", name=name, matrix=matrix)
    back = tables.read_table(tmp_path / "t.parquet", name=name)
    assert list(back.columns) == [column for column, kind in TABLES[name].items() if kind != VECTOR]
    for column in back.columns:
        expected = EXAMPLES[TABLES[name][column]]
        values = [list(value) if isinstance(value, np.ndarray) else value for value in back[column]]
        assert str(values) == str(expected)
    if matrix is not None:
        _, read = tables.read_matrix(tmp_path / "t.parquet", name=name)
        assert read.dtype == np.float32
        np.testing.assert_array_equal(read, matrix)
        read[0, 0] = 7  # the array is the caller's own


@pytest.mark.parametrize("name", TABLES)
def test_a_table_may_be_empty(tmp_path: Path, name: str) -> None:
    frame, matrix = example(name)
    tables.write_table(frame[:0], tmp_path / "t.parquet", name=name, matrix=None if matrix is None else matrix[:0])
    assert len(tables.read_table(tmp_path / "t.parquet", name=name)) == 0
    if matrix is not None:
        assert tables.read_matrix(tmp_path / "t.parquet", name=name)[1].shape == (0, 4)


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4), max_size=5))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, captions: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("tokens") / "t.parquet"
    same = [str(row) for row in range(len(captions))]
    ids = {"caption_id": same, "image_id": same, "language": same}
    frame = pd.DataFrame({**ids, "position": range(len(same)), "origin": same, "split": same})
    frame["tokens"] = pd.Series(captions, dtype=object)
    tables.write_table(frame, path, name="tokens")
    back = tables.read_table(path, name="tokens", columns=["tokens"])
    assert [list(tokens) for tokens in back["tokens"]] == captions


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = vectors_file(tmp_path / "a.parquet"), vectors_file(tmp_path / "b.parquet")
    assert hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()


def test_metadata_is_kept(tmp_path: Path) -> None:
    described = tables.read_metadata(vectors_file(tmp_path / "t.parquet"))
    assert described["trained"] == "fastText"
    assert described["crosscap.table"] == "vectors"
    assert described["crosscap.format"] == tables.FORMAT


def test_other_parquet_readers_can_read_it(tmp_path: Path) -> None:
    assert len(pd.read_parquet(vectors_file(tmp_path / "t.parquet"))) == 3
    assert len(tables.read_foreign(tmp_path / "t.parquet")) == 3


def test_a_flipped_bit_is_refused_wherever_it_is(tmp_path: Path) -> None:
    path = vectors_file(tmp_path / "t.parquet")
    whole = path.read_bytes()
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=re.escape(str(path))):
            tables.read_matrix(path, name="vectors")


@pytest.mark.parametrize("lost", [1, 8, 40, 100, 10_000])
def test_a_file_cut_short_is_refused(tmp_path: Path, lost: int) -> None:
    path = vectors_file(tmp_path / "t.parquet")
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(InputError, match=r"t\.parquet"):
        tables.read_table(path, name="vectors")


def test_another_table_is_refused(tmp_path: Path) -> None:
    path = vectors_file(tmp_path / "t.parquet")
    with pytest.raises(InputError, match="expected the table lexicon in format 2, found vectors in format 2"):
        tables.read_table(path, name="lexicon")


def test_another_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = vectors_file(tmp_path / "t.parquet")
    monkeypatch.setattr(tables, "FORMAT", "3")
    with pytest.raises(InputError, match="in format 3, found vectors in format 2; remove the file"):
        tables.read_table(path, name="vectors")


def test_a_foreign_parquet_file_is_refused_as_a_table(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"source": ["a"], "target": ["b"], "part": ["train"]}), path)
    with pytest.raises(InputError, match="damaged, or not a table that Crosscap wrote"):
        tables.read_table(path, name="lexicon")
    assert tables.read_foreign(path).loc[0, "source"] == "a"


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not Parquet at all, and some more bytes of it", b"\xff" * 100])
def test_what_is_not_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(content)
    for read in (tables.read_foreign, tables.read_metadata):
        with pytest.raises(InputError, match=r"t\.parquet"):
            read(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.parquet: no such file"):
        tables.read_table(tmp_path / "none.parquet", name="images")


def test_vectors_that_are_not_finite_are_refused_on_write_and_on_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame, _ = example("vectors")
    bad = MATRIX.copy()
    bad[1, 2] = np.nan
    with pytest.raises(ValueError, match="the matrix holds NaN or infinity"):
        tables.write_table(frame, tmp_path / "t.parquet", name="vectors", matrix=bad)
    monkeypatch.setattr(np, "isfinite", lambda values: np.ones(values.shape, dtype=bool))
    tables.write_table(frame, tmp_path / "t.parquet", name="vectors", matrix=bad)
    monkeypatch.undo()
    with pytest.raises(InputError, match="1 of 3 vectors hold NaN or infinity, first in row 1"):
        tables.read_matrix(tmp_path / "t.parquet", name="vectors")


def test_wrong_frames_are_programming_errors(tmp_path: Path) -> None:
    frame, _ = example("lexicon")
    path = tmp_path / "t.parquet"
    with pytest.raises(ValueError, match="table lexicon has the columns"):
        tables.write_table(frame[["target", "source", "part"]], path, name="lexicon")
    with pytest.raises(ValueError, match="2 missing values in column part"):
        tables.write_table(frame.assign(part=["train", None, None]), path, name="lexicon")
    with pytest.raises(ValueError, match="table lexicon has no vector column"):
        tables.write_table(frame, path, name="lexicon", matrix=MATRIX)
    with pytest.raises(ValueError, match="table features needs a matrix"):
        tables.write_table(pd.DataFrame({"image_id": ["a"]}), path, name="features")
    with pytest.raises(ValueError, match="1 rows but a matrix of shape"):
        tables.write_table(pd.DataFrame({"image_id": ["a"]}), path, name="features", matrix=MATRIX)
    with pytest.raises(ValueError, match="table lexicon has no vector column"):
        tables.read_matrix(path, name="lexicon")
    assert not path.exists()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.bin"
    files.atomic_write(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(InputError, match=r"t\.bin: the disk is full .*, 3 bytes needed\); make room and run again"):
        files.atomic_write(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
