"""Image features of photos on disk: against the network's bare forward pass over tensors that are ready in memory.

The photos are made: 500 x 375 pixels, as JPEG, noise with discs over it. One way reads, checks, decodes, resizes,
crops, normalises and computes; the other one computes only. On the processor both share the same cores, so decoding
cannot be hidden behind the network; what it takes by itself is given beside the ratio. The bare network is that of
torchvision; the workflow folds its batch normalisations into its convolutions, and is compared with that network's bare
pass too. Of each way the best of some rounds counts: what else a machine does slows networks by a third now and then.
"""

from __future__ import annotations

import crosscap  # noqa: F401 - before torch, as in the workflow: it says how PyTorch takes memory

# isort: split
import hashlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from measuring import Curve, Figure, Found, run, seconds_of
from PIL import Image, ImageDraw

from crosscap.faults import Faults
from crosscap.torchvision_import import models
from crosscap.vision.backbones import Backbone, load_backbone
from crosscap.vision.crops import cut_crops, normalise
from crosscap.vision.decoding import decode_image
from crosscap.vision.features import run_backbone

BATCH, PHOTOS = 16, {1: 192, 10: 32}  # photos for each number of crops
SETTINGS = {"resize": 256, "crop": 224}
ROUNDS = 4
WEIGHTS = "seed:2019"
OF_START = "once each, in seconds: the start and what else the machine does weigh"
SHARE = 90  # percent of the bare forward pass's speed


def measure() -> Found:
    """Compare the two ways for two networks, with one crop and with ten."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = write_photos(folder, max(PHOTOS.values()))
        networks = {name: load_backbone(name, weights=WEIGHTS) for name in ("resnet18", "mobilenet_v2")}
        figures = [
            figure
            for name, loaded in networks.items()
            for crops, count in PHOTOS.items()
            for figure in share(loaded, name, table.iloc[:count], folder=folder, crops=crops)
        ]
        sizes = [2 * BATCH, 4 * BATCH, 8 * BATCH, 12 * BATCH]
        whole = [
            seconds_of(partial(extract, networks["resnet18"], table.iloc[:count], folder=folder, crops=1))
            for count in sizes
        ]
    return Found(figures, [Curve("features of resnet18", "images", sizes, whole, "s", 1, OF_START)])


def share(loaded: Backbone, name: str, table: pd.DataFrame, *, folder: Path, crops: int) -> list[Figure]:
    """Return the speed from file to feature in percent of bare forward passes, each by the best of its rounds."""
    batches = list(ready_batches(table, folder=folder, crops=crops))
    given = models.get_model(name, weights=None).eval()
    networks = [
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        for network in (given, loaded.network)
    ]
    with torch.inference_mode():
        extract(loaded, table.iloc[:1], folder=folder, crops=1)  # warms up
        bare, folded, whole = [], [], []
        for network in networks:
            network(batches[0])
        for _ in range(ROUNDS):
            bare.append(seconds_of(lambda: [networks[0](square) for square in batches]))
            folded.append(seconds_of(lambda: [networks[1](square) for square in batches]))
            whole.append(seconds_of(lambda: extract(loaded, table, folder=folder, crops=crops)))
    network_takes = 1000 * torch.get_num_threads() * min(folded) / len(table)
    decoding = 1000 * decoding_seconds(table, folder=folder, crops=crops) / len(table)
    detail = f"an image takes {decoding:.1f} ms of a core to decode, {network_takes:.0f} ms in the network alone"
    path = f"features of {name}, {crops} crop{'s' if crops > 1 else ''}"
    return [
        Figure(path, "the bare forward pass", 100 * min(bare) / min(whole), "% of its speed", SHARE, detail=detail),
        Figure(path, "that of the folded network", 100 * min(folded) / min(whole), "% of its speed"),
    ]


def extract(loaded: Backbone, table: pd.DataFrame, *, folder: Path, crops: int) -> np.ndarray:
    """Return the features as the workflow computes them."""
    named = ("a network", WEIGHTS)
    return run_backbone(
        table, loaded, folder=folder, named=named, crops=crops, batch_size=BATCH, device="cpu", **SETTINGS
    )[0]


def ready_batches(table: pd.DataFrame, *, folder: Path, crops: int) -> Iterator[torch.Tensor]:
    """Yield what the network sees, a batch and a crop at a time: float32 [B, 3, crop, crop], the channels last."""
    cut = cut_photos(table, folder=folder, crops=crops)
    while batch := list(islice(cut, BATCH)):
        for position in range(crops):
            square = normalise(torch.from_numpy(np.stack(batch))[:, position])
            yield square.contiguous(memory_format=torch.channels_last)


def cut_photos(table: pd.DataFrame, *, folder: Path, crops: int) -> Iterator[np.ndarray]:
    """Read, check, decode and cut one photo after the other."""
    for name, sha256 in zip(table["path"], table["sha256"], strict=True):
        image = decode_image(folder / name, name=name, sha256=sha256, faults=Faults())
        assert image is not None
        yield cut_crops(image, crops=crops, **SETTINGS)


def decoding_seconds(table: pd.DataFrame, *, folder: Path, crops: int) -> float:
    """Return what one core takes to decode and cut the photos: its own time, whatever else the machine does."""
    started = time.process_time()
    for _ in cut_photos(table, folder=folder, crops=crops):
        pass
    return time.process_time() - started


def write_photos(folder: Path, count: int) -> pd.DataFrame:
    """Write photos of smooth noise and discs, and return their images table as far as features need it."""
    rng = np.random.default_rng(1)
    for number in range(count):
        noise = rng.integers(0, 256, (47, 63, 3), dtype=np.uint8)
        photo = Image.fromarray(noise).resize((500, 375), Image.Resampling.BICUBIC)
        for disc in rng.integers([0, 0, 10, 0, 0, 0], [500, 375, 90, 256, 256, 256], (12, 6)).tolist():
            draw_disc(photo, disc)
        photo.save(folder / f"{number}.jpg", quality=90)
    names = [f"{number}.jpg" for number in range(count)]
    hashes = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names]
    return pd.DataFrame({"image_id": names, "path": names, "sha256": hashes})


def draw_disc(photo: Image.Image, disc: Sequence[int]) -> None:
    """Draw a disc: column and row of its centre, radius, and colour."""
    column, row, radius, red, green, blue = disc
    box = (column - radius, row - radius, column + radius, row + radius)
    ImageDraw.Draw(photo).ellipse(box, fill=(red, green, blue))


if __name__ == "__main__":
    run(measure, __doc__)
