"""The reader that the settings name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from crosscap.readers.folder import read_folder
from crosscap.readers.multi30k import read_multi30k


def read(reader: str, *, languages: Sequence[str], settings: Mapping[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a data set with its reader's `settings` as the tables images and captions; scenes are read as a folder.

    Raises:
        InputError: the data set has faults; all of them are listed.
    """
    images = Path(settings["images"]) if settings["images"] else None
    if reader == "multi30k":
        return read_multi30k(Path(settings["folder"]), task=settings["task"], images=images, languages=languages)
    return read_folder(
        Path(settings["captions"]), images=images, languages=languages, split_percent=settings["split_percent"]
    )
