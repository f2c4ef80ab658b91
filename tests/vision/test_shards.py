"""Shards: every row once, whole batches, nearly equal; and joined only when they belong together."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscap.faults import InputError
from crosscap.vision.shards import Joined, common_metadata, join_features, shard_rows


def test_by_eye() -> None:
    rows = [shard_rows(10, shard=shard, shards=2, batch_size=3) for shard in (1, 2)]
    assert rows == [range(6), range(6, 10)]


@given(st.integers(0, 200), st.integers(1, 12), st.integers(1, 40))
def test_shards_cover_every_row_once_in_whole_batches(count: int, shards: int, batch_size: int) -> None:
    parts = [shard_rows(count, shard=shard, shards=shards, batch_size=batch_size) for shard in range(1, shards + 1)]
    assert [row for part in parts for row in part] == list(range(count))
    assert all(part.start % batch_size == 0 for part in parts if part)
    batches = [-(-len(part) // batch_size) for part in parts]
    assert max(batches) - min(batches) <= 1


@pytest.mark.parametrize("shard", [0, 3])
def test_shards_count_from_one(shard: int) -> None:
    with pytest.raises(ValueError, match=f"shard {shard} of 2"):
        shard_rows(10, shard=shard, shards=2, batch_size=1)


def part(*names: str) -> tuple[pd.DataFrame, np.ndarray]:
    return pd.DataFrame({"image_id": names}), np.array([[float(ord(name))] for name in names]).reshape(-1, 1)


def test_shards_are_joined_in_order() -> None:
    frame, matrix = join_features([part("b", "a"), part(), part("c")])
    assert frame["image_id"].tolist() == ["b", "a", "c"]
    assert matrix[:][:, 0].tolist() == [98, 97, 99]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.integers(0, 26), st.integers(0, 26))
def test_joined_rows_are_those_of_the_whole(counts: list[int], start: int, stop: int) -> None:
    whole = np.arange(2 * sum(counts), dtype=np.float32).reshape(-1, 2)
    joined = Joined(np.split(whole, np.cumsum(counts[:-1])))
    assert joined.shape == whole.shape
    assert np.array_equal(joined[start:stop], whole[start:stop])


def test_a_shared_image_is_refused() -> None:
    with pytest.raises(InputError, match="share 1 images, first: a; extract them again"):
        join_features([part("a", "b"), part("a")])


def test_shards_of_different_making_are_refused() -> None:
    same = {"backbone": "resnet18", "precision": "float32"}
    assert common_metadata([same, dict(same)]) == same
    for other in ({**same, "precision": "float16"}, {"backbone": "resnet18"}):
        with pytest.raises(InputError, match="differ in precision; extract them again"):
            common_metadata([same, other])
