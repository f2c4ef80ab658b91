"""The three scripts of image features, from table to table."""

import hashlib
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from extract_features import extract_features
from gather_features import gather_features
from PIL import Image
from read_features import read_features

from crosscap import parquet, tables

SETTINGS = {"backbone": "resnet18", "weights": "seed:1", "crops": 1, "resize": 32, "crop": 32, "batch_size": 2}


@pytest.fixture
def images(tmp_path: Path) -> Path:
    return draw_images(tmp_path, 5)


def draw_images(tmp_path: Path, count: int) -> Path:
    """Draw images of one colour each, and write their table."""
    rows = []
    for number in range(count):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (40, 32), (number * 10 % 256, number * 70 % 256, number * 150 % 256)).save(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        rows.append((f"{number}.png", "train", path.name, sha256, 40, 32))
    frame = pd.DataFrame(rows, columns=["image_id", "split", "path", "sha256", "width", "height"])
    tables.write_table(frame, tmp_path / "images.parquet", name="images")
    return tmp_path / "images.parquet"


# of 17 images in batches of 2; with 5, most of the eight shards are empty
@pytest.mark.parametrize(("count", "shards"), [(17, 8), (17, 2), (5, 8)])
def test_gathered_shards_are_the_unsharded_table(
    count: int, shards: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = draw_images(tmp_path, count)
    monkeypatch.setattr(parquet, "BLOCK", 6 * 512 * 4)  # six rows: blocks and shards cross

    def extract(shards: int) -> list[Path]:
        paths = [tmp_path / f"{shard}-of-{shards}.parquet" for shard in range(1, shards + 1)]
        for shard, path in enumerate(paths, start=1):
            extract_features(images, path, folder=tmp_path, shard=shard, shards=shards, **SETTINGS)
        return paths

    (whole,) = extract(1)
    gather_features(extract(shards), tmp_path / "features.parquet")
    assert (tmp_path / "features.parquet").read_bytes() == whole.read_bytes()
    frame, matrix = tables.read_matrix(whole, name="features")
    assert frame["image_id"].tolist() == [f"{number}.png" for number in range(count)]
    assert matrix.shape == (count, 512)
    assert len(np.unique(matrix, axis=0)) == count
    assert tables.read_metadata(whole)["backbone"] == "resnet18"


def test_gathering_holds_a_block_of_rows(tmp_path: Path) -> None:
    matrix = np.ones((1, 2**20), dtype=np.float32).repeat(16, axis=0)  # 64 MB, four shards of 16
    shards = [tmp_path / f"{shard}.parquet" for shard in range(4)]
    for number, shard in enumerate(shards):
        frame = pd.DataFrame({"image_id": [f"{number}-{row}.png" for row in range(4)]})
        tables.write_table(frame, shard, name="features", matrix=matrix[:4])
    tracemalloc.start()  # of NumPy's arrays: the vectors that pass
    gather_features(shards, tmp_path / "features.parquet")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000 + 2 * parquet.BLOCK
    assert tables.read_matrix(tmp_path / "features.parquet", name="features")[1].shape == matrix.shape


def test_precomputed_features_come_in_the_order_of_the_images(images: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "mine.npy", np.arange(12, dtype=np.float16).reshape(6, 2))
    (tmp_path / "mine.txt").write_text("".join(f"{number}.png\n" for number in range(5, -1, -1)))
    read_features(images, tmp_path / "features.parquet", precomputed=tmp_path / "mine.npy")
    frame, matrix = tables.read_matrix(tmp_path / "features.parquet", name="features")
    assert frame["image_id"].tolist() == [f"{number}.png" for number in range(5)]
    assert matrix[:, 0].tolist() == [10, 8, 6, 4, 2]


def test_reading_precomputed_features_needs_no_torch() -> None:
    code = f"import sys, json; sys.path[:] = {sys.path!r}; import read_features; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert not {"torch", "torchvision"} & set(json.loads(done.stdout))
