"""How much memory regions take on their way to training: features of images by 36 regions by 2,048 numbers.

A synthetic array is written as the features table, shards of it are gathered, and it is read as training and embedding
hold it, each in a process of its own. What counts is by how much the process's peak grows beyond its imports: by a
block of rows where they only pass, and by the rows that are held where they are held.
"""

from __future__ import annotations

import multiprocessing
import runpy
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from measuring import Curve, Figure, Found, peak_megabytes, run

from crosscap import tables
from crosscap.training.data import CaptionSet, caption_set
from crosscap.training.inputs import read_images
from crosscap.vision.precomputed import open_features

SIZES = (400, 1200)  # images
SHARDS = 4
Stage = Callable[[Path], float]
SCRIPT = Path(__file__).resolve().parents[1] / "workflow/scripts/gather_features.py"
REGIONS, WIDTH = 36, 2048
SPLITS = ["train"] * 18 + ["val", "test"]  # of each 20 images, so that the rows of a split are scattered


def write_data(folder: Path, images: int) -> None:
    """Write the array, its names in another order than the images', and the images."""
    ids = [f"{number}.jpg" for number in range(images)]
    random = np.random.default_rng(1)
    with (folder / "regions.npy").open("wb") as file:
        described = {"descr": "<f4", "fortran_order": False, "shape": (images, REGIONS, WIDTH)}
        np.lib.format.write_array_header_1_0(file, described)
        for _ in ids:
            file.write(random.random((REGIONS, WIDTH), dtype=np.float32).tobytes())
    (folder / "regions.txt").write_text("\n".join(random.permutation(ids)), encoding="utf-8")
    splits = [SPLITS[number % len(SPLITS)] for number in range(images)]
    frame = pd.DataFrame({"image_id": ids, "split": splits, "path": "", "sha256": "", "width": 0, "height": 0})
    tables.write_table(frame, folder / "images.parquet", name="images")


def measure() -> Found:
    """Measure every stage for every number of images."""
    found = {stage.__name__: [measured(stage, images) for images in SIZES] for stage in STAGES}
    figures, curves = [], []
    for stage, (what, expected) in STAGES.items():
        costs = found[stage.__name__]
        detail = f"of {costs[-1][0]:.0f} MB, {SIZES[-1]:,} images of {REGIONS} regions"
        figures.append(Figure(f"memory of {what}", "nothing", costs[-1][1], "MB", detail=detail))
        remark = "beside some 60 MB for libraries" if expected else ""
        curves.append(Curve(f"memory of {what}", "images", SIZES, [cost[1] for cost in costs], "MB", expected, remark))
    return Found(figures, curves)


def measured(stage: Stage, images: int) -> tuple[float, float]:
    """Return the size of the rows of a stage, and by how much the peak grew in a process of its own, in MB."""
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name, ProcessPoolExecutor(1, spawn, max_tasks_per_child=1) as processes:
        write_data(Path(name), images)
        for before in BEFORE[stage]:
            processes.submit(before, Path(name)).result()
        return processes.submit(grown, stage, Path(name)).result()


def grown(stage: Stage, folder: Path) -> tuple[float, float]:
    """Return the size of a stage's rows, and by how much this process's peak grows, in MB."""
    before = peak_megabytes()
    return stage(folder), peak_megabytes() - before


def write(folder: Path) -> float:
    """Write the features table; return the size of the array."""
    images = tables.read_table(folder / "images.parquet", name="images", columns=["image_id"])
    regions = open_features(folder / "regions.npy", images["image_id"].tolist())
    tables.write_table(images, folder / "features.parquet", name="features", matrix=regions)
    return (folder / "regions.npy").stat().st_size / 1e6


def split(folder: Path) -> float:
    """Write shards of the features table; return the size of the array."""
    frame, stored = tables.open_matrix(folder / "features.parquet", name="features")
    for shard, rows in zip(shards(folder), np.array_split(np.arange(len(frame)), SHARDS), strict=True):
        tables.write_table(frame.iloc[rows], shard, name="features", matrix=stored[rows])
    return (folder / "regions.npy").stat().st_size / 1e6


def gather(folder: Path) -> float:
    """Gather the shards; return the size of what they hold."""
    runpy.run_path(str(SCRIPT))["gather_features"](shards(folder), folder / "gathered.parquet")
    return (folder / "regions.npy").stat().st_size / 1e6


def shards(folder: Path) -> list[Path]:
    """Return the files of the shards."""
    return [folder / f"{shard}.parquet" for shard in range(SHARDS)]


def train(folder: Path) -> float:
    """Read what training holds; return the size of its features."""
    return held([captions_of(folder, split) for split in ("train", "val")])


def embed(folder: Path) -> float:
    """Read what the embedding of a split holds; return the size of its features."""
    return held([captions_of(folder, "test")])


def captions_of(folder: Path, split: str) -> CaptionSet:
    """Return a split's images with a caption of three words each."""
    images, features, _ = read_images(folder / "images.parquet", folder / "features.parquet")
    ids = images["image_id"]
    tokens = pd.DataFrame({"caption_id": ids, "image_id": ids, "position": 0, "split": images["split"]})
    return caption_set(
        images,
        features,
        tokens={"en": tokens},
        reading=lambda language, frame: [np.zeros(3, dtype=np.int64)] * len(frame),
        split=split,
    )


def held(sets: list[CaptionSet]) -> float:
    """Return the size of the sets' features in MB."""
    return sum(captions.features.nbytes for captions in sets) / 1e6


STAGES = {
    write: ("writing regions", 0),
    gather: ("gathering shards of regions", 0),
    train: ("reading regions for training", 1),
    embed: ("reading regions for embedding", 1),
}
BEFORE: dict[Stage, tuple[Stage, ...]] = {
    write: (),
    gather: (write, split),
    train: (write,),
    embed: (write,),
}  # what a stage reads

if __name__ == "__main__":
    run(measure, __doc__)
