"""Back from the 16 bits in which a training may let its encoders multiply (`crosscap.training.precision`)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def widened(tensor: Tensor) -> Tensor:
    """Return what autocast left in bfloat16 as float32, and anything else as it is."""
    return tensor.float() if tensor.dtype == torch.bfloat16 else tensor


def unit(vectors: Tensor) -> Tensor:
    """Scale vectors [..., E] to length 1, which takes more digits than bfloat16 has."""
    return functional.normalize(widened(vectors), dim=-1)
