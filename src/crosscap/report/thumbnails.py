"""Small pictures that a page carries within itself."""

from __future__ import annotations

import base64
from pathlib import Path

from PIL import Image, ImageOps

from crosscap.faults import InputError
from crosscap.readers.accepted import FORMATS
from crosscap.readers.photos import small_jpeg

PIXELS = 96  # of the longer side


def picture(folder: Path, path: str) -> str:
    """Return the thumbnail of a photo in `folder`, "" where there is no `path`."""
    return thumbnail(folder / path) if path else ""


def thumbnail(path: Path) -> str:
    """Return a picture's thumbnail as a ``data:`` address, upright.

    Raises:
        InputError: the file is missing or not a readable JPEG or PNG.
    """
    try:
        with Image.open(path, formats=FORMATS) as picture:
            picture.draft("RGB", (2 * PIXELS, 2 * PIXELS))  # lets a JPEG be decoded at a fraction of its size
            small = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, Image.DecompressionBombError) as error:
        raise InputError(f"{path}: no thumbnail can be made ({error}); restore the file") from error
    return f"data:image/jpeg;base64,{base64.b64encode(small_jpeg(small, pixels=PIXELS)).decode()}"
