"""The weights that torchvision publishes: in torch's cache or downloaded, checked by their hash, never unpickled."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from urllib.error import URLError

import torch

from crosscap.faults import InputError
from crosscap.files import sha256_of
from crosscap.torchvision_import import models

_HASH = re.compile(r"-([0-9a-f]{8,})\.")  # torchvision puts the start of a file's sha256 into its name
_OLD_DENSENET = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)")  # norm.1 was renamed norm1 after publication


def published_state(network: str, weights: str) -> dict[str, torch.Tensor]:
    """Return the state dictionary of torchvision's `weights` (IMAGENET1K_V1) of a network.

    Raises:
        InputError: torchvision has no such weights, they cannot be downloaded, or the file is damaged.
    """
    available = models.get_model_weights(network).__members__
    if weights not in available:
        raise InputError(
            f"features.weights (--weights): {network} has no weights {weights!r}; "
            f"choose {', '.join(available)}, a .safetensors file or seed:N"
        )
    path = _cached_file(available[weights].url)
    try:
        state: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise InputError(f"{path}: not a file of weights ({error}); remove it and run again") from error
    for key in [key for key in state if _OLD_DENSENET.search(key)]:
        state[_OLD_DENSENET.sub(r"\1\2", key)] = state.pop(key)
    return state


def _cached_file(url: str) -> Path:
    """Return the file of `url` in torch's cache, downloaded if need be, its hash verified either way."""
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(url).name
    if not path.exists():
        _download(url, path)
    promised = _HASH.search(path.name)
    found = sha256_of(path)
    if promised and not found.startswith(promised[1]):
        raise InputError(f"{path}: damaged: its sha256 {found[:8]}... is not that of its name; remove it and run again")
    return path


def _download(url: str, path: Path) -> None:
    """Download `url` to `path`, whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(path), progress=False)
    except (URLError, OSError) as error:
        raise InputError(
            f"features.weights (--weights): {url} cannot be downloaded ({error}); fetch the file elsewhere and "
            f"put it at {path}, or give a .safetensors file in torchvision's key names, or seed:N"
        ) from error
