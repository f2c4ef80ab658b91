"""Ranking at Multi30K's size, 1,000 images and 5,000 captions of 1,024 dimensions: the reference family's way and ours.

The VSE++ line of code ranks one query at a time: a product of the query with the gallery, an argsort, and a search
for the right items; its embeddings are in double precision, NumPy's default. For order similarity it broadcasts 100
queries over the whole gallery first. Both run in turn on the same inputs, several times for the cosine and once for
order; printed are the median times, their ratio, and the peak memory of ours above the inputs. With --large: 5,000
images and 25,000 captions by order similarity, ours alone.

    PYTHONPATH=src python benchmarks/ranks.py [--large]
"""

from __future__ import annotations

import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from crosscap.evaluation.ranking import mutual_ranks

DIMENSIONS = 1024
CAPTIONS_EACH = 5
QUERIES_AT_ONCE = 100  # in the reference's order similarity
ROUNDS = {"cosine": 7, "order": 1}

RankBoth = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def make_sides(images: int) -> tuple[np.ndarray, np.ndarray]:
    """Return captions [C, E] and images [N, E] of length 1, the captions near their images, on the positive side."""
    generator = np.random.default_rng(1)
    points = np.abs(generator.standard_normal((images, DIMENSIONS), dtype=np.float32))
    noise = generator.standard_normal((images * CAPTIONS_EACH, DIMENSIONS), dtype=np.float32)
    captions = np.abs(np.repeat(points, CAPTIONS_EACH, axis=0) + 3 * noise)
    captions /= np.linalg.norm(captions, axis=1, keepdims=True)
    return captions, points / np.linalg.norm(points, axis=1, keepdims=True)


def reference_cosine(captions: np.ndarray, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each caption's and each image's rank, one product and one argsort a query."""
    of_captions, of_images = np.zeros(len(captions), np.int64), np.zeros(len(images), np.int64)
    for image in range(len(images)):
        own = slice(CAPTIONS_EACH * image, CAPTIONS_EACH * (image + 1))
        of_images[image] = first_own(np.dot(images[image], captions.T), np.arange(own.start, own.stop))
        for caption, scores in zip(range(own.start, own.stop), np.dot(captions[own], images.T), strict=True):
            of_captions[caption] = first_own(scores, np.array([image]))
    return of_captions, of_images


def reference_order(captions: np.ndarray, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each caption's and each image's rank, broadcasting 100 queries at a time."""
    of_captions, of_images = np.zeros(len(captions), np.int64), np.zeros(len(images), np.int64)
    for start in range(0, len(images), QUERIES_AT_ONCE):
        stop = min(start + QUERIES_AT_ONCE, len(images))
        scores = -(np.maximum(captions[None] - images[start:stop, None], 0) ** 2).sum(axis=2)  # [100, C]
        for image in range(start, stop):
            own = np.arange(CAPTIONS_EACH * image, CAPTIONS_EACH * (image + 1))
            of_images[image] = first_own(scores[image - start], own)
    for start in range(0, len(captions), QUERIES_AT_ONCE):
        stop = min(start + QUERIES_AT_ONCE, len(captions))
        scores = -(np.maximum(captions[start:stop, None] - images[None], 0) ** 2).sum(axis=2)  # [100, N]
        for caption in range(start, stop):
            of_captions[caption] = first_own(scores[caption - start], np.array([caption // CAPTIONS_EACH]))
    return of_captions, of_images


def first_own(scores: np.ndarray, own: np.ndarray) -> int:
    """Return the best place, from 0, of the items `own` in the scores sorted downwards."""
    order = np.argsort(scores)[::-1]
    return min(int(np.where(order == item)[0][0]) for item in own)


def ours(similarity: str) -> RankBoth:
    """Return `mutual_ranks` in the form of the references."""

    def rank(captions: np.ndarray, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        groups = np.arange(len(images))
        of_captions, of_images = mutual_ranks(
            captions, images, groups_a=np.repeat(groups, CAPTIONS_EACH), groups_b=groups, similarity=similarity
        )
        return of_captions.pessimistic, of_images.pessimistic

    return rank


def report_alone(similarity: str, images: int) -> None:
    """Print the time of one call of ours and the peak of what it allocates, without the compiled loop's 1 MB blocks."""
    ours(similarity)(*make_sides(20))  # loads the compiled loops
    captions, points = make_sides(images)
    tracemalloc.start()
    start = time.perf_counter()
    ours(similarity)(captions, points)
    seconds, peak = time.perf_counter() - start, tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    print(f"{similarity}, {images:,} x {len(captions):,}: {seconds:.2f} s, at most {peak:.0f} MB above the inputs")


def compare(similarity: str, reference: RankBoth) -> None:
    """Print the times of the reference and of ours on the same inputs, run in turn."""
    captions, images = make_sides(1000)
    ours(similarity)(*make_sides(20))  # loads the compiled loops
    seconds: dict[RankBoth, list[float]] = {reference: [], ours(similarity): []}
    precision = {reference: np.float64 if similarity == "cosine" else np.float32}
    for _ in range(ROUNDS[similarity]):
        ranks = []
        for rank, times in seconds.items():
            given = [side.astype(precision.get(rank, np.float32)) for side in (captions, images)]
            start = time.perf_counter()
            ranks.append(rank(*given))
            times.append(time.perf_counter() - start)
    unequal = sum(int((theirs != mine).sum()) for theirs, mine in zip(*ranks, strict=True))
    slow, fast = (statistics.median(times) for times in seconds.values())
    print(
        f"{similarity}: reference {slow:.2f} s, ours {fast:.3f} s, ratio {slow / fast:.1f}, {unequal} unequal ranks",
        flush=True,
    )


if __name__ == "__main__":
    if "--large" in sys.argv:
        report_alone("order", 5000)
    else:
        for name, reference in (("cosine", reference_cosine), ("order", reference_order)):
            compare(name, reference)
            report_alone(name, 1000)
