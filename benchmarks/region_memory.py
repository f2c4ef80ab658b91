"""Measure how much memory regions take on their way to training, in one run of ``python benchmarks/region_memory.py``.

A synthetic array of images by 36 regions by 2,048 numbers is written as the features table, then read as training and
embedding hold it, each in a process of its own. What counts is by how much the process's peak (``ru_maxrss``) grows
beyond its imports, against the size of the rows that it was asked for.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from crosscap import tables
from crosscap.training.data import CaptionSet, caption_set
from crosscap.training.inputs import read_images
from crosscap.vision.precomputed import open_features

REGIONS, WIDTH = 36, 2048
SPLITS = ["train"] * 18 + ["val", "test"]  # of each 20 images, so that the rows of a split are scattered
MEGABYTE = 2**20


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


def write(folder: Path) -> int:
    """Write the features table; return the size of the array in bytes."""
    images = tables.read_table(folder / "images.parquet", name="images", columns=["image_id"])
    regions = open_features(folder / "regions.npy", images["image_id"].tolist())
    tables.write_table(images, folder / "features.parquet", name="features", matrix=regions)
    return (folder / "regions.npy").stat().st_size


def train(folder: Path) -> int:
    """Read what training holds; return the size of its features in bytes."""
    return held([captions_of(folder, split) for split in ("train", "val")])


def embed(folder: Path) -> int:
    """Read what the embedding of a split holds; return the size of its features in bytes."""
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


def held(sets: list[CaptionSet]) -> int:
    """Return the size of the sets' features in bytes."""
    return sum(captions.features.nbytes for captions in sets)


def peak() -> int:
    """Return the largest memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measured(stage: Callable[[Path], int], folder: Path) -> tuple[int, int, float]:
    """Return the rows' size, by how much the peak grew, both in bytes, and the seconds."""
    before, start = peak(), time.perf_counter()
    size = stage(folder)
    return size, peak() - before, time.perf_counter() - start


def main() -> None:
    """Measure every stage for every number of images and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, nargs="+", default=[1500, 3000])
    options = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    print(f"{'images':>8}{'stage':>8}{'rows, MB':>10}{'peak, MB':>10}{'ratio':>8}{'seconds':>9}")
    for images in options.images:
        with tempfile.TemporaryDirectory() as name, ProcessPoolExecutor(1, spawn, max_tasks_per_child=1) as processes:
            folder = Path(name)
            write_data(folder, images)
            for stage in (write, train, embed):
                size, grown, seconds = processes.submit(measured, stage, folder).result()
                megabytes = f"{size / MEGABYTE:>10.0f}{grown / MEGABYTE:>10.0f}"
                print(f"{images:>8}{stage.__name__:>8}{megabytes}{grown / size:>8.2f}{seconds:>9.1f}", flush=True)


if __name__ == "__main__":
    main()
