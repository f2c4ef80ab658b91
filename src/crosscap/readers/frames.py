"""The images and captions tables of a data set, made once everything in it has been checked."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from crosscap.faults import Faults
from crosscap.readers.accepted import SPLITS
from crosscap.readers.checks import CaptionRow, ImageRow, check_captions, check_images, quote
from crosscap.readers.photos import hash_photos, read_sizes
from crosscap.readers.quarantine import Quarantine, set_aside

MOST_CAPTIONS = 2**15  # of an image in a language: the table captions counts them in 16 bits

logger = logging.getLogger(__name__)


def build_frames(
    images: Sequence[ImageRow],
    captions: Sequence[CaptionRow],
    *,
    folder: Path | None,
    faults: Faults,
    quarantine: Quarantine | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Check images, captions and photos, and return them as the tables images and captions.

    All faults, those in `faults` included, are raised together and before the photos are read in full. `folder` holds
    the photos; without it their paths and hashes are "" and their sizes 0. With a `quarantine`, photos that cannot be
    used are no faults: they go to it, with their captions.

    Raises:
        InputError: the data set has faults.
    """
    usable = check_images(images, faults)
    if folder and quarantine is not None:
        usable, captions = set_aside(usable, captions, folder=folder, quarantine=quarantine, faults=faults)
    texts = check_captions(captions, faults)
    _check_counts(captions, faults)
    sizes = read_sizes(usable, folder, faults=faults) if folder else [(0, 0)] * len(usable)
    faults.raise_any()
    frames = _images_frame(usable, sizes, folder), _captions_frame(captions, texts)
    _log_counts(*frames)
    return frames


def _check_counts(rows: Sequence[CaptionRow], faults: Faults) -> None:
    """Note images with too many captions in a language."""
    counts = Counter((row.image_id, row.language) for row in rows)
    for (image, language), count in counts.items():
        if count > MOST_CAPTIONS:
            found = f"image {quote(image)} has {count:,} captions in {language}, at most {MOST_CAPTIONS:,} are counted"
            faults.add("D-129", rows[0].file, None, f"{found}; is one name given to many images?")


def _images_frame(rows: Sequence[ImageRow], sizes: Sequence[tuple[int, int]], folder: Path | None) -> pd.DataFrame:
    """Return the table images."""
    names = [row.image_id for row in rows]
    frame = pd.DataFrame(
        {
            "image_id": names,
            "split": [row.split for row in rows],
            "path": names if folder else "",
            "sha256": hash_photos(names, folder) if folder else "",
            "width": [width for width, _ in sizes],
            "height": [height for _, height in sizes],
        }
    )
    return frame.astype({"width": "int32", "height": "int32"})


def _captions_frame(rows: Sequence[CaptionRow], texts: Sequence[str]) -> pd.DataFrame:
    """Return the table captions; positions count an image's captions in a language in the order given."""
    frame = pd.DataFrame(
        {
            "image_id": [row.image_id for row in rows],
            "language": [row.language for row in rows],
            "text": texts,
            "origin": [row.origin for row in rows],
        }
    )
    position = frame.groupby(["image_id", "language"], sort=False).cumcount().astype("int16")
    frame.insert(2, "position", position)
    frame.insert(0, "caption_id", frame["image_id"] + "#" + frame["language"] + "#" + position.astype(str))
    return frame


def _log_counts(images: pd.DataFrame, captions: pd.DataFrame) -> None:
    """Log the sizes."""
    splits = ", ".join(f"{split} {(images['split'] == split).sum():,}" for split in SPLITS)
    languages = ", ".join(f"{code} {count:,}" for code, count in sorted(Counter(captions["language"]).items()))
    logger.info("%d images (%s), %d captions (%s)", len(images), splits, len(captions), languages)


def warn_of_copies(images: pd.DataFrame) -> None:
    """Warn of photos that are in two splits under different names; `images` is the table images."""
    hashed = images[images["sha256"] != ""]
    splits_of_photo = hashed.groupby("sha256")["split"].nunique()
    if leaked := int((splits_of_photo > 1).sum()):
        logger.warning("%d photos are in two splits under different names: results on them flatter", leaked)
