"""What the catalogue of downloads is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unpacking = Literal["none", "zip", "tar"]


@dataclass(frozen=True)
class RemoteFile:
    """A file to download, and where it goes below the folder of downloads: a file, or the folder of an archive."""

    url: str
    target: str
    size: int | None = None  # bytes
    sha256: str | None = None  # in full, or its beginning where no more is published
    unpack: Unpacking = "none"
    creates: tuple[str, ...] = ()  # what an archive holds, below its target: enough to tell that it is there already


@dataclass(frozen=True)
class FreeItem:
    """What may be fetched freely."""

    name: str
    files: tuple[RemoteFile, ...]
    licence: str
    note: str


@dataclass(frozen=True)
class ManualItem:
    """What the user must get: the steps, and what must then be there below the folder of downloads."""

    name: str
    needs: tuple[str, ...]
    licence: str
    steps: tuple[str, ...]


Item = FreeItem | ManualItem
