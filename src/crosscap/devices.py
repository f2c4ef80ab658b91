"""Which device torch computes on."""

from __future__ import annotations

import torch
from torch import Tensor


def best_device() -> str:
    """Return ``cuda`` where this process sees a CUDA device (CUDA_VISIBLE_DEVICES counts), else ``cpu``."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def has_room(device: str, tensor: Tensor) -> bool:
    """Tell whether a device takes a tensor and has as much memory left again, for a model and its steps."""
    if device != "cuda":
        return True
    free, _ = torch.cuda.mem_get_info()
    return 2 * tensor.nbytes <= free
