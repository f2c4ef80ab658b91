"""XTD10 in its official repository's layout (Aggarwal and Kale 2020): a test set of COCO images in eleven languages.

https://github.com/adobe-research/Cross-lingual-Test-Dataset-XTD10 gives a caption an image and language: line k of each
caption file belongs to line k of the list of images. There is nothing to train on; English captions for that come from
COCO, without the images of XTD10, most of which are in COCO's training split.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from crosscap.faults import Faults
from crosscap.readers.checks import CaptionRow, ImageRow, check_languages
from crosscap.readers.coco import RENAMED, RESTVAL
from crosscap.readers.files import read_lines
from crosscap.readers.frames import build_frames
from crosscap.readers.held_out import CocoName, leave_out, read_names
from crosscap.readers.inputs import xtd_captions, xtd_names
from crosscap.readers.karpathy import LANGUAGE, ListedImage, english_captions, read_karpathy
from crosscap.readers.quarantine import Quarantine

ORIGINAL = ("en", "ja")  # written for the photos: COCO's own captions and those of STAIR; the others are translations
KNOWN = ("de", "en", "es", "fr", "it", "ja", "ko", "pl", "ru", "tr", "zh")


class _Line(NamedTuple):
    """A line of a caption file that is not blank, and where."""

    file: str
    number: int
    text: str


def read_xtd(
    folder: Path,
    *,
    coco: Path | None,
    restval: str,
    images: Path | None,
    languages: Sequence[str],
    quarantine: Quarantine | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read XTD10 as the test split of the tables images and captions, and English train and val splits from `coco`.

    `coco` is the split file of Karpathy and Fei-Fei; its test images are not used. `restval` is ``train``, which folds
    those images into train, or ``leave_out``.

    Raises:
        InputError: the data set has faults; all of them are listed.
    """
    faults = Faults()
    names = read_names(xtd_names(folder), faults)
    image_rows = _test_images(names, faults)
    counted = None if faults.found else len(image_rows)  # of a damaged list, the captions cannot be counted against
    found = {language for language in {*KNOWN, *languages} if xtd_captions(folder, language).is_file()}
    check_languages(languages, found=found, file=folder, faults=faults)
    caption_rows: list[CaptionRow] = []
    for language in (code for code in languages if code in found):
        texts = _read_lines(xtd_captions(folder, language), counted, faults)
        caption_rows += _captions(texts, image_rows, language)
    if coco is not None:
        trained = _trained_on(coco, names, restval=restval, faults=faults)
        image_rows = [image.row for image in trained] + image_rows
        caption_rows = (english_captions(trained) if LANGUAGE in languages else []) + caption_rows
    return build_frames(image_rows, caption_rows, folder=images, faults=faults, quarantine=quarantine)


def _test_images(names: Sequence[CocoName], faults: Faults) -> list[ImageRow]:
    """Return the images of XTD10, named as COCO's archives unpack them; note names that do not tell their archive."""
    for name in names:
        if not name.folder:
            message = f"{name.name!r} does not tell its folder; write one such as COCO_train2014_{name.name}"
            faults.add("D-115", name.file, name.line, message)
    return [ImageRow(name.file, name.line, f"{name.folder}/{name.name}", "test") for name in names if name.folder]


def _read_lines(path: Path, expected: int | None, faults: Faults) -> list[_Line]:
    """Read the captions of a file; note where they are not as many as images."""
    lines = [_Line(str(path), *line) for line in enumerate(read_lines(path, faults) or [], start=1) if line[1].strip()]
    if expected is not None and len(lines) != expected:
        count = f"{len(lines):,} captions where the list of images has {expected:,} (the official files: 1,000)"
        faults.add("D-106", path, None, f"{count}; restore the files: each line is the caption of that line's image")
    return lines


def _captions(lines: Sequence[_Line], images: Sequence[ImageRow], language: str) -> list[CaptionRow]:
    """Return the captions of the images, which are in the same order."""
    origin = "human" if language in ORIGINAL else "translation"
    return [
        CaptionRow(line.file, line.number, image.image_id, language, " ".join(line.text.split()), origin)
        for line, image in zip(lines, images, strict=False)  # another number of lines is noted
    ]


def _trained_on(coco: Path, names: Sequence[CocoName], *, restval: str, faults: Faults) -> list[ListedImage]:
    """Return COCO's train and val without the images of XTD10, which is checked."""
    listed = read_karpathy(coco, coco=True, renamed=RENAMED[restval], faults=faults)
    known_splits = [image for image in listed if image.row.split not in ("test", RESTVAL)]
    return leave_out(known_splits, {name.coco_id for name in names}, faults)
