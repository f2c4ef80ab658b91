"""The state directory of a training run: held by one process, fingerprinted, and put aside on request.

It is no output of the workflow, which deletes outputs before a run.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from crosscap import files
from crosscap.faults import InputError
from crosscap.notes import read_note, write_note
from crosscap.training.lock import held_alone

logger = logging.getLogger(__name__)

CHECKPOINT, FINGERPRINT = "checkpoint", "fingerprint.json"


@contextmanager
def locked_state(folder: Path, *, fingerprint: Mapping[str, object]) -> Iterator[Path]:
    """Hold the state directory alone, and give the path of its checkpoint.

    A block that ends has finished the training, and the directory goes; one that raises leaves it for the next run.

    Raises:
        InputError: another process holds it, it was left by a run with other settings, data, code or threads, or the
            disk is full.
    """
    with files.no_room_told(folder), held_alone(folder):
        files.remove_unfinished(folder)
        _check_fingerprint(folder, fingerprint)
        yield folder / CHECKPOINT
        shutil.rmtree(folder, ignore_errors=True)


def archive_state(folder: Path, *, journal: Path) -> Path:
    """Rename a state directory, with a copy of the run's journal in it, and return its new name: the first free number.

    The journal itself stays: a run that begins anew with the same settings goes on under the same name in the tracking
    store, where a value that is noted a second time would count twice.

    Raises:
        InputError: there is no saved state, or a training holds it.
    """
    if not (folder / CHECKPOINT).is_file():
        raise InputError(f"{folder}: no training was interrupted here; the next run begins at step 0 anyway")
    with held_alone(folder):
        if journal.is_file():
            shutil.copy2(journal, folder)
        numbered = (folder.with_name(f"{folder.name}.{number}") for number in count(1))
        archive = next(path for path in numbered if not path.exists())
        folder.rename(archive)
    return archive


def restart_command(folder: Path) -> str:
    """Return what to type to train from the start, of a state directory."""
    return f"crosscap restart {folder.parent}"


def _check_fingerprint(folder: Path, fingerprint: Mapping[str, object]) -> None:
    """Compare with the fingerprint left by an interrupted run, or leave this one."""
    path = folder / FINGERPRINT
    aside = f"put the state aside and train from the start: {restart_command(folder)}"
    now = json.loads(json.dumps(fingerprint))  # as it will be read
    if path.is_file() and (folder / CHECKPOINT).is_file():
        before = read_note(path, remedy=aside)
        changed = sorted(key for key in {*before, *now} if before.get(key) != now.get(key))
        if changed:
            differences = ", ".join(f"{key} {_short(before.get(key))} -> {_short(now.get(key))}" for key in changed)
            raise InputError(
                f"{folder}: an interrupted training with other settings left its state here ({differences}); restore "
                f"them to go on where it stopped, or {aside}"
            )
        logger.info("resuming the interrupted training in %s", folder)
    write_note(path, now)


def _short(value: object) -> str:
    """Return a value for a message: the first digits of a sha256, all of anything else."""
    return re.sub(r"\b([0-9a-f]{8})[0-9a-f]{56}\b", r"\1", str(value))
