"""Crops: by eye, against torchvision's own transforms, and the settings that are refused."""

import importlib

import numpy as np
import pytest
import torch
from PIL import Image

from crosscap.faults import Faults, InputError
from crosscap.torchvision_import import models
from crosscap.vision.crops import DEVIATION, MEAN, check_geometry, cut_crops, normalise
from crosscap.vision.decoding import too_thin

v2 = importlib.import_module("torchvision.transforms.v2")  # not above: it needs the remedy of torchvision_import


@pytest.fixture
def gradient() -> Image.Image:
    rows, columns = np.mgrid[0:60, 0:90]
    return Image.fromarray(np.stack([rows * 4, columns * 2, rows + columns], axis=-1).astype(np.uint8))


@pytest.mark.parametrize("crops", [1, 10])
def test_a_constant_image_stays_constant(crops: int) -> None:
    cut = cut_crops(Image.new("RGB", (70, 50), (9, 8, 7)), crops=crops, resize=32, crop=24)
    assert cut.shape == (crops, 3, 24, 24)
    assert (cut == np.array([9, 8, 7]).reshape(3, 1, 1)).all()


def test_an_image_of_the_right_size_is_used_as_it_is(gradient: Image.Image) -> None:
    square = gradient.crop((0, 0, 60, 60))
    cut = cut_crops(square, crops=1, resize=60, crop=60)
    assert (cut[0] == np.asarray(square).transpose(2, 0, 1)).all()


def test_ten_crops_by_eye() -> None:
    image = Image.fromarray(np.arange(9, dtype=np.uint8).reshape(3, 3)).convert("RGB")
    cut = cut_crops(image, crops=10, resize=3, crop=1)
    # corners, centre, and the same of the mirrored image
    assert cut[:, 0, 0, 0].tolist() == [0, 2, 6, 8, 4, 2, 0, 8, 6, 4]


def test_crops_are_those_of_torchvision(gradient: Image.Image) -> None:
    one = v2.Compose([v2.Resize(40), v2.CenterCrop(32), v2.PILToTensor()])(gradient)
    ten = v2.Compose([v2.Resize(40), v2.TenCrop(32), v2.PILToTensor()])(gradient)
    assert (cut_crops(gradient, crops=1, resize=40, crop=32)[0] == one.numpy()).all()
    assert (cut_crops(gradient, crops=10, resize=40, crop=32) == torch.stack(list(ten)).numpy()).all()


def test_one_crop_is_the_preset_of_the_published_weights(gradient: Image.Image) -> None:
    preset = models.MobileNet_V2_Weights.IMAGENET1K_V1.transforms()
    ours = normalise(torch.from_numpy(cut_crops(gradient, crops=1, resize=256, crop=224)))[0]
    torch.testing.assert_close(ours, preset(gradient), rtol=0, atol=1e-6)


def test_normalise_by_eye() -> None:
    black, white = normalise(torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1).expand(2, 3, 1, 1))
    assert black.flatten().tolist() == pytest.approx([-m / d for m, d in zip(MEAN, DEVIATION, strict=True)])
    assert white.flatten().tolist() == pytest.approx([(1 - m) / d for m, d in zip(MEAN, DEVIATION, strict=True)])


@pytest.mark.parametrize(("crops", "resize", "crop"), [(5, 10, 10), (0, 10, 10), (1, 10, 11), (10, 10, 0)])
def test_wrong_settings_are_refused(crops: int, resize: int, crop: int) -> None:
    with pytest.raises(InputError, match=r"features\.crop"):
        check_geometry(crops=crops, resize=resize, crop=crop)


def test_thin_images_are_refused() -> None:
    faults = Faults()
    assert not too_thin(Image.new("RGB", (200, 10)), name="a", faults=faults)
    assert too_thin(Image.new("RGB", (1, 21)), name="b.png", faults=faults)
    with pytest.raises(InputError, match=r"D-205 b\.png: 1 x 21 pixels: too thin"):
        faults.raise_any()


def test_normalising_gives_the_bits_of_the_formula_and_leaves_the_pixels() -> None:
    pixels = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (2, 3, 5, 4), dtype=np.uint8))
    before = pixels.clone()
    mean, deviation = (torch.tensor(values).view(3, 1, 1) for values in (MEAN, DEVIATION))
    assert torch.equal(normalise(pixels), (pixels.float() / 255 - mean) / deviation)
    assert torch.equal(pixels, before)


@pytest.mark.parametrize("crops", [1, 10])
def test_batches_of_crops_have_their_channels_last_in_memory(crops: int) -> None:
    image = Image.new("RGB", (70, 50))
    batch = torch.from_numpy(np.stack([cut_crops(image, crops=crops, resize=32, crop=24) for _ in range(2)]))
    assert all(normalise(batch[:, place]).is_contiguous(memory_format=torch.channels_last) for place in range(crops))
