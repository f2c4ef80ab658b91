"""Which device torch computes on."""

from __future__ import annotations

import torch


def best_device() -> str:
    """Return ``cuda`` where this process sees a CUDA device (CUDA_VISIBLE_DEVICES counts), else ``cpu``."""
    return "cuda" if torch.cuda.is_available() else "cpu"
