"""From the bytes of a photo to its pixels: only JPEG and PNG, never half an image."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from crosscap.readers.accepted import FORMATS, LARGEST_PHOTO

# For the whole process: `warnings.catch_warnings` is not safe in threads.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class UnreadableError(Exception):
    """The bytes are no whole image; the text says what is wrong with them, where the decoder says it."""


class TooLargeError(Exception):
    """The image has more pixels than are decoded."""


_TOO_LARGE = (Image.DecompressionBombWarning, Image.DecompressionBombError)
# OSError: truncated, or no image at all; SyntaxError: a broken PNG chunk; the others come from broken metadata.
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)


def upright_rgb(data: bytes) -> Image.Image:
    """Decode `data` whole, turn it as its EXIF orientation says, and convert it to 8-bit RGB.

    Raises:
        UnreadableError: it is no whole JPEG or PNG image.
        TooLargeError: it is too large.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > LARGEST_PHOTO:
                found = f"{image.width} x {image.height} pixels, at most {LARGEST_PHOTO:,} are decoded"
                raise TooLargeError(found)
            image.load()
            return _to_rgb(ImageOps.exif_transpose(image))
    except _TOO_LARGE as error:
        raise TooLargeError(str(error)) from error
    except UnidentifiedImageError as error:  # its text is the address of the bytes in memory
        raise UnreadableError from error
    except _UNREADABLE as error:
        raise UnreadableError(str(error)) from error


def _to_rgb(image: Image.Image) -> Image.Image:
    """Convert any mode to RGB: 16-bit grey is scaled (Pillow would clip it), transparency lies over white."""
    if image.mode.startswith("I"):
        grey = np.asarray(image).astype(np.float64) / 257  # 65535 / 255
        return Image.fromarray(grey.round().clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        transparent = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), transparent)
    return image if image.mode == "RGB" else image.convert("RGB")
