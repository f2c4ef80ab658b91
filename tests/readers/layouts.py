"""Miniature data sets in the published layouts; captions tell where they belong, such as ``val de 73 0``."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MULTI30K_IMAGES = {"train": ("1.jpg", "2.jpg", "3.jpg"), "val": ("4.jpg", "5.jpg"), "test": ("6.jpg",)}
# (archive, COCO id) of each split; 74 and 134 are those that another benchmark may take
COCO_IMAGES = {
    "train": (("train2014", 9), ("train2014", 25), ("train2014", 30)),
    "restval": (("val2014", 42), ("val2014", 133)),
    "val": (("val2014", 73), ("val2014", 74)),
    "test": (("val2014", 136), ("val2014", 139)),
}
XTD_IMAGES = (("train2014", 25), ("val2014", 42), ("val2014", 139))
XTD_FILES = {
    "en": "XTD10/test_1kcaptions_en.txt",
    "de": "MIC/test_1kcaptions_de.txt",
    "fr": "MIC/test_1kcaptions_fr.txt",
    "ja": "STAIR/test_1kcaptions_jp.txt",
    **{code: f"XTD10/test_1kcaptions_{code}.txt" for code in ("es", "it", "ko", "pl", "ru", "tr", "zh")},
}
VATEX_VIDEOS = {"training": ("tr-A_000001_000011", "-trB_000002_000012"), "validation": ("v1", "v2", "v3", "v4")}


def write_lines(path: Path, lines: Sequence[str], *, ending: str = "\n", final: bool = True) -> Path:
    """Write lines with their ending, the last one's only where it is `final`; names ending in .gz are compressed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = (ending.join(lines) + (ending if lines and final else "")).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def write_document(path: Path, data: Any) -> Path:
    """Write JSON in one line, as the published files are."""
    return write_lines(path, [json.dumps(data)], final=False)


def write_multi30k_task1(folder: Path, *, languages: Sequence[str] = ("en", "de", "fr", "cs")) -> Path:
    """Write Multi30K's task 1; captions are such as ``val fr 2``, with the line. Return the task's folder."""
    root = folder / "data" / "task1"
    for split, names in MULTI30K_IMAGES.items():
        stem = "test_2016_flickr" if split == "test" else split
        write_lines(root / "image_splits" / f"{stem}.txt", names)
        for language in languages:
            lines = [f"{split} {language} {line}" for line in range(1, len(names) + 1)]
            write_lines(root / "raw" / f"{stem}.{language}.gz", lines)
    return root


def write_multi30k_task2(folder: Path, *, ending: str = ".gz", languages: Sequence[str] = ("en", "de")) -> Path:
    """Write Multi30K's task 2; captions are such as ``val 2 de 1``, with file and line. Return the task's folder."""
    root = folder / "data" / "task2"
    for split, names in MULTI30K_IMAGES.items():
        stem = "test_2016" if split == "test" else split
        write_lines(root / "image_splits" / f"{stem}_images.txt", names)
        for number in range(1, 6):
            for language in languages:
                lines = [f"{split} {number} {language} {line}" for line in range(1, len(names) + 1)]
                write_lines(root / "raw" / f"{stem}.{number}.{language}{ending}", lines)
    return root


def coco_name(archive: str, number: int) -> str:
    """Return a file name of COCO."""
    return f"COCO_{archive}_{number:012d}.jpg"


def coco_documents(images: Mapping[str, Sequence[tuple[str, int]]] = COCO_IMAGES) -> dict[str, Any]:
    """Return Karpathy's dataset_coco.json with two captions an image."""
    entries = [
        {
            "filepath": archive,
            "sentids": [10 * number, 10 * number + 1],
            "filename": coco_name(archive, number),
            "imgid": number,
            "split": split,
            "sentences": [
                {"tokens": [split], "raw": f"{split} en {number} {position}", "imgid": number, "sentid": position}
                for position in range(2)
            ],
            "cocoid": number,
        }
        for split, members in images.items()
        for archive, number in members
    ]
    return {"images": entries, "dataset": "coco"}


def write_coco(path: Path, images: Mapping[str, Sequence[tuple[str, int]]] = COCO_IMAGES) -> Path:
    """Write Karpathy's dataset_coco.json."""
    return write_document(path, coco_documents(images))


def caption_documents(language: str, numbers: Sequence[int], *, captions: int = 2) -> dict[str, Any]:
    """Return a COCO caption file, such as those of STAIR and YJ Captions; captions are such as ``ja 73 0``."""
    annotations = [
        {"image_id": number, "id": 100 * number + position, "caption": f"{language} {number} {position}"}
        for number in numbers
        for position in range(captions)
    ]
    return {"images": [{"id": number, "license": 1} for number in numbers], "annotations": annotations}


def write_stair(folder: Path) -> list[Path]:
    """Write the two files of STAIR Captions, whose images are those of train2014 and of val2014."""
    members = [member for split in COCO_IMAGES.values() for member in split]
    paths = []
    for archive in ("train", "val"):
        numbers = [number for name, number in members if name == f"{archive}2014"]
        document = caption_documents("ja", numbers)
        paths.append(write_document(folder / f"stair_captions_v1.2_{archive}.json", document))
    return paths


def write_yj(path: Path, numbers: Sequence[int] = (9, 30)) -> Path:
    """Write YJ Captions, which cover a part of train2014."""
    return write_document(path, caption_documents("ja", numbers))


def write_flickr30k(path: Path) -> Path:
    """Write Karpathy's dataset_flickr30k.json, which has neither folders nor ids of COCO."""
    splits = {"train": (11, 12), "val": (13,), "test": (14,)}
    entries = [
        {
            "sentids": [number],
            "imgid": number,
            "sentences": [{"tokens": [], "raw": f"{split} en {number}", "imgid": number, "sentid": number}],
            "split": split,
            "filename": f"{number}.jpg",
        }
        for split, numbers in splits.items()
        for number in numbers
    ]
    return write_document(path, {"images": entries, "dataset": "flickr30k"})


def write_xtd(folder: Path, images: Sequence[tuple[str, int]] = XTD_IMAGES) -> Path:
    """Write XTD10 with the line ends of its files: seven have CRLF and end without one. Return the folder."""
    write_lines(folder / "XTD10/test_image_names.txt", [coco_name(archive, number) for archive, number in images])
    for language, file in XTD_FILES.items():
        crowd = language in ("es", "it", "ko", "pl", "ru", "tr", "zh")
        lines = [f"{language} {number}" for _, number in images]
        write_lines(folder / file, lines, ending="\r\n" if crowd else "\n", final=not crowd)
    return folder


def vatex_documents(names: Sequence[str], *, captions: int = 10) -> list[dict[str, Any]]:
    """Return a VATEX file; captions are such as ``v1 zh 0``."""
    return [
        {
            "videoID": name,
            "enCap": [f"{name} en {position}" for position in range(captions)],
            "chCap": [f"{name} zh {position}" for position in range(captions)],
        }
        for name in names
    ]


def write_vatex(folder: Path) -> dict[str, Path]:
    """Write the files of VATEX that have captions, and return them as training and validation."""
    return {
        part: write_document(folder / f"vatex_{part}_v1.0.json", vatex_documents(names))
        for part, names in VATEX_VIDEOS.items()
    }
