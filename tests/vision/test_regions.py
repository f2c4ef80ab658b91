"""The mean of an image's regions."""

import numpy as np
import pytest

from crosscap import parquet
from crosscap.vision.regions import mean_regions


def test_by_eye() -> None:
    features = np.array([[1, 2, 3, 6], [0, 0, 5, -5]], dtype=np.float32)  # two regions of two numbers
    assert mean_regions(features, 2).tolist() == [[2, 4], [2.5, -2.5]]


@pytest.mark.parametrize("block", [4, 100, 10_000])
def test_blocks_change_nothing_and_one_region_is_its_own_mean(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    features = np.random.default_rng(0).normal(size=(7, 12)).astype(np.float32)
    monkeypatch.setattr(parquet, "BLOCK", block)
    assert mean_regions(features, 1).tobytes() == features.tobytes()
    slow = [[np.mean([row[k], row[4 + k], row[8 + k]]) for k in range(4)] for row in features]
    np.testing.assert_allclose(mean_regions(features, 3), slow, rtol=1e-5)
