"""Places where little can be written: a small disk of their own, and a process whose files may not grow."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

KINDS = ("disk", "limit")  # the second works everywhere, the first where file systems may be mounted
PAGE = 4096  # bytes
NO_ROOM = "the disk is full|files may not become that large here"


@contextmanager
def small_disk(folder: Path, *, size: int) -> Iterator[Path]:
    """Mount a disk of so many bytes at a folder while the block runs."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "crosscap-test", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here ({done.stderr.strip()}); the tests of file sizes stand in")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def small(kind: str, folder: Path, *, size: int = 2**22) -> Iterator[Path]:
    """Give a folder for `no_room`: on a small disk of its own, or like any other."""
    if kind == "disk":
        with small_disk(folder, size=size) as mounted:
            yield mounted
    else:
        folder.mkdir()
        yield folder


@contextmanager
def no_room(kind: str, folder: Path, *, room: int, process: int = 0) -> Iterator[None]:
    """Leave room for so many bytes while the block runs: on the disk, or in each file of a process (0: this one)."""
    if kind == "disk":
        filler = folder / ".filler"
        fill(filler, room=room)
        yield
        filler.unlink()
        return
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # of another process, which has ended
            resource.prlimit(process, resource.RLIMIT_FSIZE, before)


def fill(file: Path, *, room: int) -> None:
    """Fill a disk up to so many bytes, in whole pages."""
    found = os.statvfs(file.parent)
    with file.open("wb") as filler:
        filler.write(bytes(max(0, found.f_bavail * found.f_frsize - room) // PAGE * PAGE))
