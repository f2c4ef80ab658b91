"""Files written whole or not at all, and their digests."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from crosscap.faults import InputError

NO_ROOM = {  # why nothing more can be written, and what to do
    errno.ENOSPC: ("the disk is full", "make room"),
    errno.EDQUOT: ("your quota of the disk is used up", "make room"),
    errno.EFBIG: ("files may not become that large here", "raise the limit (ulimit -f)"),
}


def atomic_write(path: str | Path, data: bytes) -> None:
    """Write a file whole or not at all, as `whole_file` does."""
    with whole_file(path, size=len(data)) as file:
        file.write(data)


@contextmanager
def whole_file(path: str | Path, *, size: int | None = None) -> Iterator[BinaryIO]:
    """Open a file to write that is there whole or not at all: a temporary one beside it, flushed to disk, then renamed.

    A full disk or a kill leaves the old file as it was and no temporary file that would be read; `size` is how many
    bytes will be written, if that is known.

    Raises:
        InputError: the disk is full.
    """
    path = Path(path)
    with no_room_told(path, size=size):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        try:
            with os.fdopen(handle, "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def remove_unfinished(folder: Path, *, name: str = "*") -> None:
    """Remove what killed writers left of files in a folder; nobody else may be writing them now."""
    for temporary in folder.glob(f".{name}.*.tmp"):
        temporary.unlink()


@contextmanager
def no_room_told(path: str | Path, *, size: int | None = None) -> Iterator[None]:
    """Tell in a line that there is no room for a file, or for the files of a folder, of `size` bytes if known.

    Raises:
        InputError: the disk or a quota is full, or a file would be larger than allowed.
    """
    try:
        yield
    except OSError as error:
        # NumPy's message when it could write a part only, which has no number
        number = errno.ENOSPC if re.fullmatch(r"\d+ requested and \d+ written", str(error)) else error.errno
        if number not in NO_ROOM:
            raise
        problem, remedy = NO_ROOM[number]
        folder = next(parent for parent in Path(path).absolute().parents if parent.is_dir())
        free = shutil.disk_usage(folder).free
        needed = "more than that" if size is None else f"{size:,} bytes"
        raise InputError(
            f"{path}: {problem} ({free:,} bytes are free in {folder}, {needed} needed); {remedy} and run again, what "
            "was there before is as it was"
        ) from error


def reserve(path: Path) -> None:
    """Give a file that is written through memory its room on the disk: where none is left, a write ends the process."""
    with path.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, path.stat().st_size)


def as_paths(files: Iterable[tuple[str, str | Sequence[str]]]) -> dict[str, Any]:
    """Return a rule's files as paths by their names: one where a name is one file, else a list of them."""
    return {name: Path(given) if isinstance(given, str) else list(map(Path, given)) for name, given in files}


def sha256_of(path: str | Path) -> str:
    """Return the sha256 of a file, which may be larger than memory, in hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def known_sha256(path: str | Path) -> str:
    """Return the sha256 of a file, computed once in this process while its size and time of change stay as they are."""
    found = Path(path).stat()
    return _sha256_at(str(path), found.st_size, found.st_mtime_ns)


@cache
def _sha256_at(path: str, _size: int, _changed: int) -> str:
    """Return the sha256 of a file as it was at a time."""
    return sha256_of(path)
