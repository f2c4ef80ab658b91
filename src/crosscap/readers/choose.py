"""The reader that the settings name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from crosscap.readers.coco import read_coco
from crosscap.readers.flickr30k import read_flickr30k
from crosscap.readers.folder import read_folder
from crosscap.readers.multi30k import read_multi30k
from crosscap.readers.quarantine import Quarantine
from crosscap.readers.vatex import read_vatex
from crosscap.readers.xtd import read_xtd

Section = Mapping[str, Any]
Frames = tuple[pd.DataFrame, pd.DataFrame]


def read(reader: str, *, languages: Sequence[str], settings: Section, quarantine: Quarantine | None = None) -> Frames:
    """Read a data set with its reader's `settings` as the tables images and captions; scenes are read as a folder.

    With a `quarantine`, photos that cannot be used go to it instead of being faults; without, they are not decoded.

    Raises:
        InputError: the data set has faults; all of them are listed.
    """
    return _READERS[reader](settings, languages, quarantine)


def _multi30k(settings: Section, languages: Sequence[str], quarantine: Quarantine | None) -> Frames:
    """Read Multi30K."""
    images = _path(settings["images"])
    return read_multi30k(
        Path(settings["folder"]), task=settings["task"], images=images, languages=languages, quarantine=quarantine
    )


def _coco(settings: Section, languages: Sequence[str], quarantine: Quarantine | None) -> Frames:
    """Read COCO."""
    return read_coco(
        Path(settings["split_file"]),
        captions={language: [Path(file) for file in files] for language, files in settings["captions"].items()},
        images=_path(settings["images"]),
        languages=languages,
        restval=settings["restval"],
        only_captioned=settings["only_captioned"],
        split_percent=settings["split_percent"],
        held_out=_path(settings["leave_out"]),
        quarantine=quarantine,
    )


def _flickr30k(settings: Section, languages: Sequence[str], quarantine: Quarantine | None) -> Frames:
    """Read Flickr30k."""
    return read_flickr30k(
        Path(settings["split_file"]), images=_path(settings["images"]), languages=languages, quarantine=quarantine
    )


def _xtd(settings: Section, languages: Sequence[str], quarantine: Quarantine | None) -> Frames:
    """Read XTD10."""
    return read_xtd(
        Path(settings["folder"]),
        coco=_path(settings["coco"]),
        restval=settings["restval"],
        images=_path(settings["images"]),
        languages=languages,
        quarantine=quarantine,
    )


def _vatex(settings: Section, languages: Sequence[str], _: Quarantine | None) -> Frames:
    """Read VATEX, which has no photos."""
    return read_vatex(
        Path(settings["training"]),
        validation=Path(settings["validation"]),
        test=_path(settings["test"]),
        seed=settings["seed"],
        languages=languages,
    )


def _folder(settings: Section, languages: Sequence[str], quarantine: Quarantine | None) -> Frames:
    """Read the user's own data set, or the scenes."""
    return read_folder(
        Path(settings["captions"]),
        images=_path(settings["images"]),
        languages=languages,
        split_percent=settings["split_percent"],
        quarantine=quarantine,
    )


def _path(value: str | None) -> Path | None:
    """Return a path where one is set."""
    return Path(value) if value else None


_READERS: dict[str, Callable[[Section, Sequence[str], Quarantine | None], Frames]] = {
    "multi30k": _multi30k,
    "coco": _coco,
    "flickr30k": _flickr30k,
    "xtd": _xtd,
    "vatex": _vatex,
    "folder": _folder,
    "scenes": _folder,
}
