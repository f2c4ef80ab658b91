"""COCO in the split of Karpathy and Fei-Fei (2015), with captions in further languages from COCO caption files.

English comes with the split file. STAIR Captions (Yoshikawa et al. 2017) and YJ Captions (Miyazaki and Shimizu 2016),
both Japanese, are files of COCO's own layout: ``annotations`` that name their image by its COCO id.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from crosscap.faults import Faults
from crosscap.readers.accepted import SPLITS
from crosscap.readers.checks import CaptionRow, check_languages
from crosscap.readers.folder import draw_split
from crosscap.readers.frames import build_frames
from crosscap.readers.held_out import leave_out, read_names
from crosscap.readers.karpathy import LANGUAGE, ListedImage, english_captions, read_karpathy
from crosscap.readers.quarantine import Quarantine
from crosscap.readers.records import Record, clean_texts, read_records

RESTVAL = "restval"  # the images of val2014 that are neither in val nor in test
RENAMED: dict[str, dict[str, str]] = {"train": {RESTVAL: "train"}, "leave_out": {}}
_KEYS = {"id": int, "image_id": int, "caption": str}

logger = logging.getLogger(__name__)


def read_coco(
    split_file: Path,
    *,
    captions: Mapping[str, Sequence[Path]],
    images: Path | None,
    languages: Sequence[str],
    restval: str,
    only_captioned: bool,
    split_percent: Mapping[str, int] | None,
    held_out: Path | None,
    quarantine: Quarantine | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read COCO as the tables images and captions.

    `captions` gives the caption files of each language but English. `restval` is ``train``, which folds those images
    into train, or ``leave_out``. `only_captioned` keeps the images with captions in every language; `split_percent`
    draws the splits anew, by a hash of an image's name. No image that the file `held_out` names is in train or val.

    Raises:
        InputError: the data set has faults; all of them are listed.
    """
    faults = Faults()
    check_languages(languages, found={LANGUAGE, *captions}, file=split_file, faults=faults)
    listed = read_karpathy(split_file, coco=True, renamed=RENAMED[restval], faults=faults)
    _note_repeated_ids(listed, faults)
    rows = _all_captions(listed, captions, languages=languages, faults=faults)
    kept = listed if restval == "train" else [image for image in listed if image.row.split != RESTVAL]
    if only_captioned:
        kept = _captioned(kept, rows, languages)
    if split_percent is not None:
        kept = [_redrawn(image, split_percent) for image in kept]
    if held_out is not None:
        kept = leave_out(kept, {name.coco_id for name in read_names(held_out, faults)}, faults)
    if not faults.found:  # else the splits may be empty for what is noted already
        _note_empty_splits(kept, split_file, faults)
    chosen = {image.row.image_id for image in kept}
    kept_rows = [row for row in rows if row.image_id in chosen]
    return build_frames([image.row for image in kept], kept_rows, folder=images, faults=faults, quarantine=quarantine)


def _all_captions(
    listed: Sequence[ListedImage], captions: Mapping[str, Sequence[Path]], *, languages: Sequence[str], faults: Faults
) -> list[CaptionRow]:
    """Return the captions of all listed images in all languages that are asked for."""
    rows = english_captions(listed) if LANGUAGE in languages else []
    names = {image.coco_id: image.row.image_id for image in listed}
    for language in (code for code in languages if code in captions):
        for path in captions[language]:
            rows += _read_captions(path, names, language=language, faults=faults)
    return rows


def _note_repeated_ids(listed: Sequence[ListedImage], faults: Faults) -> None:
    """Note COCO ids that two images of different names have; equal names are noted with all images."""
    first: dict[int | None, ListedImage] = {}
    for image in listed:
        earlier = first.setdefault(image.coco_id, image)
        if earlier.row.image_id != image.row.image_id:
            message = f"cocoid {image.coco_id} is that of entry {earlier.row.line} already; restore the file"
            faults.add("D-111", image.row.file, image.row.line, message)


def _read_captions(path: Path, names: Mapping[int | None, str], *, language: str, faults: Faults) -> list[CaptionRow]:
    """Read a COCO caption file; note annotations there twice, or of images that the split file does not list."""
    records = read_records(path, section="annotations", keys=_KEYS, faults=faults)
    _note_repeated_annotations(records, faults)
    known = [record for record in records if record.entry["image_id"] in names]
    if names and (unknown := [record for record in records if record.entry["image_id"] not in names]):
        example = f"first: entry {unknown[0].number}, image_id {unknown[0].entry['image_id']}"
        count = f"{len(unknown):,} of {len(records):,} captions are of images that the split file does not list"
        faults.add("D-128", unknown[0].place, None, f"{count}, {example}; do the two files belong together?")
    return [
        CaptionRow(record.place, record.number, names[record.entry["image_id"]], language, text, "human")
        for record in known
        for text in clean_texts([record.entry["caption"]], record, name="caption", faults=faults)
    ]


def _note_repeated_annotations(records: Sequence[Record], faults: Faults) -> None:
    """Note annotations whose id an earlier one has."""
    first: dict[int, Record] = {}
    for record in records:
        earlier = first.setdefault(record.entry["id"], record)
        if earlier is not record:
            message = f"annotation id {record.entry['id']} is that of entry {earlier.number} already; remove one"
            faults.add("D-124", record.place, record.number, message)


def _captioned(
    images: Sequence[ListedImage], rows: Sequence[CaptionRow], languages: Sequence[str]
) -> list[ListedImage]:
    """Return the images that have a caption in every language."""
    by_language = [{row.image_id for row in rows if row.language == language} for language in languages]
    everywhere = set.intersection(*by_language)
    kept = [image for image in images if image.row.image_id in everywhere]
    logger.info("%d of %d images have captions in %s", len(kept), len(images), ", ".join(languages))
    return kept


def _redrawn(image: ListedImage, split_percent: Mapping[str, int]) -> ListedImage:
    """Return an image in the split that the hash of its name draws."""
    return replace(image, row=image.row._replace(split=draw_split(image.row.image_id, split_percent)))


def _note_empty_splits(images: Sequence[ListedImage], file: Path, faults: Faults) -> None:
    """Note the splits that what is left out has left empty."""
    found = {image.row.split for image in images}
    for split in SPLITS:
        if split not in found:
            message = f"no image is left in {split}; keep more images, or draw the splits anew with split_percent"
            faults.add("D-117", file, None, message)
