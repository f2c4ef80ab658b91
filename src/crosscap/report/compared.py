"""The pairs of experiments that the report was asked to compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import pandas as pd

from crosscap.report.comparison import Comparison, compare_experiments
from crosscap.report.finished import RIDGE, read_whole_split

CUTOFF = 10  # k of the flips: R@10 is what the overview shows


def read_compared(
    inputs: Mapping[str, Any],
    tests: pd.DataFrame,
    models: Sequence[Mapping[str, Any]],
    *,
    images: pd.DataFrame,
    captions: pd.DataFrame,
    examples: Mapping[str, Any],
    pairs: Sequence[tuple[str, str]],
    **resampling: int,
) -> list[Comparison]:
    """Return the comparison of each pair of experiments by name; ``ridge`` is the baseline.

    `inputs` are files: ranks, a list in the order of `models`, and baseline_ranks. `tests` are all paired tests,
    `examples` the settings images_folder and count, `resampling` those of the bootstrap.
    """
    paths: dict[str, list] = {RIDGE: [inputs["baseline_ranks"]]}
    for model, path in zip(models, inputs["ranks"], strict=True):
        paths.setdefault(str(model["experiment"]), []).append(path)
    fidelity = {str(model["experiment"]): str(model["fidelity"]) for model in models}
    seeds = {name: [int(model["seed"]) for model in models if model["experiment"] == name] for name in fidelity}
    ranks = {name: [read_whole_split(path) for path in paths[name]] for name in chain.from_iterable(pairs)}
    return [
        compare_experiments(
            {name: ranks[name] for name in pair},
            tests[tests["benchmark"].isin(ranks[pair[0]][0]["benchmark"])],
            adjusted=True,
            fidelity=fidelity,
            seeds=seeds,
            images=images,
            captions=captions,
            images_folder=examples["images_folder"],
            cutoff=CUTOFF,
            count=examples["count"],
            resamples=resampling["resamples"],
            seed=resampling["random_seed"],
        )
        for pair in pairs
    ]
