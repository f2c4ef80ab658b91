"""The JSON files in which Karpathy and Fei-Fei (2015) published their splits of Flickr8k, Flickr30k and COCO.

One list, ``images``, gives each image's file name, split and English captions, and for COCO its folder and id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from crosscap.faults import Faults
from crosscap.readers.checks import CaptionRow, ImageRow
from crosscap.readers.records import Record, clean_texts, read_records

LANGUAGE = "en"
_KEYS = {"filename": str, "split": str, "sentences": list}
_COCO_KEYS = {"filepath": str, "cocoid": int}


@dataclass(frozen=True)
class ListedImage:
    """An image of the file, its English captions, and its COCO id where it is of COCO."""

    row: ImageRow
    captions: tuple[str, ...]
    coco_id: int | None


def read_karpathy(path: Path, *, coco: bool, renamed: Mapping[str, str], faults: Faults) -> list[ListedImage]:
    """Read all images of a split file; an image's name is its path below the photos' folder.

    `renamed` gives splits of the file another name, such as that of the one they are folded into.
    """
    keys = _KEYS | _COCO_KEYS if coco else _KEYS
    records = read_records(path, section="images", keys=keys, faults=faults)
    return [_listed(record, coco=coco, renamed=renamed, faults=faults) for record in records]


def english_captions(images: Iterable[ListedImage]) -> list[CaptionRow]:
    """Return the captions that the split file itself gives."""
    return [
        CaptionRow(image.row.file, image.row.line, image.row.image_id, LANGUAGE, text, "human")
        for image in images
        for text in image.captions
    ]


def _listed(record: Record, *, coco: bool, renamed: Mapping[str, str], faults: Faults) -> ListedImage:
    """Return what a record says of an image."""
    values = record.entry
    name = f"{values['filepath']}/{values['filename']}" if coco else values["filename"]
    raw = [sentence.get("raw") if isinstance(sentence, dict) else sentence for sentence in values["sentences"]]
    return ListedImage(
        row=ImageRow(record.place, record.number, name, renamed.get(values["split"], values["split"])),
        captions=tuple(clean_texts(raw, record, name="raw", faults=faults)),
        coco_id=values["cocoid"] if coco else None,
    )
