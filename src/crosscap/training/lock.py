"""A folder that one process holds alone, over processes and, as far as the file system allows, over machines.

The lock is the kernel's (flock). It ends with its process however that ends, so a killed training leaves none behind,
and a training whose Snakemake was killed keeps its own. Over NFS, Linux hands it to the server: it holds on all
machines. Some file systems are mounted so that it holds on one machine only (NFS with local_lock, Lustre with
localflock). For these the holder also writes its machine and process id into the file and touches the file as long as
it lives; a process on another machine that gets the lock but finds such a note first waits and sees whether the file
is still touched. What this leaves open: two processes on two machines of such a file system that start within the
same moment, before either has written its note. Snakemake's own lock of the working directory is there for that.
"""

from __future__ import annotations

import fcntl
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from crosscap.faults import InputError

LOCK = "lock"
BEAT = 5.0  # seconds from one touch to the next
SILENCE = 30.0  # seconds without a touch after which a holder on another machine counts as dead


@contextmanager
def held_alone(folder: Path) -> Iterator[None]:
    """Hold a folder, made where there is none, until the block ends.

    Raises:
        InputError: another process holds it, or the file system has no locks.
    """
    with _locked(folder) as file:
        _outwait(folder, file)
        _write(file, f"{os.getpid()} on {socket.gethostname()}")
        try:
            with _touching(file):
                yield
        finally:
            _write(file, "")


def _locked(folder: Path) -> TextIO:
    """Open and lock the file of a folder, which another process may rename or remove meanwhile."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(folder / LOCK, file):
                return file
        except BlockingIOError:
            with file:
                raise _held(folder, _note(file)) from None
        except OSError as error:
            file.close()
            raise InputError(
                f"{folder}: the file system cannot lock files ({error.strerror}); keep results on one that can, such "
                "as Lustre mounted with -o flock"
            ) from error
        file.close()


def _is_at(path: Path, file: TextIO) -> bool:
    """Tell whether an open file is still the one of that name."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _outwait(folder: Path, file: TextIO) -> None:
    """Wait until a holder on another machine has been silent for long enough to be dead."""
    note = _note(file)
    if not note or note.endswith(f" on {socket.gethostname()}"):  # of this machine: its lock went with its process
        return
    touched, started = _touched(folder), time.monotonic()
    while time.monotonic() - started < SILENCE:
        time.sleep(SILENCE / 30)
        if _touched(folder) != touched:
            raise _held(folder, note)


def _touched(folder: Path) -> int:
    """Return when the file was touched, in nanoseconds; opened anew, because NFS remembers an older time otherwise."""
    with (folder / LOCK).open(encoding="utf-8") as file:
        return os.fstat(file.fileno()).st_mtime_ns


@contextmanager
def _touching(file: TextIO) -> Iterator[None]:
    """Touch a file every few seconds while the block runs."""
    ended = threading.Event()

    def touch() -> None:
        while not ended.wait(BEAT):
            os.utime(file.fileno())

    thread = threading.Thread(target=touch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _note(file: TextIO) -> str:
    """Return what the holder wrote."""
    file.seek(0)
    return file.read()


def _write(file: TextIO, note: str) -> None:
    """Replace what the file says of its holder."""
    file.truncate(0)
    file.write(note)
    file.flush()


def _held(folder: Path, note: str) -> InputError:
    """Return the refusal of a folder that a process holds."""
    holder = f"process {note}" if note else "another process"
    return InputError(f"{folder}: another training is at work here, {holder}; wait for it or stop it")
