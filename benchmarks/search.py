"""What a query costs: every image scored, against the bare matrix product, FAISS, and candidates by inverted lists.

Vectors are drawn around centres, as images of like things lie, and a query is an image's vector with noise. Queries are
asked one at a time. Candidates are of a million images of 128 dimensions, and what they find is compared with the ten
best of all images. FAISS alone, without exact scores for what its lists hold, knows no order similarity.

    PYTHONPATH=src python benchmarks/search.py
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import faiss
import numpy as np
from measuring import TIMES, Curve, Figure, Found, run, seconds_of

from crosscap.evaluation.similarity import normalise_rows
from crosscap.search.approximate import PROBES, Candidates
from crosscap.search.exact import Best, best_rows
from crosscap.search.lists import build_lists

WIDE, NARROW = (31_000, 1024), (1_000_000, 128)  # images and dimensions
SIZES = (1_000, 10_000, 100_000, 1_000_000)
SIMILARITIES = ("cosine", "order")
QUERIES, TIMED, K = 200, 40, 10
LATE = 95  # percentile
PAUSE = 0.05  # seconds

Piece = Callable[[np.ndarray], object]


def draw(count: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors [count, width] and queries [QUERIES, width]."""
    random = np.random.default_rng(1)
    centres = random.standard_normal((max(10, count // 100), width), dtype=np.float32)
    rows = centres[random.integers(0, len(centres), count)]
    rows += 0.7 * random.standard_normal((count, width), dtype=np.float32)
    matrix = normalise_rows(rows)
    noise = random.standard_normal((QUERIES, width), dtype=np.float32) / np.float32(width**0.5)
    return matrix, normalise_rows(matrix[random.integers(0, count, QUERIES)] + 0.6 * noise)


def milliseconds(pieces: Mapping[str, Piece], queries: np.ndarray, *, percentile: float) -> dict[str, float]:
    """Return a percentile of each piece's time for a query, timed in turn, each after a pause."""
    for piece in pieces.values():
        piece(queries[:1])
    times = [{name: rested(partial(piece, query[None])) for name, piece in pieces.items()} for query in queries]
    return {name: 1000 * float(np.percentile([of_query[name] for of_query in times], percentile)) for name in pieces}


def rested(piece: Callable[[], object]) -> float:
    """Time a call once the threads of the one before, which look out for more work for a while, have gone to sleep."""
    time.sleep(PAUSE)
    return seconds_of(piece)


def recall(exact: Sequence[Best], found: Sequence[np.ndarray]) -> float:
    """Return the share of the exact best that was found."""
    return float(np.mean([np.isin(one.rows, rows).mean() for one, rows in zip(exact, found, strict=True)]))


def exact_pieces(matrix: np.ndarray) -> dict[str, Piece]:
    """Return the product with all images, and the exact search by each similarity."""
    flat: Any = faiss.IndexFlatIP(matrix.shape[1])
    flat.add(matrix)
    return {
        "product": lambda query: query @ matrix.T,
        "faiss": lambda query: flat.search(query, K),
        **{name: partial(best_rows, matrix=matrix, similarity=name, k=K) for name in SIMILARITIES},
    }


def measure_exact(matrix: np.ndarray, queries: np.ndarray) -> list[Figure]:
    """Compare the exact search with the product."""
    late = milliseconds(exact_pieces(matrix), queries[:TIMED], percentile=LATE)
    figures = []
    for name in SIMILARITIES:
        path = f"search, {len(matrix):,} images of {matrix.shape[1]:,}, {name}, p95"
        ratio, detail = late[name] / late["product"], f"{late[name]:.0f} and {late['product']:.0f} ms"
        figures.append(Figure(path, "the bare matrix product", ratio, "of its time", 2, "at most", detail))
        figures.append(Figure(path, "FAISS, flat", late["faiss"] / late[name], TIMES))
    return figures


def measure_candidates(matrix: np.ndarray, queries: np.ndarray, lists: Any) -> list[Figure]:
    """Compare candidates with the exact search, and with FAISS's lists alone."""
    candidates, parameters = Candidates(lists, matrix), faiss.SearchParametersIVF()
    parameters.nprobe = PROBES["cosine"]
    searches = {name: partial(candidates.best_rows, similarity=name, k=K) for name in SIMILARITIES}
    late = milliseconds(
        {**searches, "faiss": lambda query: lists.search(query, K, params=parameters)},
        queries[:TIMED],
        percentile=LATE,
    )
    figures = []
    for name, search in searches.items():
        path, exact = (
            f"candidates among {len(matrix):,} images, {name}",
            best_rows(queries, matrix, similarity=name, k=K),
        )
        found = recall(exact, [best.rows for best in search(queries)])
        figures.append(Figure(f"{path}, p95", "a tenth of a second", late[name], "ms", 100, "at most"))
        figures.append(Figure(path, "the exact ten best", found, "of them", 0.99))
        if name == "cosine":
            alone = recall(exact, list(lists.search(queries, K, params=parameters)[1]))
            detail = f"recall@{K} {alone:.3f}, {late['faiss']:.1f} ms"
            figures.append(Figure(path, "FAISS's lists alone", late["faiss"] / late[name], TIMES, detail=detail))
    return figures


def measure() -> Found:
    """Measure the exact search at two sizes, candidates at the larger, and how both grow."""
    figures = measure_exact(*draw(*WIDE))
    matrix, queries = draw(*NARROW)
    figures += measure_exact(matrix, queries)
    costs: dict[str, list[float]] = {}
    for size in SIZES:
        some, started = matrix[:size], time.perf_counter()
        lists = build_lists(some)
        costs.setdefault("build", []).append(time.perf_counter() - started)
        candidates = Candidates(lists, some)
        pieces = {f"exact, {name}": partial(best_rows, matrix=some, similarity=name, k=K) for name in SIMILARITIES}
        pieces |= {f"candidates, {name}": partial(candidates.best_rows, similarity=name, k=K) for name in SIMILARITIES}
        for name, middle in milliseconds(pieces, queries[:TIMED], percentile=50).items():
            costs.setdefault(name, []).append(middle)
        costs.setdefault("size", []).append((some.nbytes + faiss.serialize_index(lists).nbytes) / 1e6)
    figures += measure_candidates(matrix, queries, lists)
    curves = [
        Curve("embeddings and lists of an index", "images", SIZES, costs.pop("size"), "MB", 1),
        Curve("making the lists", "images", SIZES, costs.pop("build"), "s", 1.5, "as many times as there are lists"),
    ]
    small = "all images are scored up to 1,000 or 5,000; then lists grow with the root of the images"
    for name, values in costs.items():
        expected, remark = (0.5, small) if name.startswith("candidates") else (1, "in the cache at first")
        curves.append(Curve(f"search, {name}", "images", SIZES, values, "ms", expected, remark))
    return Found(figures, curves)


if __name__ == "__main__":
    run(measure, __doc__)
