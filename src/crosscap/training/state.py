"""What a run is given, where it stands, and both halves of a checkpoint's tensors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from crosscap.faults import InputError
from crosscap.models.losses import HingeName
from crosscap.training.batches import NegativesName
from crosscap.training.directions import Direction
from crosscap.training.optimisation import OptimiserName, learning_rate_factor
from crosscap.training.precision import PrecisionName


@dataclass(frozen=True)
class Settings:
    """The training section of the config that the loop itself reads; see `config.yaml` for meanings and units.

    What a system does not read is 0, empty or None.
    """

    seed: int
    precision: PrecisionName
    batch_size: int
    negatives: NegativesName
    same_image_negatives: bool
    hinge: HingeName | Literal["schedule"]
    hinge_decay: Mapping[str, float]
    margin: float
    loss_weights: Mapping[str, float]
    temperature: float
    transport: Mapping[str, Any]
    distillation: Mapping[str, Any]
    tightening: Mapping[str, Any]
    optimiser: OptimiserName
    weight_decay: float
    learning_rate: float
    learning_rate_decay: float
    learning_rate_steps: tuple[int, ...]
    learning_rate_unit: Literal["epochs", "steps"]
    warmup: Mapping[str, Any]
    clip_norm: float
    epochs: int
    patience: int
    validate_every: int
    checkpoint_every: int
    align_every: int
    align_learning_rate: float
    align_neighbours: int
    align_orthogonal: bool

    def learning_rate_at(self, step: int, *, epoch: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        return self.learning_rate * learning_rate_factor(
            step,
            epoch=epoch,
            decay=self.learning_rate_decay,
            decay_after=self.learning_rate_steps,
            unit=self.learning_rate_unit,
            warmup=self.warmup,
        )


@dataclass(frozen=True)
class Alignment:
    """What keeps the languages together: the maps to train, and the word pairs that measure it, keyed ``de-en``."""

    directions: tuple[Direction, ...] = ()
    test_pairs: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass
class Progress:
    """Where a run stands; plain values, kept in the checkpoint."""

    step: int = 0
    epoch: int = 0
    batch: int = 0  # of the epoch, the next to see
    best_score: float = -1.0
    best_step: int = 0
    stale: int = 0  # validations since the best
    validated: int = -1  # the step of the last validation
    losses: dict[str, float] = field(default_factory=dict)  # of each term, summed since the last validation
    loss_steps: int = 0
    learning_rate: float = 0.0  # of the last step
    align_learning_rates: list[float] = field(default_factory=list)  # of each trained map
    align_losses: list[float | None] = field(default_factory=list)  # before each map's last step, None before its first
    history: list[dict[str, float | int | str]] = field(default_factory=list)

    def finished(self, settings: Settings) -> bool:
        """Tell whether all epochs are seen or the patience is at its end."""
        return self.epoch >= settings.epochs or self.stale >= settings.patience

    def note_losses(self, totals: Mapping[str, Tensor]) -> None:
        """Note each term's loss a row, summed over the steps since the last validation.

        Raises:
            InputError: a sum is not finite, because a loss was not.
        """
        for name, total in totals.items():
            if not math.isfinite(value := total.item()):
                raise InputError(
                    f"the loss {name} is {value} by step {self.step}: training diverged; lower training.learning_rate"
                )
            self.losses[name] = value


def pack(model: nn.Module, best: Mapping[str, Tensor], optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return the weights, the best weights, the optimiser's moments and the random state as named tensors."""
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    tensors |= {f"best.{name}": tensor for name, tensor in best.items()}
    tensors |= {
        f"optimiser.{number}.{name}": tensor
        for number, moments in optimiser.state_dict()["state"].items()
        for name, tensor in moments.items()
    }
    tensors["random"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random_cuda"] = torch.cuda.get_rng_state()
    return tensors


def unpack(tensors: Mapping[str, Tensor], model: nn.Module, optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Put what `pack` made back in place and return the best weights."""
    model.load_state_dict(_under("model.", tensors))
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in _under("optimiser.", tensors).items():
        number, key = name.split(".")
        moments.setdefault(int(number), {})[key] = tensor
    optimiser.load_state_dict(optimiser.state_dict() | {"state": moments})
    torch.set_rng_state(tensors["random"])
    if "random_cuda" in tensors:
        torch.cuda.set_rng_state(tensors["random_cuda"])
    device = next(model.parameters()).device
    return {name: tensor.to(device) for name, tensor in _under("best.", tensors).items()}


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors whose name starts with `prefix`, without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
