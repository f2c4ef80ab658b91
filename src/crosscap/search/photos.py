"""The photos of a folder: which can be read, which cannot and why, and the small pictures that a page shows.

Names are those of files below the folder. Links out of it are refused, and links to folders are not followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from crosscap.faults import Faults
from crosscap.readers.checks import ImageRow, check_images
from crosscap.readers.photos import hash_photos, small_jpeg
from crosscap.vision.decoding import decode_image, too_thin

ENDINGS = (".jpg", ".jpeg", ".png")
PIXELS = 320  # of the longer side of a small picture
_THREADS = 4


@dataclass(frozen=True)
class Photo:
    """A photo by its path below the folder, with the sha256 of its bytes."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Seen:
    """A photo that was read: the size of the upright picture in pixels, and a small JPEG of it."""

    photo: Photo
    width: int
    height: int
    thumbnail: bytes


@dataclass(frozen=True)
class Unreadable:
    """A photo that cannot be used, and why."""

    path: str
    problem: str


def find_photos(folder: Path) -> tuple[list[Photo], list[Unreadable]]:
    """Return the files below a folder that are named like JPEG or PNG photos, by path, and those that are refused."""
    root = folder.resolve()
    names, refused = [], []
    for name in sorted(_names(folder)):
        problem = _problem(folder, name, root)
        if problem:
            refused.append(Unreadable(name.encode("utf-8", "backslashreplace").decode(), problem))
        else:
            names.append(name)
    hashes = hash_photos(names, folder)
    return [Photo(*pair) for pair in zip(names, hashes, strict=True)], refused


def look(photos: Sequence[Photo], folder: Path) -> Iterator[Seen | Unreadable]:
    """Decode photos, several at a time, and yield what is seen of each in turn."""
    with ThreadPoolExecutor(_THREADS) as pool:
        yield from pool.map(lambda photo: _look(photo, folder), photos)


def _names(folder: Path) -> Iterator[str]:
    """Yield the paths of photos, and of links to folders, below a folder; hidden ones are thumbnails and the like."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below, shown = Path(place).relative_to(folder), [name for name in files if not name.startswith(".")]
        yield from (str(below / name) for name in shown if name.lower().endswith(ENDINGS))
        yield from (str(below / name) for name in folders if (Path(place) / name).is_symlink())


def _problem(folder: Path, name: str, root: Path) -> str:
    """Return why a file may not be read, "" where it may."""
    faults = Faults()
    check_images([ImageRow(str(folder), 0, name, "test")], faults)
    if faults.found:
        return faults.found[0].message
    try:
        path = (folder / name).resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: symbolic links in a circle
        return "a link that leads nowhere; remove it"
    if not path.is_relative_to(root):
        return "a link out of the folder; put the photo itself there"
    return "" if path.is_file() else "a link to a folder, which is not followed; put the folder itself there"


def _look(photo: Photo, folder: Path) -> Seen | Unreadable:
    """Decode one photo."""
    faults = Faults()
    image = decode_image(folder / photo.path, name=photo.path, sha256=photo.sha256, faults=faults)
    if image is None or too_thin(image, name=photo.path, faults=faults):
        return Unreadable(photo.path, faults.found[0].message)
    width, height = image.size
    return Seen(photo, width, height, small_jpeg(image, pixels=PIXELS))


def first_problem(problems: Sequence[Unreadable]) -> str:
    """Return the first problem for a message."""
    return f", first: {problems[0].path}: {problems[0].problem}" if problems else "; give a folder with JPEGs or PNGs"
