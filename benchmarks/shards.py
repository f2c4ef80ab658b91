"""Work that is split into shards, against the same work whole; and the rates that docs/scale.md counts with.

Eight shards of features must make the bytes of one, and eight parts of an index, asked one by one, its answers. Photos
are drawn and compressed as JPEG; networks have weights by lot, whose speed is that of others.
"""

from __future__ import annotations

import hashlib
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from drawn import ROOT, draw
from measuring import TIMES, Figure, Found, run, seconds_in_turn, seconds_of
from PIL import Image

from crosscap import tables
from crosscap.evaluation.similarity import normalise_rows
from crosscap.readers.photos import hash_photos
from crosscap.search.approximate import Candidates
from crosscap.search.exact import Best, best_rows
from crosscap.search.items import Kept, write_pictures
from crosscap.search.lists import build_lists
from crosscap.search.photos import Photo

SHARDS = 8
PHOTOS, PIXELS = 64, (500, 375)  # as in Flickr30K
SMALL = {"backbone": "resnet18", "weights": "seed:1", "crops": 1, "resize": 144, "crop": 128, "batch_size": 8}
LARGE = {"backbone": "resnet152", "weights": "seed:1", "crops": 1, "resize": 256, "crop": 224, "batch_size": 8}
LARGE_PHOTOS = 16
INDEXED, WIDTH, QUERIES, NEAREST = 100_000, 256, 16, 10
EMBEDDED = 10_000  # images
IMPORT = "import runpy, sys; runpy.run_path(sys.argv[1])"


def measure() -> Found:
    """Measure shards of features, then of an index, then the other rates."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = draw_photos(folder)
        return Found([*features(folder, names), *index(), *other_rates(folder, names)])


def features(folder: Path, names: Sequence[str]) -> list[Figure]:
    """Extract the features of all photos in one job and in eight, and gather those."""
    images = images_table(folder, names)

    def extract(shards: int) -> list[Path]:
        paths = [folder / f"{shard}-of-{shards}.parquet" for shard in range(1, shards + 1)]
        for shard, path in enumerate(paths, start=1):
            script("extract_features")(images, path, folder=folder, shard=shard, shards=shards, **SMALL)
        return paths

    (whole,), parts = extract(1), extract(SHARDS)
    gathered = folder / "features.parquet"
    script("gather_features")(parts, gathered)
    unequal = int(gathered.read_bytes() != whole.read_bytes())
    seconds = seconds_in_turn({"one": lambda: extract(1), "eight": lambda: extract(SHARDS)}, rounds=1)
    further = (seconds["eight"] - seconds["one"]) / (SHARDS - 1)
    path = str(ROOT / "workflow/scripts/extract_features.py")
    start = seconds_of(lambda: subprocess.run([sys.executable, "-c", IMPORT, path], check=True))
    return [
        Figure("features.parquet in 8 shards", "one job", unequal, "files that differ", 0, "at most"),
        Figure("a further shard of features", "nothing", further, "s", detail="loads resnet18, and waits for photos"),
        Figure("the start of a job that extracts features", "nothing", start, "s", detail="Python and its imports"),
    ]


def index() -> list[Figure]:
    """Ask an index whole, in eight parts, and through its lists."""
    matrix, queries = vectors(INDEXED), vectors(QUERIES)
    lists: list[Candidates] = []
    building = seconds_of(lambda: lists.append(Candidates(build_lists(matrix), matrix)))
    parts = np.array_split(matrix, SHARDS)
    asked: dict[str, Any] = {"similarity": "cosine", "k": NEAREST}
    whole, merged = best_rows(queries, matrix, **asked), in_parts(queries, parts)
    different = sum(not np.array_equal(one.rows, other.rows) for one, other in zip(whole, merged, strict=True))
    pieces: dict[str, Callable[[], object]] = {
        "whole": lambda: [best_rows(query[None], matrix, **asked) for query in queries],
        "parts": lambda: [in_parts(query[None], parts) for query in queries],
        "lists": lambda: [lists[0].best_rows(query[None], **asked) for query in queries],
    }
    seconds = seconds_in_turn(pieces, rounds=3)
    said = f"{INDEXED:,} images, {WIDTH} dimensions"
    return [
        Figure("answers of 8 parts of an index", "the whole", different, "that differ", 0, "at most", said),
        Figure("a query to 8 parts of an index", "the whole", seconds["parts"] / seconds["whole"], TIMES, detail=said),
        Figure("a query, every image scored", "nothing", 1000 * seconds["whole"] / QUERIES, "ms", detail=said),
        Figure("a query by candidates", "nothing", 1000 * seconds["lists"] / QUERIES, "ms", detail=said),
        Figure("lists of candidates made", "nothing", building, "s", detail=said),
    ]


def in_parts(queries: np.ndarray, parts: Sequence[np.ndarray]) -> list[Best]:
    """Return the best rows of the parts behind one another, from the best of each; equal scores in the rows' order."""
    starts = np.cumsum([0, *(len(part) for part in parts)])
    found = [best_rows(queries, part, similarity="cosine", k=NEAREST) for part in parts]
    answers = []
    for of_query in zip(*found, strict=True):
        rows = np.concatenate([best.rows + start for best, start in zip(of_query, starts, strict=False)])
        scores = np.concatenate([best.scores for best in of_query])
        chosen = np.lexsort((rows, -scores))[:NEAREST]
        answers.append(Best(rows[chosen], scores[chosen]))
    return answers


def other_rates(folder: Path, names: Sequence[str]) -> list[Figure]:
    """Measure what else each image of a collection passes through."""
    drawn = draw(system="ame", languages=2, words=100, images=EMBEDDED)
    few = images_table(folder, names[:LARGE_PHOTOS])
    extract = partial(
        script("extract_features"), few, folder / "large.parquet", folder=folder, shard=1, shards=1, **LARGE
    )
    photos = [Photo(name, digest) for name, digest in zip(names, hash_photos(names, folder), strict=True)]

    def embed() -> None:
        with torch.inference_mode():
            drawn.model.embed_images(drawn.captions.features)

    def make_pictures() -> None:
        _, unreadable = write_pictures(photos, folder, folder, kept=Kept(None))
        assert not unreadable

    pieces: dict[str, Callable[[], object]] = {
        "hash": lambda: hash_photos(names, folder),
        "pictures": make_pictures,
        "embed": embed,
        "network": extract,
    }
    seconds = seconds_in_turn(pieces, rounds=1)
    counts = {"hash": len(names), "pictures": len(names), "embed": EMBEDDED, "network": LARGE_PHOTOS}
    size = f"{PIXELS[0]} x {PIXELS[1]} pixels, {photo_bytes(folder, names) / 1000:.0f} kB"
    said = {
        "hash": ("photos hashed", size),
        "pictures": ("photos read and made small", size),
        "embed": ("features embedded", "2,048 numbers into 1,024"),
        "network": ("features by ResNet-152", "one crop of 224 pixels, float32; with loading the network"),
    }
    return [
        Figure(path, "nothing", counts[key] / seconds[key], "images/s", detail=detail)
        for key, (path, detail) in said.items()
    ]


def script(name: str) -> Callable[..., Any]:
    """Return the function of a rule's script."""
    return runpy.run_path(str(ROOT / f"workflow/scripts/{name}.py"))[name]


def draw_photos(folder: Path) -> list[str]:
    """Write photos that compress as photos do: coarse noise made large, with fine noise on it."""
    random = np.random.default_rng(0)
    width, height = PIXELS
    names = [f"{number:04d}.jpg" for number in range(PHOTOS)]
    for name in names:
        coarse = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8))
        pixels = np.asarray(coarse.resize(PIXELS, Image.Resampling.BICUBIC), dtype=np.int16)
        noisy = pixels + random.integers(-12, 13, (height, width, 1), dtype=np.int16)
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(folder / name, quality=90)
    return names


def images_table(folder: Path, names: Sequence[str]) -> Path:
    """Write the table images of some photos."""
    hashes = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names]
    frame = pd.DataFrame({"image_id": names, "split": "train", "path": names, "sha256": hashes})
    path = folder / f"images-{len(names)}.parquet"
    tables.write_table(frame.assign(width=PIXELS[0], height=PIXELS[1]), path, name="images")
    return path


def photo_bytes(folder: Path, names: Sequence[str]) -> float:
    """Return the mean size of the photos."""
    return float(np.mean([(folder / name).stat().st_size for name in names]))


def vectors(count: int) -> np.ndarray:
    """Return vectors of length 1 by lot: [count, WIDTH]."""
    return normalise_rows(np.random.default_rng(count).standard_normal((count, WIDTH), dtype=np.float32))


if __name__ == "__main__":
    run(measure, __doc__)
