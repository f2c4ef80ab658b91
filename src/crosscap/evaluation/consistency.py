"""Consistency over languages: how far the ranks of an image differ from language to language; lower is better.

The measure is the mean rank variance of Nie et al. 2024 (CCRK): the variance over languages of the rank that an image
has, as a mean over images. Where an image has several captions in a language, their mean rank is taken.

It must be read beside the recalls: a model that takes no notice of the captions ranks the images alike in all languages
and has a variance near 0.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from crosscap.evaluation.bootstrap import mean_intervals
from crosscap.schemas import TABLES

TASKS = ("image_to_text", "text_to_image")


def measure_consistency(
    ranks: pd.DataFrame, *, experiment: str, seed: int, resamples: int, random_seed: int
) -> pd.DataFrame:
    """Return the table metrics of task consistency, which is empty where fewer than two languages were ranked.

    Only images that were ranked in all languages count. Each benchmark is measured by itself.
    """
    rows = []
    for benchmark, task in product(ranks["benchmark"].unique(), TASKS):
        variances = rank_variances(ranks[(ranks["benchmark"] == benchmark) & (ranks["task"] == task)])
        if len(variances):
            bounds = mean_intervals(variances[:, None], resamples=resamples, random_seed=random_seed)[:, 0]
            named = (experiment, seed, benchmark, "consistency", "all", f"rank_variance_{task}")
            rows.append((*named, variances.mean(), *bounds))
    return pd.DataFrame(rows, columns=list(TABLES["metrics"]))


def rank_variances(ranks: pd.DataFrame) -> np.ndarray:
    """Return the variance over languages of each image's mean rank, ties against the model; none for one language.

    Shapes:
        ranks: the rows of the table ranks of one task; returns [N].
    """
    means = ranks.pivot_table(index="image_id", columns="language", values="rank_pessimistic", sort=False).dropna()
    return means.to_numpy().var(axis=1) if means.shape[1] > 1 else np.zeros(0)
