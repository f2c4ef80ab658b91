"""How the pipeline's tables grow: bytes, and seconds to write and to read them, from 1,000 to 1,000,000 images.

Images and captions are texts, a caption an image; features are 512 numbers an image, as of ResNet-18. What is read is
checked: the seal, the pages' checksums, and that no number is NaN or infinite.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from measuring import Curve, Figure, Found, run, seconds_of

from crosscap import tables
from crosscap.parquet import row_blocks

SIZES = (1_000, 10_000, 100_000, 1_000_000)
NUMBERS = 512  # of a feature
DRAWN = 1024  # different features
SAID = "a man in a red jacket and two dogs walk along the beach"

Cost = tuple[float, float, float]  # megabytes, seconds to write, seconds to read


class Repeated:
    """Features [N, F] that are never in memory as a whole: drawn ones again and again."""

    def __init__(self, count: int) -> None:
        self.shape = (count, NUMBERS)
        self._drawn = np.random.default_rng(0).standard_normal((DRAWN, NUMBERS), dtype=np.float32)

    def __getitem__(self, rows: slice) -> np.ndarray:
        """Return consecutive rows."""
        return self._drawn[np.arange(*rows.indices(self.shape[0])) % DRAWN]


def measure() -> Found:
    """Measure each table at each size."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        costs = {name: [cost(path, count) for count in SIZES] for name, cost in COSTS.items()}
    figures, curves = [], []
    for name, found in costs.items():
        megabytes, writing, reading = zip(*found, strict=True)
        row, rate = f"a row of the table {name}", f"the table {name}"
        figures += [
            Figure(row, "nothing", 1e6 * megabytes[-1] / SIZES[-1], "bytes", detail="of 1,000,000"),
            Figure(f"{rate}, written", "nothing", SIZES[-1] / writing[-1], "rows/s", detail="of 1,000,000"),
            Figure(f"{rate}, read", "nothing", SIZES[-1] / reading[-1], "rows/s", detail="of 1,000,000"),
        ]
        curves += [
            Curve(rate, "images", SIZES, megabytes, "MB", 1),
            Curve(f"{rate}, written", "images", SIZES, writing, "s", 1),
            Curve(f"{rate}, read", "images", SIZES, reading, "s", 1),
        ]
    return Found(figures, curves)


def images(path: Path, count: int) -> Cost:
    """Write and read the table images."""
    digests = np.random.default_rng(0).bytes(32 * count).hex()
    names = pd.Series([f"COCO_train2014_{number:012d}.jpg" for number in range(count)])
    hashes = [digests[start : start + 64] for start in range(0, len(digests), 64)]
    frame = pd.DataFrame({"image_id": names, "split": "train", "path": "train2014/" + names, "sha256": hashes})
    frame = frame.assign(width=640, height=480)
    return cost(path, "images", lambda: tables.write_table(frame, path, name="images"))


def captions(path: Path, count: int) -> Cost:
    """Write and read the table captions."""
    names = pd.Series([f"COCO_train2014_{number:012d}.jpg" for number in range(count)])
    frame = pd.DataFrame({"caption_id": names + "#en#0", "image_id": names, "language": "en", "position": 0})
    frame = frame.assign(text=[f"{SAID} {number}" for number in range(count)], origin="human")
    return cost(path, "captions", lambda: tables.write_table(frame, path, name="captions"))


def features(path: Path, count: int) -> Cost:
    """Write and read the table features."""
    frame = pd.DataFrame({"image_id": [f"COCO_train2014_{number:012d}.jpg" for number in range(count)]})
    return cost(path, "features", lambda: tables.write_table(frame, path, name="features", matrix=Repeated(count)))


def cost(path: Path, name: str, write: Callable[[], None]) -> Cost:
    """Return what a table costs."""

    def read() -> object:
        if name != "features":
            return tables.read_table(path, name=name)
        frame, stored = tables.open_matrix(path, name=name)
        return len(frame) == sum(len(stored[rows]) for rows in row_blocks(stored))

    writing = seconds_of(write)
    return path.stat().st_size / 1e6, writing, seconds_of(read)


COSTS = {"images": images, "captions": captions, "features": features}

if __name__ == "__main__":
    run(measure, __doc__)
