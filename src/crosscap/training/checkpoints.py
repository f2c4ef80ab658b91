"""The state directory of a training run: locked, fingerprinted, and good for an exact resume.

It is no output of the workflow, which deletes outputs before a run. A checkpoint is one file, written whole or not at
all: safetensors with the plain values in its header, followed by the sha256 of all that, because safetensors itself
would load a flipped bit silently.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

from crosscap import files
from crosscap.faults import InputError

logger = logging.getLogger(__name__)

CHECKPOINT, FINGERPRINT, LOCK = "checkpoint", "fingerprint.json", "lock"
DIGEST_BYTES = 32


@contextmanager
def locked_state(folder: Path, *, fingerprint: Mapping[str, object]) -> Iterator[Path]:
    """Hold the state directory alone, and give the path of its checkpoint.

    Raises:
        InputError: another process holds it, or it was left by a run with other settings, data, code or threads.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"{folder}: another training is at work here; wait for it or stop it") from None
        _check_fingerprint(folder, fingerprint)
        yield folder / CHECKPOINT


def remove_state(folder: Path) -> None:
    """Remove the state directory of a finished run."""
    shutil.rmtree(folder, ignore_errors=True)


def save_checkpoint(path: Path, tensors: Mapping[str, Tensor], values: Mapping[str, Any]) -> None:
    """Replace the checkpoint by a new one; a kill at any moment leaves the old or the new one, whole."""
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    data = safetensors.torch.save(contiguous, metadata={"values": json.dumps(values)})
    files.atomic_write(path, data + hashlib.sha256(data).digest())


def load_checkpoint(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """Read the checkpoint, None where there is none.

    Raises:
        InputError: the file is damaged.
    """
    if not path.is_file():
        return None
    data = path.read_bytes()
    data, digest = data[:-DIGEST_BYTES], data[-DIGEST_BYTES:]
    if hashlib.sha256(data).digest() != digest:
        raise InputError(f"{path}: the checkpoint is damaged; remove {path.parent} to train from the start")
    header_length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + header_length])
    return safetensors.torch.load(data), json.loads(header["__metadata__"]["values"])


def _check_fingerprint(folder: Path, fingerprint: Mapping[str, object]) -> None:
    """Compare with the fingerprint left by an interrupted run, or leave this one."""
    path = folder / FINGERPRINT
    if path.is_file() and (folder / CHECKPOINT).is_file():
        before = files.read_json(path)
        changed = sorted(key for key in {*before, *fingerprint} if before.get(key) != fingerprint.get(key))
        if changed:
            differences = ", ".join(f"{key} {before.get(key)} -> {fingerprint.get(key)}" for key in changed)
            raise InputError(
                f"{folder}: an interrupted training with other settings left its state here ({differences}); restore "
                "them to go on where it stopped, or remove the folder to train from the start"
            )
        logger.info("resuming the interrupted training in %s", folder)
    files.write_json(path, dict(fingerprint))
