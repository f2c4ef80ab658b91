"""From an image to the squares that a network sees: torchvision's presets and the ten crops of the order embeddings.

One crop is torchvision's ImageNet preset (shorter side resized bilinearly with antialiasing, then the centre square).
Ten crops are the four corners and the centre, each with its mirror image, as Vendrov et al. (2016), Gella et al. (2017)
and AME use; torchvision's weights take its mean and deviation, where Caffe's took a mean BGR image.
"""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from crosscap.faults import InputError
from crosscap.torchvision_import import functional

CROPS = (1, 10)
MEAN = (0.485, 0.456, 0.406)  # of ImageNet's red, green and blue, in 0..1
DEVIATION = (0.229, 0.224, 0.225)


def check_geometry(*, crops: int, resize: int, crop: int) -> None:
    """Check the settings of the crops.

    Raises:
        InputError: the number of crops is neither 1 nor 10, or a crop is larger than the resized image.
    """
    if crops not in CROPS:
        raise InputError(
            f"features.crops (--crops) is {crops}; choose 1 (the centre) or 10 (corners and centre, mirrored)"
        )
    if not 0 < crop <= resize:
        raise InputError(
            f"features.crop (--crop) is {crop} and features.resize (--resize) {resize}; crop must be from 1 to resize"
        )


def cut_crops(image: Image.Image, *, crops: int, resize: int, crop: int) -> np.ndarray:
    """Resize the shorter side of an RGB image to `resize` pixels and cut one or ten squares of `crop` pixels.

    Shapes:
        returned: uint8 [crops, 3, crop, crop], the channels last in memory, as networks compute; ten crops come as
            torchvision's TenCrop orders them.
    """
    resized = functional.resize(image, [resize])
    squares = [functional.center_crop(resized, [crop])] if crops == 1 else functional.ten_crop(resized, [crop])
    stacked = np.stack([np.asarray(square) for square in squares])  # [crops, crop, crop, 3]
    return stacked.transpose(0, 3, 1, 2)  # [crops, 3, crop, crop]


def normalise(pixels: torch.Tensor) -> torch.Tensor:
    """Scale uint8 pixels [..., 3, height, width] to what networks trained on ImageNet expect, in float32."""
    width = pixels.shape[-1]
    rows = pixels.movedim(-3, -1).flatten(-2)  # [..., height, 3 * width]: in rows of three it takes four times as long
    mean = torch.tensor(MEAN, device=pixels.device).repeat(width)
    deviation = torch.tensor(DEVIATION, device=pixels.device).repeat(width)
    scaled = rows.float().div_(255).sub_(mean).div_(deviation)
    return scaled.unflatten(-1, (width, 3)).movedim(-1, -3)  # [..., 3, height, width]
