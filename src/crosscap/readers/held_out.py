"""Images of COCO that are tested on and must therefore not be trained on, told by their COCO ids.

The images of XTD10 are taken from COCO's train2014 and val2014, so most of them are in the training split of Karpathy
and Fei-Fei (2015).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from crosscap.faults import Faults
from crosscap.readers.checks import quote
from crosscap.readers.files import read_lines
from crosscap.readers.karpathy import ListedImage

TRAINED_ON = ("train", "val")  # val chooses the model
_FILE_NAME = re.compile(r"(?:.*/)?(?:COCO_(?P<folder>[a-z]+[0-9]{4})_)?(?P<number>[0-9]{12})\.jpg")

logger = logging.getLogger(__name__)


class CocoName(NamedTuple):
    """A COCO file name in a list of them, such as COCO_train2014_000000000009.jpg, and where."""

    file: str
    line: int
    name: str
    coco_id: int
    folder: str  # train2014 or val2014, where COCO's archives unpack it to; "" where the name does not say


def coco_id(name: str) -> int | None:
    """Return the COCO id in a file name, with or without folders before it; None where there is none."""
    match = _FILE_NAME.fullmatch(name)
    return int(match["number"]) if match else None


def read_names(path: Path, faults: Faults) -> list[CocoName]:
    """Read a list of COCO file names, one a line; blank lines are passed over."""
    lines = read_lines(path, faults)
    if lines is None:
        return []
    names = []
    for number, line in enumerate(lines, start=1):
        if not (name := line.strip()):
            continue
        if match := _FILE_NAME.fullmatch(name):
            names.append(CocoName(str(path), number, name, int(match["number"]), match["folder"] or ""))
        else:
            message = f"{quote(name)} is no file name of COCO; write one such as COCO_val2014_000000000042.jpg"
            faults.add("D-115", path, number, message)
    if not any(line.strip() for line in lines):
        faults.add("D-106", path, None, "the list of images is empty; restore the file")
    return names


def leave_out(images: Sequence[ListedImage], held_out: Collection[int], faults: Faults) -> list[ListedImage]:
    """Return `images` without those of train and val whose COCO id is `held_out`, and check that none is left.

    They are taken out by the id that the split file gives, and looked for by the one in the file name, so that a file
    in which the two contradict each other is found out.
    """
    kept = [image for image in images if image.row.split not in TRAINED_ON or image.coco_id not in held_out]
    logger.info("left %d images out of train and val, of %d held out", len(images) - len(kept), len(held_out))
    for row, given in ((image.row, image.coco_id) for image in kept):
        if row.split in TRAINED_ON and (number := coco_id(row.image_id)) in held_out:
            contradiction = f"image {quote(row.image_id)} is held out as {number}, but its cocoid is {given}"
            message = f"{contradiction}, so it would be in {row.split}; restore the file"
            faults.add("D-116", row.file, row.line, message)
    return kept
