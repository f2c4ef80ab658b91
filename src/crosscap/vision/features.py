"""Image features: the pooled activations of a network over one crop, or the mean over ten crops, of each image.

Decoding runs in threads (Pillow and hashing release Python's lock) a few batches ahead of the network. Shards are whole
batches (`crosscap.vision.shards`), so an image's features do not depend on the shards, bit for bit on the same machine.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn

from crosscap import logs
from crosscap.faults import Faults, InputError
from crosscap.vision.backbones import Backbone, load_backbone
from crosscap.vision.crops import check_geometry, cut_crops, normalise
from crosscap.vision.decoding import decode_image, decoder_version, too_thin

log = logging.getLogger(__name__)

AHEAD = 3  # batches decoded while the network computes

Features = tuple[np.ndarray, dict[str, str]]  # float32 [N, F] and what made them
Crops = np.ndarray | None  # uint8 [crops, 3, crop, crop]; None where the image is faulty


def extract_features(
    images: pd.DataFrame,
    *,
    folder: Path,
    backbone: str,
    weights: str,
    crops: int,
    resize: int,
    crop: int,
    batch_size: int,
    device: str,
) -> Features:
    """Compute each image's feature, not normalised, and say what made them, for the metadata of the features table.

    Features do not depend on the batch size beyond 1e-5, nor on anything else on the same machine. On CUDA, trained
    networks compute in mixed precision; an untrained one may grow beyond the range of float16.

    Raises:
        InputError: a setting is wrong, or images are missing, changed or unreadable (all of them are named), or a
            feature is NaN or infinite.
    """
    network = load_backbone(backbone, weights=weights)
    return run_backbone(
        images,
        network,
        folder=folder,
        named=(backbone, weights),
        crops=crops,
        resize=resize,
        crop=crop,
        batch_size=batch_size,
        device=device,
    )


def run_backbone(
    images: pd.DataFrame,
    loaded: Backbone,
    *,
    folder: Path,
    named: tuple[str, str],
    crops: int,
    resize: int,
    crop: int,
    batch_size: int,
    device: str,
) -> Features:
    """Do what `extract_features` does with a network that was loaded before; `named` are its backbone and weights."""
    backbone, weights = named
    check_geometry(crops=crops, resize=resize, crop=crop)
    _require_files(images)
    network, width, weights_sha256 = loaded
    precision = (
        torch.float16 if torch.device(device).type == "cuda" and not weights.startswith("seed:") else torch.float32
    )
    network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    log.info("%d images, %s, %d crops of %d pixels, on %s", len(images), backbone, crops, crop, device)
    batches = _decoded_batches(images, folder=folder, crops=crops, resize=resize, crop=crop, batch_size=batch_size)
    parts = [_mean_activations(network, batch, device=device, precision=precision) for batch in batches]
    matrix = np.concatenate([np.empty((0, width), dtype=np.float32), *parts])  # [N, F]
    _require_finite(matrix, image_ids=images["image_id"], backbone=backbone)
    file = Path(weights).name  # of weights that are a file: its folder is another one on another machine
    made_by = {"backbone": backbone, "weights": file, "weights_sha256": weights_sha256, "crops": crops}
    made_by |= {"resize": resize, "crop": crop, "precision": str(precision).removeprefix("torch.")}
    made_by |= {"decoder": decoder_version()}
    return matrix, {key: str(value) for key, value in made_by.items()}


def _decoded_batches(
    images: pd.DataFrame, *, folder: Path, crops: int, resize: int, crop: int, batch_size: int
) -> Iterator[np.ndarray]:
    """Yield the crops of each batch of images; from the first fault on, only look for further faults.

    Shapes:
        yielded: uint8 [B, crops, 3, crop, crop].

    Raises:
        InputError: after the last image, when any image is faulty.
    """
    faults = Faults()

    def load(row: int) -> Crops:
        name, sha256 = images["path"].iloc[row], images["sha256"].iloc[row]
        image = decode_image(folder / name, name=name, sha256=sha256, faults=faults)
        if image is None or too_thin(image, name=name, faults=faults):
            return None
        return cut_crops(image, crops=crops, resize=resize, crop=crop)

    for batch in _load_ahead(load, rows=range(len(images)), batch_size=batch_size):
        if not faults.found:
            yield np.stack([cut for cut in batch if cut is not None])
    faults.raise_any()


def _load_ahead(load: Callable[[int], Crops], *, rows: range, batch_size: int) -> Iterator[list[Crops]]:
    """Yield `load` of the rows, a list a batch, in order, with a few batches computed ahead in threads."""
    with ThreadPoolExecutor(max(2, torch.get_num_threads())) as pool:
        waiting: deque[list[Future[Crops]]] = deque()
        starts = range(0, len(rows), batch_size)
        for start in logs.progress(starts, total=len(starts), unit="batch"):
            waiting.append([pool.submit(load, row) for row in rows[start : start + batch_size]])
            if len(waiting) > AHEAD:
                yield [future.result() for future in waiting.popleft()]
        while waiting:
            yield [future.result() for future in waiting.popleft()]


@torch.inference_mode()
def _mean_activations(network: nn.Module, batch: np.ndarray, *, device: str, precision: torch.dtype) -> np.ndarray:
    """Return the mean over the crops of the network's activations.

    The crops pass one at a time, so that memory does not grow with their number.

    Shapes:
        batch: uint8 [B, crops, 3, crop, crop]; returned: float32 [B, F].
    """
    pixels = torch.from_numpy(batch).to(device)
    total: torch.Tensor | float = 0.0
    with torch.autocast(torch.device(device).type, dtype=precision, enabled=precision != torch.float32):
        for position in range(pixels.shape[1]):
            square = normalise(pixels[:, position]).contiguous(memory_format=torch.channels_last)  # [B, 3, crop, crop]
            total = total + network(square).float()
    assert isinstance(total, torch.Tensor)
    mean: np.ndarray = (total / pixels.shape[1]).cpu().numpy()
    return mean


def _require_files(images: pd.DataFrame) -> None:
    """Refuse rows without a file, which a data set of precomputed features has."""
    without = images["image_id"][images["path"] == ""]
    if len(without):
        raise InputError(
            f"{len(without)} of {len(images)} images have no file, first: {', '.join(without[:5])}; give the folder of "
            "the images, or precomputed features (features.precomputed)"
        )


def _require_finite(matrix: np.ndarray, *, image_ids: pd.Series, backbone: str) -> None:
    """Refuse features with NaN or infinity."""
    bad = image_ids[~np.isfinite(matrix).all(axis=1)]
    if len(bad):
        raise InputError(
            f"{backbone} gives NaN or infinity for {len(bad)} of {len(matrix)} images, first: {', '.join(bad[:5])}; "
            "use other weights"
        )
