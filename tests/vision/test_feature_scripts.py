"""The three scripts of image features, from table to table."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from extract_features import extract_features
from gather_features import gather_features
from PIL import Image
from read_features import read_features

from crosscap import tables

SETTINGS = {"backbone": "resnet18", "weights": "seed:1", "crops": 1, "resize": 32, "crop": 32, "batch_size": 2}


@pytest.fixture
def images(tmp_path: Path) -> Path:
    rows = []
    for number, colour in enumerate(["red", "green", "blue", "white", "black"]):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (40, 32), colour).save(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        rows.append((f"{number}.png", "train", path.name, sha256, 40, 32))
    frame = pd.DataFrame(rows, columns=["image_id", "split", "path", "sha256", "width", "height"])
    tables.write_table(frame, tmp_path / "images.parquet", name="images")
    return tmp_path / "images.parquet"


def test_gathered_shards_are_the_unsharded_table(images: Path, tmp_path: Path) -> None:
    def extract(shard: int, shards: int) -> Path:
        path = tmp_path / f"{shard}-of-{shards}.parquet"
        extract_features(images, path, folder=tmp_path, shard=shard, shards=shards, **SETTINGS)
        return path

    whole = extract(1, 1)
    gather_features([extract(1, 2), extract(2, 2)], tmp_path / "features.parquet")
    assert (tmp_path / "features.parquet").read_bytes() == whole.read_bytes()
    frame, matrix = tables.read_matrix(whole, name="features")
    assert frame["image_id"].tolist() == [f"{number}.png" for number in range(5)]
    assert matrix.shape == (5, 512)
    assert tables.read_metadata(whole)["backbone"] == "resnet18"


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
