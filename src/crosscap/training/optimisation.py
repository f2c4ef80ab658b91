"""The optimiser and its learning rate, a function of the step alone, so that a resumed run goes on exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import torch
from torch import nn

OptimiserName = Literal["adam", "adamax", "adamw"]


def make_optimiser(
    parameters: Iterable[nn.Parameter], *, name: OptimiserName, learning_rate: float, weight_decay: float
) -> torch.optim.Optimizer:
    """Make the optimiser; only AdamW reads the weight decay."""
    if name == "adamax":
        return torch.optim.Adamax(parameters, lr=learning_rate)
    if name == "adamw":
        return torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=weight_decay, fused=True)
    return torch.optim.Adam(parameters, lr=learning_rate, fused=True)


def learning_rate_factor(
    step: int, *, epoch: int, decay: float, decay_after: Sequence[int], unit: str, warmup: Mapping[str, Any]
) -> float:
    """Return what the base learning rate is multiplied by at a step, counted from 0.

    Within the warm-up's steps the factor goes evenly from `warmup.start` to `warmup.end`, where it stays (LAVSE: 0.5 to
    2 in 4,000 steps, in which the code skips the first); then each passed number of `decay_after`, in steps or epochs,
    multiplies it by `decay`.
    """
    passed = sum((step if unit == "steps" else epoch) >= number for number in decay_after)
    if not warmup["steps"]:
        return decay**passed
    share = min(1.0, step / max(1, warmup["steps"] - 1))
    return (warmup["start"] + share * (warmup["end"] - warmup["start"])) * decay**passed
