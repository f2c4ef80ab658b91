"""All that is measured of a model on one split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from crosscap.evaluation.clusters import measure_clusters
from crosscap.evaluation.consistency import measure_consistency
from crosscap.evaluation.metrics import measure


def measure_split(
    ranks: pd.DataFrame,
    embeddings: pd.DataFrame,
    matrix: np.ndarray,
    *,
    benchmark: str,
    languages: Sequence[str],
    **settings: Any,
) -> pd.DataFrame:
    """Return the table metrics of retrieval, of its consistency over languages and of the embeddings' clusters.

    `settings` are those that `measure`, `measure_consistency` and `measure_clusters` share. Clusters are measured of
    the whole split, `benchmark`, alone.

    Shapes:
        ranks: the table ranks; embeddings: the plain columns of the table embeddings, N + C rows; matrix: [N + C, E].
    """
    tables = [
        measure(ranks, **settings),
        measure_consistency(ranks, **settings),
        measure_clusters(embeddings, matrix, languages=languages, benchmark=benchmark, **settings),
    ]
    return pd.concat([table for table in tables if len(table)], ignore_index=True)
