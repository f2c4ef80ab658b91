"""The alignment ratio of a trained model in each direction of its lexicons, with intervals, as the table `metrics`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crosscap.evaluation.translation import translation_precision
from crosscap.schemas import TABLES
from crosscap.text.lexicon import pair_indices

Z_95 = 1.959963984540054  # the standard normal's 97.5 % quantile

# metrics' names here and in `translation_precision`
METRICS = {"alignment_ratio": "precision_at_1", "alignment_ratio_csls": "precision_at_1_csls"}


def measure_alignment(
    vectors: Mapping[str, tuple[Sequence[str], np.ndarray]],
    lexicons: Mapping[str, pd.DataFrame],
    *,
    experiment: str,
    seed: int,
    neighbours: int,
) -> pd.DataFrame:
    """Return the alignment ratio by cosine and by CSLS, in percent, for each direction such as ``de-en``.

    `vectors` holds each language's words and their vectors in the common space, `lexicons` each direction's table.

    Shapes:
        vectors: [V, D] for each language.

    Raises:
        InputError: a lexicon has words without a vector.
    """
    rows = []
    for direction, lexicon in lexicons.items():
        (source_words, source), (target_words, target) = (vectors[language] for language in direction.split("-"))
        pairs = pair_indices(lexicon, "test", source_words=source_words, target_words=target_words)
        precision = translation_precision(source, target, pairs=pairs, neighbours=neighbours)
        for metric, key in METRICS.items():
            low, high = wilson_interval(precision[key], count=len(np.unique(pairs[:, 0])))
            named = {"experiment": experiment, "seed": seed, "benchmark": "lexicon", "task": "translation"}
            measured = {"language": direction, "metric": metric, "value": precision[key], "low": low, "high": high}
            rows.append(named | measured)
    return pd.DataFrame(rows, columns=list(TABLES["metrics"]))


def wilson_interval(percent: float, *, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of `count` independent cases, both in percent (Wilson 1927)."""
    share = percent / 100
    centre = (share + Z_95**2 / (2 * count)) / (1 + Z_95**2 / count)
    half = math.sqrt(share * (1 - share) / count + Z_95**2 / (4 * count**2)) * Z_95 / (1 + Z_95**2 / count)
    return max(0.0, 100 * (centre - half)), min(100.0, 100 * (centre + half))
