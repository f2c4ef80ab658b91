"""Features: against a slow loop, whatever the batches and shards, and all faults of the images at once."""

import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from crosscap.faults import InputError
from crosscap.vision import features
from crosscap.vision.backbones import load_backbone
from crosscap.vision.crops import cut_crops, normalise
from crosscap.vision.features import extract_features
from crosscap.vision.shards import shard_rows

SETTINGS = {"backbone": "resnet18", "weights": "seed:2019", "crops": 1, "resize": 40, "crop": 32, "device": "cpu"}


def table(folder: Path) -> pd.DataFrame:
    """Return the images table of the files in `folder`, as far as features need it."""
    files = sorted(folder.iterdir())
    return pd.DataFrame(
        {
            "image_id": [f"id-{file.stem}" for file in files],
            "path": [file.name for file in files],
            "sha256": [hashlib.sha256(file.read_bytes()).hexdigest() for file in files],
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("images 画像")
    random = np.random.default_rng(3)
    for number in range(7):
        pixels = random.integers(0, 256, (50 + number, 70, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((140, 100)).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Build a network once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(features, "load_backbone", functools.cache(load_backbone))
        yield


@pytest.mark.parametrize("crops", [1, 10])
def test_features_are_those_of_a_slow_loop(folder: Path, crops: int) -> None:
    found, _ = extract_features(table(folder), folder=folder, batch_size=3, **{**SETTINGS, "crops": crops})
    network = load_backbone("resnet18", weights="seed:2019").network
    for row, path in enumerate(sorted(folder.iterdir())):
        image = Image.open(path)
        activations = []
        for square in cut_crops(image, crops=crops, resize=40, crop=32):
            with torch.inference_mode():
                activations.append(network(normalise(torch.tensor(square)[None]))[0].numpy())
        np.testing.assert_allclose(found[row], np.mean(activations, axis=0), rtol=1e-4, atol=1e-5)


def test_equal_images_have_equal_features(tmp_path: Path) -> None:
    for number, colour in enumerate(["red", "red", "blue"]):
        Image.new("RGB", (40, 40), colour).save(tmp_path / f"{number}.png")
    found, _ = extract_features(table(tmp_path), folder=tmp_path, batch_size=3, **SETTINGS)
    assert np.abs(found[0] - found[1]).max() <= 1e-5 < np.abs(found[0] - found[2]).max()


def test_the_batch_size_does_not_matter(folder: Path) -> None:
    one, _ = extract_features(table(folder), folder=folder, batch_size=1, **SETTINGS)
    four, metadata = extract_features(table(folder), folder=folder, batch_size=4, **SETTINGS)
    again, metadata_again = extract_features(table(folder), folder=folder, batch_size=4, **SETTINGS)
    np.testing.assert_allclose(one, four, rtol=1e-5, atol=1e-5)
    assert four.tobytes() == again.tobytes()
    assert metadata == metadata_again


def test_many_batches_keep_their_order(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = extract_features(table(folder), folder=folder, batch_size=1, **SETTINGS)
    monkeypatch.setattr(features, "AHEAD", 1)
    other, _ = extract_features(table(folder).iloc[::-1], folder=folder, batch_size=1, **SETTINGS)
    assert (other[::-1] == whole).all()


@pytest.mark.parametrize("shards", [2, 5])
def test_shards_are_equal_to_the_whole_bit_for_bit(folder: Path, shards: int) -> None:
    images = table(folder)
    whole, metadata = extract_features(images, folder=folder, batch_size=2, **SETTINGS)
    parts = []
    for shard in range(1, shards + 1):
        rows = shard_rows(len(images), shard=shard, shards=shards, batch_size=2)
        part, same = extract_features(images.iloc[rows], folder=folder, batch_size=2, **SETTINGS)
        assert same == metadata
        parts.append(part)
    assert np.concatenate(parts).tobytes() == whole.tobytes()


def test_metadata_says_what_made_the_features(folder: Path) -> None:
    found, metadata = extract_features(table(folder), folder=folder, batch_size=4, **SETTINGS)
    assert found.dtype == np.float32
    assert found.shape == (7, 512)
    sha256 = load_backbone("resnet18", weights="seed:2019").weights_sha256
    assert metadata.pop("decoder").startswith("pillow")
    expected = {
        "backbone": "resnet18",
        "weights": "seed:2019",
        "weights_sha256": sha256,
        "crops": "1",
        "resize": "40",
        "crop": "32",
    }
    assert metadata == {**expected, "precision": "float32"}


def test_all_faulty_images_are_reported_together(folder: Path, tmp_path: Path) -> None:
    images = table(folder)
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "0.png").unlink()
    (tmp_path / "3.png").write_bytes(b"changed")
    (tmp_path / "5.png").write_bytes(b"<html>")
    images.loc[5, "sha256"] = hashlib.sha256(b"<html>").hexdigest()
    Image.new("RGB", (1, 500)).save(tmp_path / "6.png")
    images.loc[6, "sha256"] = hashlib.sha256((tmp_path / "6.png").read_bytes()).hexdigest()
    with pytest.raises(InputError) as caught:
        extract_features(images, folder=tmp_path, batch_size=2, **SETTINGS)
    lines = str(caught.value).splitlines()
    assert lines[0] == "4 faults in the input:"
    assert [line.split(":")[0].strip() for line in lines[1:]] == [
        "D-201 0.png",
        "D-202 3.png",
        "D-203 5.png",
        "D-205 6.png",
    ]


def test_images_without_a_file_are_refused() -> None:
    images = pd.DataFrame({"image_id": ["a", "b"], "path": ["a.jpg", ""], "sha256": ["", ""]})
    with pytest.raises(InputError, match=r"1 of 2 images have no file, first: b; .*precomputed"):
        extract_features(images, folder=Path(), batch_size=2, **SETTINGS)


def test_settings_are_checked_before_the_images() -> None:
    images = pd.DataFrame({"image_id": ["a"], "path": ["absent.jpg"], "sha256": [""]})
    with pytest.raises(InputError, match=r"features\.crop \(--crop\) is 64"):
        extract_features(images, folder=Path(), batch_size=2, **{**SETTINGS, "crop": 64})


def test_features_that_are_not_finite_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "normalise", lambda pixels: pixels.float() * float("inf"))
    with pytest.raises(InputError, match="resnet18 gives NaN or infinity for 7 of 7 images, first: id-0, id-1"):
        extract_features(table(folder), folder=folder, batch_size=4, **SETTINGS)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_gives_nearly_the_same(folder: Path) -> None:
    cpu, _ = extract_features(table(folder), folder=folder, batch_size=4, **SETTINGS)
    gpu, _ = extract_features(table(folder), folder=folder, batch_size=4, **{**SETTINGS, "device": "cuda"})
    np.testing.assert_allclose(cpu, gpu, rtol=1e-2, atol=1e-2 * np.abs(cpu).max())
