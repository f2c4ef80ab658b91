"""Any torchvision classification network, cut before its last linear layer.

What the last linear layer reads is the feature: the pooled output of a ResNet (2048 for resnet152) or mobilenet_v2
(1280), the class token of a vision transformer, and fc7 after its ReLU of a VGG (4096; its dropouts do nothing in
evaluation mode).
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import nn

from crosscap.faults import InputError
from crosscap.torchvision_import import models
from crosscap.vision.folding import fold_batch_norms
from crosscap.vision.published_weights import published_state

# Their last layer is a convolution (squeezenet), or their input and training heads are special cases.
UNUSABLE = ("squeezenet*", "googlenet", "inception_v3")
COUNTER = "num_batches_tracked"  # of batch norm; inference never reads it, and converted weights leave it out


class Backbone(NamedTuple):
    """A network in evaluation mode that maps images [B, 3, height, width] to features [B, width]."""

    network: nn.Module
    width: int
    weights_sha256: str


def backbone_names() -> list[str]:
    """Return the names of the networks that can be used."""
    return [str(name) for name in models.list_models(module=models, exclude=UNUSABLE)]


def load_backbone(name: str, *, weights: str) -> Backbone:
    """Build the network `name` with `weights`, without touching the global random state.

    `weights` is a torchvision weights name (IMAGENET1K_V1), a ``.safetensors`` file with torchvision's key names, or
    ``seed:N`` for an untrained network.

    Raises:
        InputError: the network or the weights are unknown, cannot be had, do not fit, or hold NaN or infinity.
    """
    if name not in backbone_names():
        close = difflib.get_close_matches(name, backbone_names(), n=3)
        hint = f"did you mean {' or '.join(close)}? " if close else ""
        raise InputError(
            f"features.backbone (--backbone): unknown network {name!r}; {hint}usable: {', '.join(backbone_names())}"
        )
    network = _build(name, seed=_seed_of(weights))
    if weights.endswith(".safetensors"):
        _fill(network, read_safetensors(Path(weights)), source=weights)
    elif not weights.startswith("seed:"):
        network.load_state_dict(published_state(name, weights))
    width = _cut(network)
    _require_finite(network, source=weights)
    digest = _digest(network)  # of the weights as they were given
    return Backbone(fold_batch_norms(network.eval()).eval().requires_grad_(False), width, digest)


def _seed_of(weights: str) -> int:
    """Return N of ``seed:N``, and 0 for weights that are about to be loaded."""
    if not weights.startswith("seed:"):
        return 0
    number = weights.removeprefix("seed:")
    if not number.isascii() or not number.isdigit() or int(number) >= 2**63:
        raise InputError(
            f"features.weights (--weights): {weights!r} needs a whole number after 'seed:', such as seed:2019"
        )
    return int(number)


def _build(name: str, *, seed: int) -> nn.Module:
    """Make the untrained network from `seed`, leaving the global generators as they were."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # torch.manual_seed would also seed the GPUs
        network: nn.Module = models.get_model(name, weights=None)
    return network


def _cut(network: nn.Module) -> int:
    """Replace the network's last linear layer by the identity and return the width of what that layer read."""
    path, last = [item for item in network.named_modules() if isinstance(item[1], nn.Linear)][-1]
    network.set_submodule(path, nn.Identity())
    assert isinstance(last, nn.Linear)
    return last.in_features


def read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    """Read a file of weights, which unlike a pickle cannot run code."""
    if not path.is_file():
        raise InputError(
            f"features.weights (--weights): {path}: no such file; give a .safetensors file, IMAGENET1K_V1 or seed:N"
        )
    try:
        return load(path.read_bytes())
    except SafetensorError as error:
        raise InputError(
            f"features.weights (--weights): {path}: not a whole safetensors file ({error}); restore it"
        ) from error


def _fill(network: nn.Module, state: Mapping[str, torch.Tensor], *, source: str) -> None:
    """Copy `state` into the network, name by name.

    Raises:
        InputError: a name is missing or unexpected, or a shape or type differs.
    """
    expected = network.state_dict()
    needed = {key for key in expected if not key.endswith(COUNTER)}
    _refuse(sorted(needed - state.keys()), "are missing", source)
    _refuse(sorted(state.keys() - expected.keys()), "are not of this network", source)
    _refuse(
        [
            f"{key} {list(state[key].shape)} instead of {list(expected[key].shape)}"
            for key in sorted(needed)
            if state[key].shape != expected[key].shape or not state[key].is_floating_point()
        ],
        "have another shape or are not floating point",
        source,
    )
    for key in needed:
        expected[key].copy_(state[key])


def _refuse(names: list[str], what: str, source: str) -> None:
    """Raise an `InputError` that gives up to five of the `names`, or return when there are none."""
    if names:
        raise InputError(
            f"features.weights (--weights): {source}: {len(names)} tensors {what}, such as {', '.join(names[:5])}; "
            "give the weights of the network that features.backbone (--backbone) names, with torchvision's key names"
        )


def _require_finite(network: nn.Module, *, source: str) -> None:
    """Refuse weights with NaN or infinity, which safetensors accepts."""
    bad = [key for key, tensor in network.state_dict().items() if not torch.isfinite(tensor).all()]
    if bad:
        raise InputError(
            f"features.weights (--weights): {source}: {len(bad)} tensors hold NaN or infinity, such as "
            f"{', '.join(bad[:5])}; restore the file"
        )


def _digest(network: nn.Module) -> str:
    """Return the sha256 of the weights that features depend on, the same wherever they came from."""
    digest = hashlib.sha256()
    for key, tensor in sorted(network.state_dict().items()):
        if not key.endswith(COUNTER):
            digest.update(f"{key} {list(tensor.shape)} ".encode())
            digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()
