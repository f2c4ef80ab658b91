"""Archives and compressed files: whole to their end, and unpacked nowhere but into their folder."""

from __future__ import annotations

import gzip
import lzma
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

from crosscap.downloads.items import Unpacking
from crosscap.faults import InputError

CHUNK = 1 << 20
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile)


class _Stream(Protocol):
    """What can be read in pieces."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""


def check_gzip(path: Path, url: str) -> None:
    """Decompress a .gz to its end and keep nothing.

    Raises:
        InputError: it ends early or is damaged.
    """
    try:
        with gzip.open(path) as file:
            while file.read(CHUNK):
                pass
    except DAMAGED as error:
        raise InputError(f"{url}: the .gz is damaged or ends early ({error})") from error


def unpack(archive: Path, folder: Path, *, kind: Unpacking, url: str) -> list[Path]:
    """Unpack an archive and return the files that came of it; each appears whole or not at all.

    Raises:
        InputError: the archive is damaged, has a member that would land elsewhere, or does not fit on the disk.
    """
    try:
        if kind == "zip":
            with zipfile.ZipFile(archive) as opened:
                return _unpack_zip(opened, folder, url)
        with tarfile.open(archive) as opened:
            return _unpack_tar(opened, folder, url)
    except DAMAGED as error:
        raise InputError(f"{url}: the archive is damaged or ends early ({error})") from error


def _unpack_zip(archive: zipfile.ZipFile, folder: Path, url: str) -> list[Path]:
    """Unpack the files of a zip, whose members are all checked first."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    _check([(member.filename, member.file_size) for member in members], folder, url)
    found = []
    for member in members:
        with archive.open(member) as source:
            found.append(_put(source, folder / member.filename))
    return found


def _unpack_tar(archive: tarfile.TarFile, folder: Path, url: str) -> list[Path]:
    """Unpack the files of a tar, whose members are all checked first."""
    members = [member for member in archive.getmembers() if not member.isdir()]
    for member in members:
        if not member.isfile():
            raise InputError(f"{url}: {member.name} in the archive is a link or a device; nothing was unpacked")
    _check([(member.name, member.size) for member in members], folder, url)
    found = []
    for member in members:
        source = archive.extractfile(member)
        assert source is not None  # as it is for every plain file
        found.append(_put(source, folder / member.name))
    return found


def _check(members: list[tuple[str, int]], folder: Path, url: str) -> None:
    """Refuse members that would land outside of the folder, and archives that the disk has no room for."""
    for name, _ in members:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise InputError(f"{url}: {name} in the archive would land outside of {folder}; nothing was unpacked")
    folder.mkdir(parents=True, exist_ok=True)
    needed, free = sum(size for _, size in members), shutil.disk_usage(folder).free
    if needed > free:
        raise InputError(
            f"{folder}: unpacking needs {needed / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are free; make room"
        )


def _put(source: _Stream, target: Path) -> Path:
    """Write a stream to a file beside `target`, then rename it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.unpacking")
    try:
        with temporary.open("wb") as file:
            for chunk in _chunks(source):
                file.write(chunk)
        return temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _chunks(source: _Stream) -> Iterator[bytes]:
    """Return a stream in pieces."""
    while chunk := source.read(CHUNK):
        yield chunk
