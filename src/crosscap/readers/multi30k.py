"""Multi30K in its official repository's layout (Elliott et al. 2016, https://github.com/multi30k/dataset).

Task 2 has five English and five German descriptions an image, written independently. Task 1 has one English caption an
image and its translations. Line k of a caption file belongs to line k of its split's image list. A caption may occur
twice for an image: its writers did not see each other's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crosscap.faults import Faults
from crosscap.readers.checks import CaptionRow, ImageRow, check_languages
from crosscap.readers.files import read_lines
from crosscap.readers.frames import build_frames
from crosscap.readers.quarantine import Quarantine


@dataclass(frozen=True)
class Task:
    """How a task names its files, and who wrote its captions."""

    image_list: str
    captions: tuple[str, ...]  # one file for each of an image's captions in a language
    test: str  # the name of the test split
    other_origin: str  # of the captions that are not English


TASKS = {
    "task1": Task(
        image_list="{stem}.txt", captions=("{stem}.{language}",), test="test_2016_flickr", other_origin="translation"
    ),
    "task2": Task(
        image_list="{stem}_images.txt",
        captions=(
            "{stem}.1.{language}",
            "{stem}.2.{language}",
            "{stem}.3.{language}",
            "{stem}.4.{language}",
            "{stem}.5.{language}",
        ),
        test="test_2016",
        other_origin="human",
    ),
}


def read_multi30k(
    folder: Path, *, task: str, images: Path | None, languages: Sequence[str], quarantine: Quarantine | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a task of Multi30K from the folder that holds ``data`` as the tables images and captions.

    Raises:
        InputError: the data set has faults; all of them are listed.
    """
    layout = TASKS[task]
    root = folder / "data" / task
    faults = Faults()
    if not root.is_dir():
        faults.add("D-101", root, None, "no such folder; give the folder of the repository, the one that holds data")
        faults.raise_any()
    found = _languages_found(root / "raw")
    check_languages(languages, found=found, file=root / "raw", faults=faults)
    image_rows: list[ImageRow] = []
    caption_rows: list[CaptionRow] = []
    for split, stem in {"train": "train", "val": "val", "test": layout.test}.items():
        listing = _read_images(root / "image_splits" / layout.image_list.format(stem=stem), split, faults)
        image_rows += listing
        for language in (code for code in languages if code in found):
            for pattern in layout.captions:
                path = _plain_or_compressed(root / "raw" / pattern.format(stem=stem, language=language))
                origin = "human" if language == "en" else layout.other_origin
                caption_rows += _read_captions(path, listing, language=language, origin=origin, faults=faults)
    return build_frames(image_rows, caption_rows, folder=images, faults=faults, quarantine=quarantine)


def _languages_found(raw: Path) -> set[str]:
    """Return the languages that some caption file of the folder is in: the ending of its name before .gz."""
    return {path.name.removesuffix(".gz").rpartition(".")[2] for path in raw.glob("*.*")}


def _plain_or_compressed(path: Path) -> Path:
    """Return the file itself where it is there, else its .gz."""
    return path if path.is_file() else path.with_name(f"{path.name}.gz")


def _read_images(path: Path, split: str, faults: Faults) -> list[ImageRow]:
    """Read a split's image list."""
    names = read_lines(path, faults)
    if names is None:
        return []
    if not names:
        faults.add("D-106", path, None, "the list of images is empty; restore the file")
    return [ImageRow(str(path), number, name, split) for number, name in enumerate(names, start=1)]


def _read_captions(
    path: Path, images: Sequence[ImageRow], *, language: str, origin: str, faults: Faults
) -> list[CaptionRow]:
    """Read a caption file, whose lines belong to those of the image list."""
    texts = read_lines(path, faults)
    if texts is None:
        return []
    if images and len(texts) != len(images):
        count = f"{len(texts):,} lines where {images[0].file} has {len(images):,}"
        faults.add("D-106", path, None, f"{count}; restore both files: each line is the caption of that line's image")
    return [
        CaptionRow(str(path), number, image.image_id, language, text, origin)
        for number, (image, text) in enumerate(zip(images, texts, strict=False), start=1)
    ]
