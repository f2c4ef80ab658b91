"""Paired permutation tests between experiments on the same queries, clustered on images.

Under the null hypothesis two experiments may be swapped, for all queries of an image at once; so the sign of each
image's difference is drawn at random (Fisher's sign flips). The p-value is two-sided, (1 + #{|permuted| >= |observed|})
/ (1 + permutations), and adjusted by Holm (1979) over the pairs of experiments within a task, language and metric.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from crosscap.evaluation.bootstrap import mean_intervals
from crosscap.evaluation.metrics import RECALLS
from crosscap.evaluation.ranking import CUTOFFS
from crosscap.faults import InputError

MEAN = "mean_recall"
COLUMNS = ["experiment_a", "experiment_b", "task", "language", "metric", "difference", "p_value", "p_adjusted"]
QUERY = ["query_id", "image_id", "fold"]
ROUNDING = 1e-9  # points of recall; permuted sums equal to the observed one may differ by their rounding


def paired_tests(ranks: Mapping[str, Sequence[pd.DataFrame]], *, permutations: int, seed: int) -> pd.DataFrame:
    """Test every two experiments on each task and language that both were ranked on.

    Metrics: R@1, R@5, R@10 and mean_recall, the mean of the three; and for task image_text rsum, the sum over both
    directions. `difference` is the first experiment's metric minus the second's, in points, as the mean over seeds.

    Args:
        ranks: for each experiment the tables ranks of its seeds, of one benchmark.
        permutations: number of random sign flips.
        seed: of the sign flips.

    Raises:
        InputError: two experiments, or two seeds of one, have different queries in a task and language.
    """
    rows = []
    for question, images in _paired(ranks):
        p_values = _p_values(images.to_numpy(), permutations=permutations, seed=seed)
        for metric, difference, p_value in zip(images.columns, images.sum(), p_values, strict=True):
            rows.append((*question, metric, difference, p_value))
    tests = pd.DataFrame(rows, columns=COLUMNS[:-1])
    families = tests.groupby(["task", "language", "metric"])["p_value"]
    return tests.assign(p_adjusted=families.transform(_holm))


def paired_intervals(ranks: Mapping[str, Sequence[pd.DataFrame]], *, resamples: int, seed: int) -> pd.DataFrame:
    """Return the 95 % interval of each difference of `paired_tests`: its columns up to metric, and low and high.

    A bootstrap over images, with all queries of an image together; an image counts in a draw as much as it does in the
    difference itself, however many captions the others drawn have.

    Raises:
        InputError: as `paired_tests`.
    """
    rows = []
    for question, images in _paired(ranks):
        low, high = len(images) * mean_intervals(images.to_numpy(), resamples=resamples, random_seed=seed)
        rows += [(*question, *row) for row in zip(images.columns, low, high, strict=True)]
    return pd.DataFrame(rows, columns=[*COLUMNS[:5], "low", "high"])


def mean_recalls(seeds: Sequence[pd.DataFrame], *, experiment: str) -> pd.DataFrame:
    """Return the metrics that `paired_tests` compares, of one experiment: columns task, language, metric, value."""
    values = {
        key: recalls.groupby(level="fold").mean().mean()
        for key, recalls in _recalls(seeds, experiment=experiment).items()
    }
    for language in [language for task, language in values if task == "image_to_text"]:
        if ("text_to_image", language) in values:
            both = [values[task, language][list(RECALLS)].sum() for task in ("image_to_text", "text_to_image")]
            values["image_text", language] = pd.Series({"rsum": sum(both)})
    rows = [(*key, metric, value) for key, metrics in values.items() for metric, value in metrics.items()]
    return pd.DataFrame(rows, columns=["task", "language", "metric", "value"])


def _paired(
    ranks: Mapping[str, Sequence[pd.DataFrame]],
) -> Iterator[tuple[tuple[str, str, str, str], pd.DataFrame]]:
    """Yield for two experiments, task and language what each image adds to the difference of each metric."""
    recalls = {experiment: _recalls(seeds, experiment=experiment) for experiment, seeds in ranks.items()}
    for one, other in combinations(recalls, 2):
        differences = _image_differences(recalls[one], recalls[other], names=(one, other))
        for (task, language), images in differences.items():
            yield (one, other, task, language), images


def _recalls(seeds: Sequence[pd.DataFrame], *, experiment: str) -> dict[tuple[str, str], pd.DataFrame]:
    """Return for each task and language each query's recalls in percent, the mean over the seeds."""
    of_seeds = [
        {
            (str(task), str(language)): _query_recalls(rows)
            for (task, language), rows in ranks.groupby(["task", "language"], sort=False)
        }
        for ranks in seeds
    ]
    for number, of_seed in enumerate(of_seeds[1:], start=2):
        if of_seed.keys() != of_seeds[0].keys():
            raise InputError(f"seed {number} of {experiment} has the tasks {list(of_seed)}, not {list(of_seeds[0])}")
        for key, recalls in of_seed.items():
            _check_same(of_seeds[0][key], recalls, names=(experiment, f"its seed {number}"), key=key)
    return {key: pd.concat([of_seed[key] for of_seed in of_seeds]).groupby(level=QUERY).mean() for key in of_seeds[0]}


def _query_recalls(ranks: pd.DataFrame) -> pd.DataFrame:
    """Return each query's recalls in percent: 100 or 0, and their mean."""
    ranks = ranks.set_index(QUERY).sort_index()
    recalls = {f"R@{cutoff}": 100.0 * (ranks["rank_pessimistic"] < cutoff) for cutoff in CUTOFFS}
    return pd.DataFrame({**recalls, MEAN: sum(recalls.values()) / len(recalls)})


def _check_same(one: pd.DataFrame, other: pd.DataFrame, *, names: tuple[str, str], key: tuple[str, str]) -> None:
    """Raise an InputError that says which queries only one of the two has."""
    if one.index.equals(other.index):
        return
    parts = [
        f"{len(only):,} only in {name}{', first ' + str(only[0]) if len(only) else ''}"
        for name, only in zip(
            names, (one.index.difference(other.index), other.index.difference(one.index)), strict=True
        )
    ]
    raise InputError(
        f"{names[0]} and {names[1]} have different queries in {' '.join(key)}: {'; '.join(parts)}; "
        "measure both on the same captions and folds"
    )


def _image_differences(
    one: Mapping[tuple[str, str], pd.DataFrame],
    other: Mapping[tuple[str, str], pd.DataFrame],
    *,
    names: tuple[str, str],
) -> dict[tuple[str, str], pd.DataFrame]:
    """Return for each shared task and language what each image adds to the difference of each metric."""
    differences = {}
    for key in [key for key in one if key in other]:
        _check_same(one[key], other[key], names=names, key=key)
        of_queries = one[key] - other[key]
        folds = of_queries.index.get_level_values("fold")
        queries = pd.Series(folds).map(folds.value_counts()).to_numpy()  # [Q]: queries of the fold this one is in
        weighted = of_queries.div(queries * folds.nunique(), axis=0)  # a metric is the mean over folds of their means
        differences[key] = weighted.groupby(level="image_id").sum()
    for language in [language for task, language in differences if task == "image_to_text"]:
        if ("text_to_image", language) in differences:
            both = [differences[task, language][list(RECALLS)] for task in ("image_to_text", "text_to_image")]
            total = both[0].add(both[1], fill_value=0).sum(axis=1)
            differences["image_text", language] = total.to_frame("rsum")
    return differences


def _p_values(differences: np.ndarray, *, permutations: int, seed: int) -> np.ndarray:
    """Return the two-sided p-values [M] that the sums over images of `differences` [N, M] differ from zero."""
    flips = np.random.default_rng(seed).integers(0, 2, size=(permutations, len(differences)), dtype=np.int8)
    signs = 1.0 - 2.0 * flips  # [permutations, N]
    permuted = np.abs(signs @ differences)  # [permutations, M]
    extreme = (permuted >= np.abs(differences.sum(axis=0)) - ROUNDING).sum(axis=0)
    return np.asarray((1 + extreme) / (1 + permutations))


def _holm(p_values: pd.Series) -> pd.Series:
    """Return the p-values adjusted for their number by Holm's step-down method."""
    ascending = p_values.sort_values(kind="stable")
    steps = np.arange(len(ascending), 0, -1)
    return (ascending * steps).cummax().clip(upper=1.0).reindex(p_values.index)
