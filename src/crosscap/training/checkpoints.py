"""The checkpoint of a training run: good for an exact resume, or refused.

It is one file, written whole or not at all: safetensors with the plain values in its header, followed by the sha256 of
all that, because safetensors itself would load a flipped bit silently.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

from crosscap import files
from crosscap.faults import InputError
from crosscap.training.state_folder import restart_command

DIGEST_BYTES = 32


def save_checkpoint(path: Path, tensors: Mapping[str, Tensor], values: Mapping[str, Any]) -> None:
    """Replace the checkpoint by a new one; a kill at any moment leaves the old or the new one, whole.

    Raises:
        InputError: the disk is full; the old one is as it was.
    """
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
        remedy = f"restore it, or put it aside and train from the start: {restart_command(path.parent)}"
        raise InputError(f"{path}: the checkpoint is damaged; {remedy}")
    header_length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + header_length])
    return safetensors.torch.load(data), json.loads(header["__metadata__"]["values"])
