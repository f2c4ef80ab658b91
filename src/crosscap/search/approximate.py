"""Candidates among very many images, without scoring each: FAISS's inverted lists over vectors of a byte a number.

Each query looks into the lists whose centres are nearest to it by the inner product, and the best of what it finds
there are scored exactly, by cosine or order similarity. Images that violate a caption equally may differ in their inner
product with it, hence many more candidates than are asked for.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from crosscap import logs
from crosscap.search import store
from crosscap.search.exact import Best, best_rows

logger = logging.getLogger(__name__)

APPROXIMATE_FROM = 1_000_000  # images; fewer are scored one and all
LISTS_PER_ROOT = 4  # lists for each unit of the root of the number of images, as FAISS's guidelines have it
TRAINING_ROWS = 40  # images a list that its centre is found from
PROBES = 64  # lists that a query looks into
CANDIDATES = 50  # images scored exactly for each one asked for
FEWEST = 1000  # images scored exactly at least
BLOCK = 65_536  # rows added at once
SEED = 1


def write_candidates(place: Path, *, threshold: int) -> int:
    """Write the inverted lists of an index's embeddings where it has more images than `threshold`.

    Returns the number of lists, 0 where none were written.
    """
    matrix = np.load(place / store.EMBEDDINGS, mmap_mode="r")
    if len(matrix) <= threshold:
        return 0
    lists = build_lists(matrix)
    faiss.write_index(lists, str(place / store.CANDIDATES))
    return int(lists.nlist)


def build_lists(matrix: np.ndarray) -> Any:
    """Sort the rows of a matrix [N, E] into inverted lists."""
    count = max(1, min(round(LISTS_PER_ROOT * len(matrix) ** 0.5), len(matrix) // TRAINING_ROWS))
    lists: Any = faiss.index_factory(matrix.shape[1], f"IVF{count},SQ8", faiss.METRIC_INNER_PRODUCT)
    lists.cp.niter = 10
    lists.cp.seed = SEED
    rows = np.sort(
        np.random.default_rng(SEED).choice(len(matrix), min(len(matrix), TRAINING_ROWS * count), replace=False)
    )
    logger.info("%d images in %d lists", len(matrix), count)
    lists.train(np.ascontiguousarray(matrix[rows]))
    for start in logs.progress(range(0, len(matrix), BLOCK), unit="block"):
        lists.add(np.ascontiguousarray(matrix[start : start + BLOCK]))
    return lists


class Candidates:
    """Inverted lists that were written with an index; searching in them from several threads is safe."""

    def __init__(self, lists: Any, matrix: np.ndarray, *, probes: int = PROBES) -> None:
        """Take the lists and the rows that they hold, [N, E]."""
        self.lists = lists
        self.matrix = matrix
        self.parameters: Any = faiss.SearchParametersIVF()
        self.parameters.nprobe = probes

    def best_rows(self, queries: np.ndarray, *, similarity: str, k: int) -> list[Best]:
        """Return for each query the k best of its candidates; as `crosscap.search.exact.best_rows`."""
        count = max(FEWEST, CANDIDATES * k)
        if count >= len(self.matrix):
            return best_rows(queries, self.matrix, similarity=similarity, k=k)
        _, found = self.lists.search(np.ascontiguousarray(queries), count, params=self.parameters)
        return [
            self._rank(query[None], rows, similarity=similarity, k=k)
            for query, rows in zip(queries, found, strict=True)
        ]

    def _rank(self, query: np.ndarray, rows: np.ndarray, *, similarity: str, k: int) -> Best:
        """Return the k best rows of some, -1 standing for none, for a query [1, E]."""
        chosen = np.sort(rows[rows >= 0])
        best = best_rows(query, self.matrix[chosen], similarity=similarity, k=k)[0]
        return Best(chosen[best.rows], best.scores)


def read_candidates(place: Path, matrix: np.ndarray) -> Candidates:
    """Map the inverted lists of an index's folder into memory; `matrix` [N, E] are its embeddings."""
    return Candidates(faiss.read_index(str(place / store.CANDIDATES), faiss.IO_FLAG_MMAP), matrix)
