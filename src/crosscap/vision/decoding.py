"""From an image file of the images table to pixels: only the bytes that the table knows."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PIL import Image, __version__, features

from crosscap.faults import Faults
from crosscap.readers.pixels import TooLargeError, UnreadableError, upright_rgb

LONGEST_SIDE = 20  # times the shorter one; resizing a thinner image would make gigabytes of pixels


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
        return upright_rgb(data)
    except TooLargeError as error:
        faults.add("D-204", name, None, f"{error}; shrink the image or remove it from the data set")
    except UnreadableError as error:
        why = f" ({error})" if str(error) else ""
        faults.add("D-203", name, None, f"not a whole JPEG or PNG image{why}; replace it or remove it")
    return None


def too_thin(image: Image.Image, *, name: str, faults: Faults) -> bool:
    """Note a fault under `name` where an image is too thin to be resized by its shorter side."""
    thin = max(image.size) > LONGEST_SIDE * min(image.size)
    if thin:
        faults.add("D-205", name, None, f"{image.width} x {image.height} pixels: too thin; crop or remove the image")
    return thin
