"""In which numbers a training computes: all in float32, or what the encoders multiply in bfloat16.

With ``bfloat16`` the products of the encoders take and give 16 bits (PyTorch's autocast), for machines that multiply
these faster. The rest stays in float32: weights, embeddings from their last normalisation on, similarities, losses,
gradients of the weights, optimiser, RCSLS, and everything that is measured or written. The GRU stays there too: under
autocast, PyTorch gives cuDNN's GRU float16, whatever was asked for, in which small gradients vanish.
"""

from __future__ import annotations

import os
from typing import Literal

import torch

PrecisionName = Literal["float32", "bfloat16"]


def set_arithmetic(*, threads: int) -> None:
    """Make what this process computes depend on its inputs alone."""
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it, CUDA's products are not deterministic


def encoding(precision: PrecisionName, device: torch.device) -> torch.autocast:
    """Return the context in which the encoders of a training step compute."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bfloat16")
