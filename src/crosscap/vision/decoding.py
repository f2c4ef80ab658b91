"""From an image file to pixels: only JPEG and PNG, only the bytes that the images table knows, never half an image."""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError, __version__, features

from crosscap.faults import Faults
from crosscap.readers.accepted import FORMATS, LARGEST_PHOTO

# For the whole process: `warnings.catch_warnings` is not safe in threads.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class _TooLargeError(Exception):
    """The image has more pixels than are decoded."""


_TOO_LARGE = (_TooLargeError, Image.DecompressionBombWarning, Image.DecompressionBombError)
# OSError: truncated, or no image at all; SyntaxError: a broken PNG chunk; the others come from broken metadata.
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)


def decoder_version() -> str:
    """Name the decoder, because another version may give other pixels."""
    return f"pillow {__version__}, libjpeg-turbo {features.version('libjpeg_turbo')}"


def decode_image(path: Path, *, name: str, sha256: str, faults: Faults) -> Image.Image | None:
    """Read an image as upright 8-bit RGB; note a fault under `name` and return None where that cannot be done.

    The file is read once: the bytes that are hashed are the bytes that are decoded.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        faults.add("D-201", name, None, f"cannot be read from {path.parent} ({error.strerror}); restore the file")
        return None
    if hashlib.sha256(data).hexdigest() != sha256:
        faults.add("D-202", name, None, "the file changed since read_dataset; run read_dataset again or restore it")
        return None
    try:
        return _upright_rgb(data)
    except _TOO_LARGE as error:
        faults.add("D-204", name, None, f"{error}; shrink the image or remove it from the data set")
    except UnidentifiedImageError:  # its text is the address of the bytes in memory
        faults.add("D-203", name, None, "not a whole JPEG or PNG image; replace it or remove it")
    except _UNREADABLE as error:
        faults.add("D-203", name, None, f"not a whole JPEG or PNG image ({error}); replace it or remove it")
    return None


def _upright_rgb(data: bytes) -> Image.Image:
    """Decode `data` whole, turn it as its EXIF orientation says, and convert it to RGB."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > LARGEST_PHOTO:
            raise _TooLargeError(f"{image.width} x {image.height} pixels, at most {LARGEST_PHOTO:,} are decoded")
        image.load()
        return _to_rgb(ImageOps.exif_transpose(image))


def _to_rgb(image: Image.Image) -> Image.Image:
    """Convert any mode to RGB: 16-bit grey is scaled (Pillow would clip it), transparency lies over white."""
    if image.mode.startswith("I"):
        grey = np.asarray(image).astype(np.float64) / 257  # 65535 / 255
        return Image.fromarray(grey.round().clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        transparent = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), transparent)
    return image.convert("RGB")
