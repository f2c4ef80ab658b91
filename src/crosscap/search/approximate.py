"""Candidates among very many images, without scoring each: FAISS's inverted lists over vectors of a byte a number.

Each query looks into the lists whose centres are nearest to it by the inner product, and the best of what it finds
there are scored exactly, by cosine or order similarity.

Order similarity is no inner product, but near one. If the differences d = caption - image in the E dimensions are
normal with deviation s, the best fit of the form d^2 / 2 + b d to max(0, d)^2 has b = s sqrt(2 / pi). Summed up over
vectors of length 1, it leaves an inner product: of the image and the caption with b added in each dimension.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from crosscap.faults import InputError
from crosscap.search import store
from crosscap.search.exact import Best, best_rows

PROBES = {"cosine": 400, "order": 1000}  # lists that a query looks into: of a million images' for 99 % of the best ten
FEWEST = {"cosine": 1000, "order": 5000}  # images scored exactly at least: the same for each k up to a tenth of it
CANDIDATES = 10  # images scored exactly for each one asked for
NEAREST = 10  # images by which order similarity is shifted


class Candidates:
    """Inverted lists that were written with an index; searching in them from several threads is safe."""

    def __init__(self, lists: Any, matrix: np.ndarray, *, probes: Mapping[str, int] = PROBES) -> None:
        """Take the lists, the rows that they hold, [N, E], and how many lists each similarity's queries look into."""
        self.lists = lists
        self.matrix = matrix
        self.probes = probes

    def best_rows(self, queries: np.ndarray, *, similarity: str, k: int) -> list[Best]:
        """Return for each query the k best of its candidates; as `crosscap.search.exact.best_rows`."""
        count = max(FEWEST[similarity], CANDIDATES * k)
        if count >= len(self.matrix):
            return best_rows(queries, self.matrix, similarity=similarity, k=k)
        asked = self._shifted(queries) if similarity == "order" else queries
        _, found = self._nearest(asked, count, probes=self.probes[similarity])
        return [
            self._rank(query[None], rows, similarity=similarity, k=k)
            for query, rows in zip(queries, found, strict=True)
        ]

    def _nearest(self, queries: np.ndarray, count: int, *, probes: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the largest inner products with queries [Q, E] in the nearest lists, and the rows: [Q, count]."""
        parameters: Any = faiss.SearchParametersIVF()
        parameters.nprobe = probes
        products, rows = self.lists.search(np.ascontiguousarray(queries), count, params=parameters)
        return products, rows

    def _shifted(self, queries: np.ndarray) -> np.ndarray:
        """Return captions [Q, E] whose inner products with images stand for order scores; s: of the nearest."""
        products, _ = self._nearest(queries, NEAREST, probes=self.probes["cosine"])
        squares = np.maximum(0, 2 - 2 * products.mean(axis=1, keepdims=True, where=products > -1))  # |d|^2, [Q, 1]
        shifted: np.ndarray = queries + np.sqrt(squares / queries.shape[1] * 2 / np.pi, dtype=np.float32)
        return shifted

    def _rank(self, query: np.ndarray, rows: np.ndarray, *, similarity: str, k: int) -> Best:
        """Return the k best rows of some, -1 standing for none, for a query [1, E]."""
        chosen = np.sort(rows[rows >= 0])
        best = best_rows(query, self.matrix[chosen], similarity=similarity, k=k)[0]
        return Best(chosen[best.rows], best.scores)


def read_candidates(place: Path, matrix: np.ndarray) -> Candidates:
    """Map the inverted lists of an index's folder into memory; `matrix` [N, E] are its embeddings.

    Raises:
        InputError: they are damaged.
    """
    path = place / store.CANDIDATES
    try:
        return Candidates(faiss.read_index(str(path), faiss.IO_FLAG_MMAP), matrix)
    except RuntimeError as error:
        raise InputError(f"{path}: not whole inverted lists; {store.REMEDY}") from error
