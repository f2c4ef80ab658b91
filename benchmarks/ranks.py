"""Ranks by the cosine at Multi30K's size, 1,000 images and 5,000 captions of 1,024 dimensions, both ways.

The VSE++ line of code ranks one query at a time: a product of the query with the gallery, an argsort, and a search for
the right items; its embeddings are in double precision, NumPy's default. The least that ranking can cost is the matrix
product of all queries with the gallery. The curves are of 128 dimensions: one side grows, the other has 1,000 items.

    PYTHONPATH=src python benchmarks/ranks.py
"""

from __future__ import annotations

from functools import partial

import numpy as np
from measuring import TIMES, Curve, Figure, Found, megabytes_of, run, seconds_in_turn

from crosscap.evaluation.ranking import mutual_ranks

DIMENSIONS, OF_CURVES = 1024, 128
CAPTIONS_EACH = 5
SIZES = (1_000, 10_000, 100_000, 300_000, 1_000_000)
FIXED = 1_000

Pair = tuple[np.ndarray, np.ndarray]


def make_sides(images: int, dimensions: int = DIMENSIONS) -> Pair:
    """Return captions [C, E] and images [N, E] of length 1, the captions near their images, on the positive side."""
    generator = np.random.default_rng(1)
    points = np.abs(generator.standard_normal((images, dimensions), dtype=np.float32))
    noise = generator.standard_normal((images * CAPTIONS_EACH, dimensions), dtype=np.float32)
    captions = np.abs(np.repeat(points, CAPTIONS_EACH, axis=0) + 3 * noise)
    captions /= np.linalg.norm(captions, axis=1, keepdims=True)
    return captions, points / np.linalg.norm(points, axis=1, keepdims=True)


def first_own(scores: np.ndarray, own: np.ndarray) -> int:
    """Return the best place, from 0, of the items `own` in the scores sorted downwards."""
    order = np.argsort(scores)[::-1]
    return min(int(np.where(order == item)[0][0]) for item in own)


def reference(captions: np.ndarray, images: np.ndarray) -> Pair:
    """Return each caption's and each image's rank, one product and one argsort a query."""
    of_captions, of_images = np.zeros(len(captions), np.int64), np.zeros(len(images), np.int64)
    for image in range(len(images)):
        own = slice(CAPTIONS_EACH * image, CAPTIONS_EACH * (image + 1))
        of_images[image] = first_own(np.dot(images[image], captions.T), np.arange(own.start, own.stop))
        for caption, scores in zip(range(own.start, own.stop), np.dot(captions[own], images.T), strict=True):
            of_captions[caption] = first_own(scores, np.array([image]))
    return of_captions, of_images


def ours(captions: np.ndarray, images: np.ndarray, *, similarity: str = "cosine") -> Pair:
    """Return the ranks of `mutual_ranks` in the form of the reference; caption c is of image c // captions an image."""
    each = max(1, len(captions) // len(images))
    of_captions, of_images = mutual_ranks(
        captions,
        images,
        groups_a=np.arange(len(captions)) // each,
        groups_b=np.arange(len(images)),
        similarity=similarity,
    )
    return of_captions.pessimistic, of_images.pessimistic


def measure_curves(similarity: str) -> list[Curve]:
    """Measure the time and the memory by the number of images, and the time by that of captions."""
    random = np.random.default_rng(1)
    drawn = np.abs(random.standard_normal((max(SIZES), OF_CURVES), dtype=np.float32))
    costs = []
    for size in SIZES:
        by_images = partial(ours, drawn[:FIXED], drawn[:size], similarity=similarity)
        by_captions = partial(ours, drawn[:size], drawn[:FIXED], similarity=similarity)
        megabytes = megabytes_of(by_images)
        seconds = seconds_in_turn({"images": by_images, "captions": by_captions}, rounds=1)
        costs.append((seconds["images"], seconds["captions"], megabytes))
    of_images, of_captions, memory = zip(*costs, strict=True)
    return [
        Curve(f"ranks, {similarity}", "images", SIZES, of_images, "s", 1),
        Curve(f"ranks, {similarity}", "captions", SIZES, of_captions, "s", 1),
        Curve(f"memory of ranks, {similarity}", "images", SIZES, memory, "MB", 1, "blocks of scores at first"),
    ]


def measure() -> Found:
    """Compare ranking with the reference and with the matrix product."""
    captions, images = make_sides(1000)
    double = captions.astype(np.float64), images.astype(np.float64)
    ours(*make_sides(20))  # loads the compiled loops
    memory = megabytes_of(lambda: ours(captions, images))
    ranks: dict[str, Pair] = {}
    slow = seconds_in_turn(
        {
            "argsort": lambda: ranks.update(argsort=reference(*double)),
            "ours": lambda: ranks.update(ours=ours(captions, images)),
        },
        rounds=1,
    )
    unequal = sum(int((one != other).sum()) for one, other in zip(*ranks.values(), strict=True))
    seconds = seconds_in_turn(
        {"product": lambda: captions @ images.T, "ours": lambda: ours(captions, images)}, rounds=25
    )
    path = "ranks both ways, 1,000 x 5,000 x 1,024, cosine"
    times, detail = slow["argsort"] / seconds["ours"], f"{unequal} of 6,000 ranks differ, where scores all but tie"
    return Found(
        [
            Figure(path, "an argsort a query", times, TIMES, 50, detail=detail),
            Figure(path, "the matrix product alone", 100 * seconds["product"] / seconds["ours"], "% of its speed", 60),
            Figure(path, "its inputs of 25 MB", memory, "MB more"),
        ],
        measure_curves("cosine"),
    )


if __name__ == "__main__":
    run(measure, __doc__)
