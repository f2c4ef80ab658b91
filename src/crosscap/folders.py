"""Folders written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crosscap.faults import InputError
from crosscap.files import no_room_told


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder, which takes the name `path` when the block ends well and goes when it does not.

    Raises:
        InputError: `path` exists, or the disk is full.
    """
    check_absent(path)
    with no_room_told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp"))
        try:
            yield temporary
            temporary.chmod(0o755)
            temporary.rename(path)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def check_absent(path: Path) -> None:
    """Check that nothing has the name `path`, so that something new can take it.

    Raises:
        InputError: there is something.
    """
    if path.exists() or path.is_symlink():
        raise InputError(f"{path}: exists already; remove it, or choose another name")
