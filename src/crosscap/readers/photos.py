"""Photos on disk: whether they can be used, their sizes and their hashes.

A photo's size is that of its stored pixels: a rotation noted in its EXIF data is applied when features are extracted.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from PIL import Image

from crosscap.faults import Fault, Faults
from crosscap.files import sha256_of
from crosscap.logs import progress
from crosscap.readers.accepted import FORMATS, LARGEST_PHOTO
from crosscap.readers.checks import ImageRow, quote
from crosscap.readers.pixels import TooLargeError, UnreadableError, upright_rgb

_THREADS = 16  # more than cores: the time goes into waiting for the disk
_TOO_LARGE = f"has more than {LARGEST_PHOTO // 1_000_000} megapixels; scale it down"
_QUALITY = 80  # of small JPEGs
_EXAMPLES = 5  # missing photos named in a message

Item = TypeVar("Item")
Result = TypeVar("Result")


def read_sizes(rows: Sequence[ImageRow], folder: Path, *, faults: Faults) -> list[tuple[int, int]]:
    """Return each photo's width and height from its header, noting photos that are missing or cannot be used."""
    if not folder.is_dir():
        faults.add("D-130", folder, None, "the images folder is not there; correct the setting or set it to null")
        return []
    found = _in_threads(partial(_read_size, root=folder.resolve()), rows)
    _note_missing([row for row, size in zip(rows, found, strict=True) if size is None], folder, faults)
    faults.found.extend(item for item in found if isinstance(item, Fault))
    return [item for item in found if isinstance(item, tuple)]


def find_broken(rows: Sequence[ImageRow], folder: Path) -> dict[str, str]:
    """Decode each photo whole, and return why those cannot be used that cannot, by their names."""
    problems = _in_threads(partial(_problem, root=folder.resolve()), rows)
    return {row.image_id: problem for row, problem in zip(rows, problems, strict=True) if problem}


def hash_photos(names: Sequence[str], folder: Path) -> list[str]:
    """Return the sha256 of each photo's bytes in hexadecimal digits."""
    return _in_threads(sha256_of, [folder / name for name in names])


def small_jpeg(image: Image.Image, *, pixels: int) -> bytes:
    """Return a JPEG of an image, made small in place: its longer side has at most so many pixels."""
    image.thumbnail((pixels, pixels))
    data = io.BytesIO()
    image.save(data, format="JPEG", quality=_QUALITY)
    return data.getvalue()


def _in_threads(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Apply `function` to all items, several at a time, and return the results in order."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(progress(pool.map(function, items), total=len(items), unit="photo"))


def _read_size(row: ImageRow, *, root: Path) -> tuple[int, int] | Fault | None:
    """Return a photo's width and height, the fault that it has, or None where it is missing."""

    def fault(code: str, problem: str) -> Fault:
        return Fault(code, row.file, row.line, f"photo {quote(row.image_id)} {problem}")

    try:
        path = (root / row.image_id).resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: symbolic links in a circle
        return None
    if not path.is_relative_to(root):
        return fault("D-132", f"is a link out of {root}; put the photo itself there")
    if not path.is_file():
        return None
    try:
        with Image.open(path, formats=FORMATS) as photo:
            width, height = photo.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return fault("D-134", _TOO_LARGE)
    except (OSError, ValueError, SyntaxError):
        hint = "is it a web page saved under this name, or cut short? get it again"
        return fault("D-133", f"cannot be opened as JPEG or PNG; {hint}")
    return (width, height) if width * height <= LARGEST_PHOTO else fault("D-134", _TOO_LARGE)


def _problem(row: ImageRow, *, root: Path) -> str:
    """Return why a photo cannot be used, "" where it can."""
    size = _read_size(row, root=root)
    if size is None:
        return f"D-131 photo {quote(row.image_id)} is not there"
    if isinstance(size, Fault):
        return f"{size.code} {size.message}"
    try:
        upright_rgb((root / row.image_id).read_bytes())
    except (OSError, UnreadableError, TooLargeError) as error:
        return f"D-133 photo {quote(row.image_id)} is not a whole JPEG or PNG image ({error or 'it is damaged'})"
    return ""


def _note_missing(rows: Iterable[ImageRow], folder: Path, faults: Faults) -> None:
    """Note missing photos in one fault a listing: thousands of lines would hide the other faults."""
    for file, group in groupby(rows, key=lambda row: row.file):
        missing = list(group)
        names = ", ".join(f"{quote(row.image_id)} (line {row.line})" for row in missing[:_EXAMPLES])
        count = f"{len(missing):,} photo{'s are' if len(missing) > 1 else ' is'} not in {folder}, first: {names}"
        message = f"{count}; add them, correct the images folder, or set it to null where features are precomputed"
        faults.add("D-131", file, missing[0].line, message)
