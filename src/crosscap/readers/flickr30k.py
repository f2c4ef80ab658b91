"""Flickr30k in English, from the split file of Karpathy and Fei-Fei (2015), dataset_flickr30k.json."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from crosscap.faults import Faults
from crosscap.readers.checks import check_languages
from crosscap.readers.frames import build_frames
from crosscap.readers.karpathy import LANGUAGE, english_captions, read_karpathy
from crosscap.readers.quarantine import Quarantine


def read_flickr30k(
    split_file: Path, *, images: Path | None, languages: Sequence[str], quarantine: Quarantine | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read Flickr30k as the tables images and captions; it has English captions only.

    Raises:
        InputError: the data set has faults; all of them are listed.
    """
    faults = Faults()
    check_languages(languages, found={LANGUAGE}, file=split_file, faults=faults)
    listed = read_karpathy(split_file, coco=False, renamed={}, faults=faults)
    captions = english_captions(listed) if LANGUAGE in languages else []
    return build_frames([image.row for image in listed], captions, folder=images, faults=faults, quarantine=quarantine)
