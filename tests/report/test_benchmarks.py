"""The small tables by eye."""

from __future__ import annotations

import pandas as pd

from crosscap.evaluation.clusters import METRICS as DISTANCES
from crosscap.evaluation.consistency import TASKS as RANKED_TASKS
from crosscap.evaluation.ranking import CUTOFFS
from crosscap.report.benchmarks import benchmark_tables
from crosscap.report.names import MEASURES


def results(rows: list[tuple[str, str, str, str, str, str, float]]) -> pd.DataFrame:
    """Return results of (kind, experiment, benchmark, task, language, metric, value)."""
    frame = pd.DataFrame(rows, columns=["kind", "experiment", "benchmark", "task", "language", "metric", "value"])
    return frame.assign(
        deviation=float("nan"), low=1.0, high=2.0, best=False, trained="yes", fidelity="code", note="", source=""
    )


def test_a_table_a_task_with_systems_by_benchmark_language_and_metric() -> None:
    frame = results(
        [
            ("trained", "liwe", "pool", "text_to_image", "en", "R@1", 3.0),
            ("trained", "liwe", "pool", "consistency", "all", "rank_variance_image_to_text", 12.34),
            ("trained", "liwe", "sts-2014", "similarity", "en", "pearson", 50.0),
            ("trained", "liwe", "sts-2014", "similarity", "en", "spearman", 51.0),
            ("trained", "liwe", "sts-2015", "similarity", "en", "pearson", 60.0),
            ("trained", "clmr", "sts-2015", "similarity", "en", "pearson", 61.0),
        ]
    )
    similarity, consistency = benchmark_tables(frame)
    assert similarity.title.startswith("Similarity of sentences")
    assert similarity.columns == ("sts-2014 en Pearson", "sts-2014 en Spearman", "sts-2015 en Pearson")
    assert [(row.name, row.tag, [str(cell or "") for cell in row.cells]) for row in similarity.rows] == [
        ("liwe", "code", ["50.0", "51.0", "60.0"]),
        ("clmr", "code", ["", "", "61.0"]),
    ]
    assert consistency.columns == ("image → text",)
    assert str(consistency.rows[0].cells[0]) == "12.3"
    assert consistency.notes()[0].startswith("To be read beside the recalls")


def test_of_many_metrics_some_are_shown() -> None:
    metrics = [f"{name}@{cutoff}" for cutoff in (1, 5, 10) for name in ("precision", "recall")] + ["mAP"]
    frame = results([("trained", "ame", "tags", "tagging", language, m, 1.0) for language in "ab" for m in metrics])
    (table,) = benchmark_tables(frame)
    assert table.columns == ("a P@1", "a recall@5", "a mAP", "b P@1", "b recall@5", "b mAP")


def test_cosines_of_order_similarity_come_with_a_note() -> None:
    names = ("pearson", "pearson_cosine")
    frame = results([("trained", "ame", "sts", "similarity", "en", name, 50.0) for name in names])
    (table,) = benchmark_tables(frame)
    assert table.notes()[0].startswith("Cosines are given of systems of order similarity only")
    (table,) = benchmark_tables(frame.query("metric == 'pearson'"))
    assert not table.notes()


def test_every_measure_of_the_benchmarks_has_a_name() -> None:
    correlations = [f"{name}{suffix}" for name in ("pearson", "spearman") for suffix in ("", "_cosine")]
    ranked = [f"{name}@{cutoff}" for name in ("precision", "recall") for cutoff in CUTOFFS]
    variances = [f"rank_variance_{task}" for task in RANKED_TASKS]
    assert {*correlations, *ranked, *variances, *DISTANCES, "mAP"} <= MEASURES.keys()


def test_a_published_row_stands_beside_with_its_note() -> None:
    frame = results(
        [
            ("trained", "pivot", "sts", "similarity", "en", "pearson", 50.0),
            ("published", "Pivot, order", "sts", "similarity", "en", "pearson", float("nan")),
        ]
    )
    frame = frame.assign(note=["", "which years is not known"], source=["", "gella_sts"])
    (table,) = benchmark_tables(frame)
    assert table.columns == ("en",)
    assert [str(row.cells[0]) for row in table.rows] == ["50.0", "missing"]
    assert table.notes()[-1] == "Pivot, order (gella_sts): which years is not known."


def test_published_figures_alone_make_no_table() -> None:
    frame = results([("published", "Pivot, order", "sts", "similarity", "en", "pearson", 50.0)])
    assert benchmark_tables(frame) == []
