"""Paired tests: an obvious difference, a null, a slow loop, Holm, and queries that do not coincide."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crosscap.evaluation.significance import mean_recalls, paired_intervals, paired_tests


def make_ranks(hits: np.ndarray, *, task: str = "text_to_image", language: str = "en", each: int = 1) -> pd.DataFrame:
    ranks = np.where(hits, 0, 50)
    return pd.DataFrame(
        {
            "query_id": [f"{task}{number}" for number in range(len(hits))],
            "image_id": [f"i{number // each}" for number in range(len(hits))],
            "task": task,
            "language": language,
            "fold": 0,
            "rank_optimistic": ranks,
            "rank_pessimistic": ranks,
        }
    )


def first_test(a: pd.DataFrame, b: pd.DataFrame, *, permutations: int = 999, seed: int = 0) -> pd.Series:
    tests = paired_tests({"a": [a], "b": [b]}, permutations=permutations, seed=seed)
    return tests[tests["metric"] == "R@1"].iloc[0]


def test_an_obvious_difference_is_found() -> None:
    test = first_test(make_ranks(np.ones(40, bool)), make_ranks(np.zeros(40, bool)))
    assert test["difference"] == 100.0
    assert test["p_value"] == 1 / 1000


def test_equal_ranks_give_one() -> None:
    hits = np.arange(40) % 3 == 0
    test = first_test(make_ranks(hits), make_ranks(hits))
    assert (test["difference"], test["p_value"], test["p_adjusted"]) == (0.0, 1.0, 1.0)


def test_p_values_equal_a_slow_loop_over_all_sign_flips() -> None:
    a, b = np.array([1, 1, 1, 1, 0, 1, 1, 0], bool), np.array([0, 0, 1, 0, 1, 0, 0, 0], bool)
    differences = (a.astype(int) - b.astype(int)).reshape(4, 2).sum(axis=1)  # two queries an image
    flips = [1 - 2 * np.array(list(f"{number:04b}"), int) for number in range(16)]
    exact = np.mean([abs((signs * differences).sum()) >= abs(differences.sum()) for signs in flips])
    test = first_test(make_ranks(a, each=2), make_ranks(b, each=2), permutations=20_000)
    assert test["difference"] == pytest.approx(50.0)
    assert test["p_value"] == pytest.approx(exact, abs=0.01)


def test_under_the_null_small_p_values_are_as_rare_as_they_say() -> None:
    generator = np.random.default_rng(3)
    p_values = [
        first_test(make_ranks(one), make_ranks(other), permutations=99)["p_value"]
        for one, other in (generator.integers(0, 2, size=(2, 80)).astype(bool) for _ in range(60))
    ]
    assert np.mean(np.array(p_values) <= 0.1) == pytest.approx(0.1, abs=0.1)


def test_captions_of_an_image_are_flipped_together() -> None:
    hits = np.repeat(np.arange(12) < 9, 5)
    separate = first_test(make_ranks(hits), make_ranks(~hits))
    together = first_test(make_ranks(hits, each=5), make_ranks(~hits, each=5))
    assert together["p_value"] > 20 * separate["p_value"]


def test_seeds_are_averaged_before_the_test() -> None:
    ones, zeros = make_ranks(np.ones(10, bool)), make_ranks(np.zeros(10, bool))
    tests = paired_tests({"a": [ones, zeros], "b": [zeros, zeros]}, permutations=99, seed=0)
    assert (tests["difference"] == 50.0).all()


def test_pairs_share_tasks_and_holm_counts_the_pairs() -> None:
    generator = np.random.default_rng(1)
    both = [
        [make_ranks(generator.random(60) < share, task=task) for task in ("text_to_image", "image_to_text")]
        for share in (0.2, 0.4, 0.6)
    ]
    german = make_ranks(np.ones(60, bool), language="de")
    ranks = {name: [pd.concat(parts)] for name, parts in zip("abc", both, strict=True)} | {"german": [german]}
    tests = paired_tests(ranks, permutations=999, seed=0)
    assert "german" not in set(tests["experiment_b"])
    family = tests[(tests["task"] == "image_text") & (tests["metric"] == "rsum")].sort_values("p_value")
    assert len(family) == 3
    steps = np.maximum.accumulate(np.minimum(1, family["p_value"].to_numpy() * [3, 2, 1]))
    assert family["p_adjusted"].to_numpy() == pytest.approx(steps)
    recalls = tests[
        tests["task"].isin(["text_to_image", "image_to_text"]) & tests["metric"].isin(["R@1", "R@5", "R@10"])
    ]
    sums = recalls.groupby(["experiment_a", "experiment_b"])["difference"].sum()
    assert family.set_index(["experiment_a", "experiment_b"])["difference"].sort_index().to_list() == pytest.approx(
        sums.to_list()
    )


def test_queries_that_differ_are_named() -> None:
    one, other = make_ranks(np.ones(5, bool)), make_ranks(np.ones(4, bool))
    with pytest.raises(
        ValueError, match=r"a and b have different queries in text_to_image en: 1 only in a, first .*i4"
    ):
        paired_tests({"a": [one], "b": [other]}, permutations=9, seed=0)
    with pytest.raises(ValueError, match="a and its seed 2 have different queries"):
        paired_tests({"a": [one, other]}, permutations=9, seed=0)


def test_a_lone_experiment_gives_an_empty_table() -> None:
    assert paired_tests({"a": [make_ranks(np.ones(5, bool))]}, permutations=9, seed=0).empty


def test_intervals_of_differences_by_a_slow_loop() -> None:
    generator = np.random.default_rng(5)
    a, b = (make_ranks(hits, each=3) for hits in generator.random((2, 60)) < [[0.7], [0.4]])
    intervals = paired_intervals({"a": [a], "b": [b]}, resamples=4000, seed=1)
    tests = paired_tests({"a": [a], "b": [b]}, permutations=9, seed=1)
    questions = ["experiment_a", "experiment_b", "task", "language", "metric"]
    assert intervals[questions].equals(tests[questions])
    points = 100.0 * ((a["rank_pessimistic"] < 1).to_numpy().astype(float) - (b["rank_pessimistic"] < 1).to_numpy())
    of_images = points.reshape(20, 3)
    drawn = [of_images[generator.integers(0, 20, size=20)].mean() for _ in range(4000)]
    first = intervals.iloc[0]
    assert (first["low"], first["high"]) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=3)
    assert first["low"] < tests["difference"][0] < first["high"]


def test_a_difference_that_each_image_shares_has_no_width() -> None:
    ones, zeros = make_ranks(np.ones(12, bool), each=2), make_ranks(np.zeros(12, bool), each=2)
    intervals = paired_intervals({"a": [ones], "b": [zeros]}, resamples=50, seed=1)
    assert (intervals[["low", "high"]] - 100.0).abs().to_numpy().max() < 1e-9


def test_the_values_are_those_whose_differences_are_tested() -> None:
    generator = np.random.default_rng(2)
    tables = [
        pd.concat(
            [
                make_ranks(generator.random(30) < share, task=task, each=each).assign(fold=[0] * 10 + [1] * 20)
                for task, each in (("text_to_image", 5), ("image_to_text", 1))
            ]
        )
        for share in (0.5, 0.3)
    ]
    tests = paired_tests({"a": tables[:1], "b": tables[1:]}, permutations=9, seed=0)
    values = [mean_recalls([table], experiment=name)["value"] for name, table in zip("ab", tables, strict=True)]
    assert len(values[0]) == len(tests)
    assert (values[0] - values[1]).to_numpy() == pytest.approx(tests["difference"].to_numpy())
