"""What a query costs: every image scored, against candidates by FAISS, and how many of the exact ten those find.

Vectors are drawn around centres, as images of like things lie, and a query is an image's vector with noise. With
``--largest 1000000`` this takes minutes; ``--plot docs/search-cost.png`` draws the curves (matplotlib).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from crosscap.evaluation.similarity import normalise_rows
from crosscap.search.approximate import PROBES, Candidates, build_lists
from crosscap.search.exact import Best, best_rows

SIZES = (1_000, 3_000, 10_000, 31_000, 100_000, 300_000, 1_000_000, 3_000_000)
SIMILARITIES = ("cosine", "order")
QUERIES, K, REPEATS = 40, 10, 3

Search = Callable[[np.ndarray], list[Best]]


@dataclass(frozen=True)
class Cost:
    """Milliseconds a query of one similarity over a number of images, and recall@10 against the exact search."""

    images: int
    similarity: str
    exact_ms: float
    approximate_ms: float
    recall: float
    build_s: float


def draw(count: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors [count, width] and queries [QUERIES, width]."""
    random = np.random.default_rng(1)
    centres = random.standard_normal((max(10, count // 100), width), dtype=np.float32)
    rows = centres[random.integers(0, len(centres), count)]
    rows += 0.7 * random.standard_normal((count, width), dtype=np.float32)
    matrix = normalise_rows(rows)
    noise = random.standard_normal((QUERIES, width), dtype=np.float32) / np.float32(width**0.5)
    return matrix, normalise_rows(matrix[random.integers(0, count, QUERIES)] + 0.6 * noise)


def measure(count: int, width: int) -> list[Cost]:
    """Measure both similarities over a number of images."""
    matrix, queries = draw(count, width)
    started = time.perf_counter()
    candidates = Candidates(build_lists(matrix), matrix)
    build = time.perf_counter() - started
    costs = []
    for similarity in SIMILARITIES:
        exact_ms, exact = timed(partial(best_rows, matrix=matrix, similarity=similarity, k=K), queries)
        near_ms, near = timed(partial(candidates.best_rows, similarity=similarity, k=K), queries)
        recall = np.mean([np.isin(one.rows, other.rows).mean() for one, other in zip(exact, near, strict=True)])
        costs.append(Cost(count, similarity, exact_ms, near_ms, float(recall), build))
    return costs


def timed(search: Search, queries: np.ndarray) -> tuple[float, list[Best]]:
    """Return the milliseconds of a query, the median of the fastest of a few times each, and what was found."""
    found, seconds = [], []
    search(queries[:1])
    for query in queries:
        times = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            best = search(query[None])[0]
            times.append(time.perf_counter() - started)
        found.append(best)
        seconds.append(min(times))
    return 1000 * float(np.median(seconds)), found


def plot(costs: list[Cost], path: Path, width: int) -> None:
    """Draw the costs of a query by the number of images."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.2), layout="constrained")
    for similarity, colour in zip(SIMILARITIES, ("#0072b2", "#d55e00"), strict=True):
        chosen = [cost for cost in costs if cost.similarity == similarity]
        images = [cost.images for cost in chosen]
        axes.plot(images, [cost.exact_ms for cost in chosen], "o-", color=colour, label=f"{similarity}, exact")
        label = f"{similarity}, candidates (recall@10 {min(cost.recall for cost in chosen):.3f} or more)"
        axes.plot(images, [cost.approximate_ms for cost in chosen], "o--", color=colour, label=label)
    axes.set(xscale="log", yscale="log", xlabel="images", ylabel=f"milliseconds a query, {width} dimensions")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=31_000, help="images at most (%(default)s)")
    parser.add_argument("--width", type=int, default=128, help="dimensions (%(default)s)")
    parser.add_argument("--plot", type=Path, help="file of the curves")
    given = parser.parse_args()
    costs: list[Cost] = []
    print(f"{given.width} dimensions, {PROBES} lists looked into, {QUERIES} queries, one at a time")
    print("images      similarity  exact ms  candidates ms  recall@10  build s")
    for count in (size for size in SIZES if size <= given.largest):
        for cost in measure(count, given.width):
            print(
                f"{cost.images:<12,}{cost.similarity:<12}{cost.exact_ms:>8.2f}{cost.approximate_ms:>15.2f}"
                f"{cost.recall:>11.3f}{cost.build_s:>9.1f}",
                flush=True,
            )
            costs.append(cost)
    if given.plot:
        plot(costs, given.plot, given.width)


if __name__ == "__main__":
    main()
