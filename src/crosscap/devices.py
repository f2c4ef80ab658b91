"""Which device torch computes on, and which GPU is whose where several processes compute.

A process that computes leases one of the GPUs that it sees: Snakemake counts GPUs (`gpu=1`) and hands out none, so that
all jobs of a machine would take the first. A lease is a file lock, which the system takes back however a process ends.
"""

from __future__ import annotations

import fcntl
import logging
import os
import stat
import tempfile
import threading
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

import torch
from torch import Tensor

from crosscap.faults import InputError

logger = logging.getLogger(__name__)
ONE_LEASE = threading.Lock()  # threads of one process ask at the same time


def device_kind() -> str:
    """Return ``cuda`` where this process sees a CUDA device (CUDA_VISIBLE_DEVICES counts), else ``cpu``."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def best_device() -> str:
    """Return the device of this process until it ends: a GPU that it leases, such as ``cuda:1``, or ``cpu``.

    Raises:
        InputError: the folder of the leases is somebody else's.
    """
    with ONE_LEASE:
        return _leased_device()


def has_room(device: str, tensor: Tensor) -> bool:
    """Tell whether a device takes a tensor and has as much memory left again, for a model and its steps."""
    if torch.device(device).type != "cuda":
        return True
    free, _ = torch.cuda.mem_get_info(device)
    return 2 * tensor.nbytes <= free


def moved(tensor: Tensor, device: torch.device) -> Tensor:
    """Return a tensor on a device; one that comes from the CPU does not wait for what a GPU still has to do."""
    if tensor.device.type == "cpu" and device.type == "cuda":
        return tensor.pin_memory().to(device, non_blocking=True)  # copies from other memory wait
    return tensor.to(device)


@cache
def _leased_device() -> str:
    """Lease a GPU and make it what torch means by ``cuda``; without one, take the CPU."""
    if device_kind() == "cpu":
        return "cpu"
    names = [str(torch.cuda.get_device_properties(number).uuid) for number in range(torch.cuda.device_count())]
    number = _lease(names, folder=_lease_folder())
    torch.cuda.set_device(number)
    torch.backends.cudnn.allow_tf32 = False  # unasked, PyTorch lets cuDNN round float32's factors to 10 bits
    return f"cuda:{number}"


def _lease(names: list[str], *, folder: Path) -> int:
    """Return the number of a GPU that nobody has leased; where all are leased, of one that few share."""
    others, number = next(
        (others, number)
        for others in count()
        for number, name in enumerate(names)
        if _locked(folder / f"{name}-{others}.lock")
    )
    if others:
        logger.warning(
            "all GPUs are in use (%d): this process shares number %d; --resources gpu=%d keeps Snakemake's jobs apart",
            len(names),
            number,
            len(names),
        )
    return number


def _locked(path: Path) -> bool:
    """Lock a file until this process ends, unless another process has locked it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    return True  # the descriptor stays open: the lock goes with it


def _lease_folder() -> Path:
    """Make the folder of a user's leases, which is in a place where everybody may write.

    Raises:
        InputError: there is something of that name that the user alone cannot have made.
    """
    folder = Path(tempfile.gettempdir()) / f"crosscap-{os.getuid()}-gpus"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise InputError(
            f"{folder}: expected a folder of yours that nobody else may use, found {stat.filemode(found.st_mode)} of "
            f"user {found.st_uid}; remove it, or set TMPDIR to a folder of yours"
        )
    return folder
