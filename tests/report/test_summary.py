"""The summary by eye: seeds joined, the best group marked, published figures beside."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from crosscap.report.ranked import benchmark_tests, by_experiment, pool_sizes
from crosscap.report.summary import Label, read_labels, summarize

METRICS = ["experiment", "seed", "benchmark", "task", "language", "metric", "value", "low", "high"]
TESTS = ["experiment_a", "experiment_b", "benchmark", "task", "language", "metric"]
TESTS += ["difference", "p_value", "p_adjusted"]
QUESTION = ("pool", "text_to_image", "en")
POOLS = pd.DataFrame([("pool", "en", 0, 1000, 5000)], columns=["benchmark", "language", "fold", "images", "captions"])
FOLDS = "pool folds of 1K"

UNSAID: Any = {"labels": {}, "zero_shot": {}}


def metrics(rows: list[tuple[str, int, str, float]]) -> pd.DataFrame:
    """Return a table metrics of (experiment, seed, metric, value) with bounds one below and two above."""
    full = [(name, seed, *QUESTION, metric, value, value - 1, value + 2) for name, seed, metric, value in rows]
    return pd.DataFrame(full, columns=METRICS)


def paired_tests(rows: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    """Return paired tests of (one, other, metric, adjusted p)."""
    full = [(one, other, *QUESTION, metric, 0.0, p, p) for one, other, metric, p in rows]
    return pd.DataFrame(full, columns=TESTS)


def best(results: pd.DataFrame, metric: str) -> set[str]:
    return set(results.loc[results["best"] & (results["metric"] == metric), "experiment"])


def test_seeds_are_joined() -> None:
    measured = metrics([("ame", 1, "R@1", 40.0), ("ame", 2, "R@1", 44.0), ("fme", 1, "R@1", 39.0)])
    results = summarize(measured, paired_tests([]), experiments=["ame", "fme"], published=[], pools=POOLS, **UNSAID)
    ame, fme = (results[results["experiment"] == name].iloc[0] for name in ("ame", "fme"))
    assert (ame["value"], ame["seeds"], ame["low"], ame["high"]) == (42.0, 2, 41.0, 44.0)
    assert ame["deviation"] == pytest.approx(8**0.5)
    assert fme["seeds"] == 1
    assert pd.isna(fme["deviation"])


def test_the_best_group_holds_what_a_test_does_not_tell_from_the_best() -> None:
    measured = metrics([("ridge", 0, "R@1", 30.0), ("a", 1, "R@1", 40.0), ("b", 1, "R@1", 39.0), ("c", 1, "R@1", 38.0)])
    paired = paired_tests(
        [("b", "a", "R@1", 0.05), ("a", "c", "R@1", 0.049), ("b", "c", "R@1", 0.9), ("a", "b", "R@5", 0)]
    )
    results = summarize(measured, paired, experiments=["a", "b", "c"], published=[], pools=POOLS, **UNSAID)
    assert best(results, "R@1") == {"a", "b"}  # c is equal to b, but worse than the best


def test_lower_ranks_are_better_and_equal_values_share_the_mark() -> None:
    measured = metrics([("a", 1, "median_rank", 2.0), ("b", 1, "median_rank", 2.0), ("c", 1, "median_rank", 5.0)])
    assert best(
        summarize(measured, paired_tests([]), experiments=["a", "b", "c"], published=[], pools=POOLS, **UNSAID),
        "median_rank",
    ) == {
        "a",
        "b",
    }


def test_one_row_alone_is_not_the_best() -> None:
    results = summarize(
        metrics([("a", 1, "R@1", 40.0)]), paired_tests([]), experiments=["a"], published=[], pools=POOLS, **UNSAID
    )
    assert not results["best"].any()


def test_baselines_come_first_and_experiments_in_their_order() -> None:
    measured = metrics([("b", 1, "R@1", 3.0), ("a", 1, "R@1", 2.0), ("chance", 0, "R@1", 1.0)])
    results = summarize(
        measured, paired_tests([]), experiments=["a", "b"], published=["ame_t1", "ame_t2"], pools=POOLS, **UNSAID
    )
    assert list(results["experiment"].unique()[:3]) == ["chance", "a", "b"]
    assert list(results["kind"].unique()) == ["baseline", "trained", "published"]


def test_the_optimistic_end_is_averaged_over_all_seeds_and_never_marked() -> None:
    of_seeds = [("a", 1, "R@1", 40.0), ("a", 1, "R@1_optimistic", 50.0), ("a", 2, "R@1", 40.0)]
    measured = metrics([*of_seeds, ("a", 2, "R@1_optimistic", 40.0), ("b", 1, "R@1_optimistic", 30.0)])
    results = summarize(measured, paired_tests([]), experiments=["a", "b"], published=[], pools=POOLS, **UNSAID)
    row = results[(results["metric"] == "R@1_optimistic") & (results["experiment"] == "a")].iloc[0]
    assert (row["value"], row["seeds"]) == (45.0, 2)
    assert best(results, "R@1_optimistic") == set()


def quoted(measured: pd.DataFrame, published: list[str], *, pools: pd.DataFrame = POOLS) -> pd.DataFrame:
    results = summarize(measured, paired_tests([]), experiments=["a"], published=published, pools=pools, **UNSAID)
    return results[results["kind"] == "published"]


def test_labels_and_zero_shot_languages_stand_in_every_row() -> None:
    measured = metrics([("ridge", 0, "R@1", 1.0), ("a", 1, "R@1", 2.0), ("b", 1, "R@1", 3.0)])
    pair = measured.assign(language="en-fr", task="caption_to_caption")
    models = [
        {"experiment": "a", "fidelity": "reconstruction", "note": "a guess", "training": {"precision": "float32"}},
        {"experiment": "b", "fidelity": "code"},
    ]
    results = summarize(
        pd.concat([measured, pair]),
        paired_tests([]),
        experiments=["a", "b"],
        published=["ame_t1"],
        pools=POOLS,
        labels=read_labels(models),
        zero_shot={"a": ["fr"], "b": []},
    )
    found = results.query("metric == 'R@1' and kind != 'published'")
    assert found[["experiment", "language", "trained", "fidelity", "note"]].to_numpy().tolist() == [
        ["ridge", "en", "", "", ""],
        ["ridge", "en-fr", "", "", ""],
        ["a", "en", "yes", "reconstruction", "a guess"],
        ["a", "en-fr", "no", "reconstruction", "a guess"],
        ["b", "en", "yes", "code", ""],
        ["b", "en-fr", "yes", "code", ""],
    ]
    assert set(results.loc[results["kind"] == "published", "trained"]) == {""}
    assert read_labels(models)["b"] == Label("code", "")


def test_of_consistency_and_clusters_nothing_is_best() -> None:
    of_ranks = [("a", 1, "rank_variance_text_to_image", 2.0), ("b", 1, "rank_variance_text_to_image", 3.0)]
    distances = metrics([("a", 1, "intra_distance", 0.2), ("b", 1, "intra_distance", 0.3)]).assign(task="clusters")
    measured = pd.concat([metrics(of_ranks).assign(task="consistency"), distances])
    results = summarize(measured, paired_tests([]), experiments=["a", "b"], published=[], pools=POOLS, **UNSAID)
    assert best(results, "rank_variance_text_to_image") == set()
    assert best(results, "intra_distance") == set()


def test_a_published_figure_without_a_source_keeps_its_row_and_says_so() -> None:
    figures = quoted(metrics([("a", 1, "rsum", 2.0)]).assign(task="image_text", language="de"), ["cl2cm_main"])
    assert figures[["experiment", "source", "language", "metric", "note"]].to_numpy().tolist() == [
        ["CL2CM, Multi30K", "cl2cm_main", "de", "rsum", "no source found"]
    ]
    assert figures["value"].isna().all()


def test_published_figures_of_measured_tasks_and_languages_only_and_none_that_is_not_reported() -> None:
    published = quoted(metrics([("a", 1, "R@1", 2.0)]), ["ame_t1", "ame_t2", "ame_t5"])
    assert set(published["source"]) == {"ame_t1"}
    assert set(published["benchmark"]) == {"pool"}
    ame = published[(published["experiment"] == "AME, order") & (published["metric"] == "R@1")]
    assert dict(zip(ame["task"], ame["value"], strict=True)) == {"text_to_image": 38.0}
    assert published["value"].notna().all()


def test_published_alignment_stands_beside_measured_directions() -> None:
    measured = metrics([("a", 1, "alignment_ratio", 70.0)]).assign(task="translation", language="de-en")
    assert set(quoted(measured, ["ame_t1"])["metric"]) == {"alignment_ratio"}


@pytest.mark.parametrize(
    ("table", "pools", "difference"),
    [
        ("ame_t1", POOLS.assign(images=16, captions=5000), "16 images are ranked at once, not 1000"),
        ("ame_t1", POOLS.assign(captions=1000), "1000 captions are ranked at once, not 5000"),
        ("ame_t3", pd.concat([POOLS, POOLS.assign(images=500)]), "500, 1000 images are ranked at once, not 1000"),
        ("ame_t1", POOLS.assign(language="de"), "no images are ranked at once, not 1000; no captions"),
    ],
)
def test_published_tables_of_other_pools_are_left_out(
    table: str, pools: pd.DataFrame, difference: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert quoted(metrics([("a", 1, "R@1", 2.0)]), [table], pools=pools).empty
    (warning,) = caplog.messages
    assert warning.startswith(f"report.published: {table} is left out for en: {difference}")


def test_a_condition_that_a_table_does_not_state_may_be_any(caplog: pytest.LogCaptureFixture) -> None:
    assert not quoted(metrics([("a", 1, "R@1", 2.0)]), ["ame_t3"], pools=POOLS.assign(captions=5010)).empty
    assert caplog.messages == []


def test_pools_are_counted_by_language_and_fold() -> None:
    columns = ["query_id", "image_id", "task", "language", "fold", "benchmark"]
    captions = [
        (f"c{n}", f"i{n // 2}", "text_to_image", "en", n // 4, "pool") for n in range(6)
    ]  # two an image, two folds
    images = [(f"i{n}", f"i{n}", "image_to_text", "en", n // 2, "pool") for n in range(3)]
    table = pd.DataFrame([*captions, *images], columns=columns)
    assert pool_sizes([table, table]).to_dict("records") == [
        {"benchmark": "pool", "language": "en", "fold": 0, "images": 2, "captions": 4},
        {"benchmark": "pool", "language": "en", "fold": 1, "images": 1, "captions": 2},
    ]


def folds(measured: pd.DataFrame) -> pd.DataFrame:
    """Return what was measured, and the same in folds."""
    return pd.concat([measured, measured.assign(benchmark=FOLDS)], ignore_index=True)


@pytest.mark.parametrize(("images", "benchmarks"), [(1000, {"pool", FOLDS}), (5000, {FOLDS})])
def test_published_figures_stand_beside_the_benchmarks_whose_pools_are_theirs(
    images: int, benchmarks: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    pools = pd.concat([POOLS.assign(images=images), *(POOLS.assign(benchmark=FOLDS, fold=n) for n in range(1, 6))])
    measured = metrics([("a", 1, "R@1", 2.0)])
    alignment = metrics([("a", 1, "alignment_ratio", 70.0)]).assign(
        benchmark="lexicon", task="translation", language="de-en"
    )
    published = quoted(pd.concat([folds(measured), alignment]), ["ame_t3"], pools=pools)
    assert set(published.loc[published["metric"] == "R@1", "benchmark"]) == benchmarks
    assert set(published.loc[published["metric"] == "alignment_ratio", "benchmark"]) == {"lexicon"}
    assert caplog.messages == []
    assert quoted(folds(measured), ["ame_t3"], pools=pools.assign(images=7)).empty
    assert "7 images are ranked at once, not 1000" in caplog.messages[0]


def test_the_best_of_folds_is_found_by_the_tests_of_folds() -> None:
    measured = folds(metrics([("a", 1, "R@1", 40.0), ("b", 1, "R@1", 39.0)]))
    paired = folds(paired_tests([("a", "b", "R@1", 0.9)]))
    paired.loc[paired["benchmark"] == "pool", "p_adjusted"] = 0.01
    results = summarize(measured, paired, experiments=["a", "b"], published=[], pools=POOLS, **UNSAID)
    assert results.loc[results["best"], ["benchmark", "experiment"]].to_numpy().tolist() == [
        ["pool", "a"],
        [FOLDS, "a"],
        [FOLDS, "b"],
    ]


def test_benchmarks_are_tested_apart() -> None:
    columns = ["query_id", "image_id", "benchmark", "task", "language", "fold", "rank_optimistic", "rank_pessimistic"]
    hits = pd.DataFrame(
        [(f"c{n}", f"i{n}", "pool", "text_to_image", "en", 0, 0, 0) for n in range(40)], columns=columns
    )
    in_folds = hits.assign(benchmark=FOLDS, fold=[1 + n // 20 for n in range(40)])
    better, worse = [hits, in_folds], [hits.assign(rank_pessimistic=50), in_folds]
    ranks = {"a": [pd.concat(better)], "b": [pd.concat(worse)]}
    tests = benchmark_tests(ranks, permutations=99, seed=0).query("metric == 'R@1'")
    assert tests[["benchmark", "difference", "p_value"]].to_numpy().tolist() == [
        ["pool", 100.0, 0.01],
        [FOLDS, 0.0, 1.0],
    ]


def test_runs_are_grouped_by_experiment() -> None:
    tables = [pd.DataFrame({"seed": [seed]}) for seed in (1, 2, 1)]
    grouped = by_experiment([("a", 1), ("a", 2), ("b", 1)], tables)
    assert {name: [int(table["seed"].item()) for table in seeds] for name, seeds in grouped.items()} == {
        "a": [1, 2],
        "b": [1],
    }
