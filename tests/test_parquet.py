"""Vectors pass to disk and back a block of rows at a time, whatever rows are asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscap import parquet, tables
from crosscap.faults import InputError

ROWS, REGIONS, WIDTH = 23, 3, 4
MATRIX = np.random.default_rng(0).random((ROWS, REGIONS * WIDTH), dtype=np.float32)
ROWS_A_BLOCK = 5


def features_file(path: Path, matrix: parquet.Rows = MATRIX) -> Path:
    """Write a features table of image ids and a matrix."""
    frame = pd.DataFrame({"image_id": [str(row) for row in range(matrix.shape[0])]})
    tables.write_table(frame, path, name="features", matrix=matrix)
    return path


@pytest.fixture(scope="module")
def in_blocks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a features table of five blocks, the last one short."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "BLOCK", ROWS_A_BLOCK * MATRIX[0].nbytes)
        return features_file(tmp_path_factory.mktemp("blocks") / "features.parquet")


def test_rows_are_written_in_blocks(in_blocks: Path) -> None:
    groups = pq.ParquetFile(in_blocks).metadata
    assert [groups.row_group(number).num_rows for number in range(groups.num_row_groups)] == [5, 5, 5, 5, 3]


def test_blocks_cover_every_row_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BLOCK", 40)
    assert list(parquet.row_blocks(np.empty((5, 2, 2)))) == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert list(parquet.row_blocks(np.empty((2, 100)))) == [slice(0, 1), slice(1, 2)]
    assert list(parquet.row_blocks(np.empty((0, 3)))) == [slice(0, 0)]


def test_blocks_change_nothing_but_the_layout(in_blocks: Path, tmp_path: Path) -> None:
    whole = features_file(tmp_path / "whole.parquet")
    for path in (whole, in_blocks):
        frame, matrix = tables.read_matrix(path, name="features")
        assert frame["image_id"].tolist() == [str(row) for row in range(ROWS)]
        assert matrix.tobytes() == MATRIX.tobytes()


@given(st.lists(st.integers(-ROWS, ROWS - 1)))
def test_any_rows_are_read_as_an_array_would_give_them(in_blocks: Path, rows: list[int]) -> None:
    _, stored = tables.open_matrix(in_blocks, name="features")
    chosen = np.array(rows, dtype=np.int64)
    np.testing.assert_array_equal(stored[chosen], MATRIX[chosen])


@pytest.mark.parametrize("rows", [slice(None), slice(4, 16), slice(20, 2, -3), MATRIX[:, 0] > 0.5])
def test_slices_and_masks_choose_rows_too(in_blocks: Path, rows: slice | np.ndarray) -> None:
    _, stored = tables.open_matrix(in_blocks, name="features")
    assert stored.shape == MATRIX.shape
    np.testing.assert_array_equal(stored[rows], MATRIX[rows])


def test_regions_of_an_image_are_written_flat(tmp_path: Path) -> None:
    path = features_file(tmp_path / "features.parquet", MATRIX.reshape(ROWS, REGIONS, WIDTH))
    np.testing.assert_array_equal(tables.read_matrix(path, name="features")[1], MATRIX)


def test_a_flipped_bit_is_found_where_its_block_is_read(in_blocks: Path, tmp_path: Path) -> None:
    damaged = bytearray(in_blocks.read_bytes())
    place = bytes(damaged).index(MATRIX[12].tobytes())  # in the third block
    damaged[place] ^= 1
    (tmp_path / "damaged.parquet").write_bytes(damaged)
    _, stored = tables.open_matrix(tmp_path / "damaged.parquet", name="features")
    np.testing.assert_array_equal(stored[:10], MATRIX[:10])
    with pytest.raises(InputError, match=r"damaged\.parquet: damaged; restore it"):
        stored[9:11]


def test_a_bad_vector_is_named_by_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = MATRIX.copy()
    bad[[7, 20], 1] = np.nan, np.inf
    monkeypatch.setattr(parquet, "BLOCK", ROWS_A_BLOCK * MATRIX[0].nbytes)
    with pytest.raises(ValueError, match="the matrix holds NaN or infinity"):
        features_file(tmp_path / "features.parquet", bad)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(np, "isfinite", lambda values: np.ones(values.shape, dtype=bool))
    _, stored = tables.open_matrix(features_file(tmp_path / "features.parquet", bad), name="features")
    monkeypatch.undo()
    assert len(stored[:7]) == 7
    with pytest.raises(InputError, match="2 of 18 vectors hold NaN or infinity, first in row 7"):
        stored[:4:-1]


MEASURING = """
import sys, tracemalloc
import numpy as np, pandas as pd, pyarrow as pa
from crosscap import parquet, tables

class Drawn:  # an array that is nowhere: its rows are drawn as they are asked for
    shape = (256, 2**15)
    def __getitem__(self, rows):
        return np.random.default_rng(rows.start).random((rows.stop - rows.start, self.shape[1]), dtype=np.float32)

def write():
    frame = pd.DataFrame({"image_id": [str(row) for row in range(256)]})
    tables.write_table(frame, sys.argv[1], name="features", matrix=Drawn())

parquet.BLOCK = 2**19
tables.write_table(pd.DataFrame({"image_id": ["a"]}), sys.argv[1], name="features", matrix=np.ones((1, 1)))
tables.read_matrix(sys.argv[1], name="features")  # what is imported at first use
tracemalloc.start()
for work in (
    write,
    lambda: tables.open_matrix(sys.argv[1], name="features")[1][::8],
    lambda: tables.read_matrix(sys.argv[1], name="features"),
):
    tracemalloc.reset_peak()
    work()
    print((tracemalloc.get_traced_memory()[1] + pa.default_memory_pool().max_memory()) / (4 * 256 * 2**15))
"""


def test_memory_does_not_grow_with_what_is_written_nor_beyond_what_is_read(tmp_path: Path) -> None:
    # what NumPy and Arrow take, against the array's 32 MiB; in a process of its own, as Arrow's peak cannot be reset
    command = [sys.executable, "-c", MEASURING, str(tmp_path / "features.parquet")]
    source = str(Path(__file__).parents[1] / "src")
    done = subprocess.run(command, env={"PYTHONPATH": source}, capture_output=True, text=True, check=True)
    write, some, everything = map(float, done.stdout.split())
    assert write < 0.3
    assert some < 0.3 + 1 / 8
    assert 1 <= everything < 1.3
