"""Writing FAISS's inverted lists of an index of very many images, in which `crosscap.search.approximate` searches."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from crosscap import logs
from crosscap.search import store

logger = logging.getLogger(__name__)

LISTS_PER_ROOT = 2  # lists for each unit of the root of the number of images; FAISS's guidelines have 4 to 16
TRAINING_ROWS = 40  # images a list that its centre is found from
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
    with (place / store.CANDIDATES).open("wb") as file:  # Python's, whose errors say when the disk is full
        writer = faiss.PyCallbackIOWriter(file.write)  # type: ignore[attr-defined]
        faiss.write_index(lists, writer)
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
