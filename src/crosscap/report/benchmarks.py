"""Small tables of what is measured beside retrieval: similarity of sentences, tags, consistency and clusters."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from crosscap.report.cells import Cell, ResultTable, Row, conditions_of, figure, only_text
from crosscap.report.names import BENCHMARK_NOTES, BENCHMARK_TASKS, MEASURES, TABLE_METRICS

Column = tuple[str, str, str]  # benchmark, language, metric


def benchmark_tables(results: pd.DataFrame) -> list[ResultTable]:
    """Return one table a task of `BENCHMARK_TASKS` that was measured: systems by benchmark, language and metric."""
    tables = []
    for task, title in BENCHMARK_TASKS.items():
        rows = results[results["task"] == task]
        if (rows["kind"] != "published").any():
            kept = rows[rows["metric"].isin(TABLE_METRICS.get(task, rows["metric"]))]
            tables.append(_task_table(kept, title, notes=_notes(task, kept["metric"])))
    return tables


def _notes(task: str, metrics: Iterable[str]) -> tuple[str, ...]:
    """Return what must be known of a task and of the metrics shown."""
    return tuple(BENCHMARK_NOTES[name] for name in dict.fromkeys([task, *metrics]) if name in BENCHMARK_NOTES)


def _task_table(results: pd.DataFrame, title: str, *, notes: tuple[str, ...]) -> ResultTable:
    """Lay out one task."""
    ours = results[results["kind"] != "published"]
    columns: list[Column] = list(
        dict.fromkeys(ours[["benchmark", "language", "metric"]].itertuples(index=False, name=None))
    )
    rows = tuple(
        Row(
            kind=str(kind),
            name=str(name),
            source=str(table),
            cells=tuple(_cell(group, column) for column in columns),
            fidelity=only_text(group, "fidelity"),
        )
        for (kind, name, table), group in results.groupby(["kind", "experiment", "source"], sort=False)
    )
    return ResultTable(title, _labels(columns), rows, (*notes, *conditions_of(results)))


def _cell(rows: pd.DataFrame, column: Column) -> Cell | None:
    """Return a system's figure in a column, None where it has none."""
    benchmark, language, metric = column
    figures = rows[(rows["benchmark"] == benchmark) & (rows["language"] == language) & (rows["metric"] == metric)]
    return None if figures.empty else figure(metric, figures)


def _labels(columns: list[Column]) -> tuple[str, ...]:
    """Return the columns' headings, without a benchmark or metric that all share."""
    benchmarks, _, metrics = (len(set(part)) for part in zip(*columns, strict=True))
    return tuple(
        " ".join(
            [
                *([benchmark] if benchmarks > 1 else []),
                *([language] if language != "all" else []),
                *([MEASURES.get(metric, metric)] if metrics > 1 or language == "all" else []),
            ]
        )
        for benchmark, language, metric in columns
    )
