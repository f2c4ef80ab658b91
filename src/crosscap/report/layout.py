"""The results as people read them: a wide table a language and task, the same for the page, Markdown and LaTeX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from crosscap.report.cells import Cell, ResultTable, Row, conditions_of, figure, only_text, plain
from crosscap.report.names import METRICS, TASKS, language_name

BOTH_TASKS = "image_text"  # what is measured over both directions (rsum) stands in the tables of each
TIES_SHOWN = 0.1  # points of recall; ties that matter less are not shown
ALIGNMENT = "alignment_ratio"  # is of words, the same in all tables of a language
RETRIEVAL = set(METRICS) - {ALIGNMENT}  # a system without any of these was not measured in a language
OVERVIEW_METRIC = "R@10"
OVERVIEW_TASKS = {"text_to_image": "t→i", "image_to_text": "i→t"}
TRANSLATION_METRICS = {"alignment_ratio": "nearest", "alignment_ratio_csls": "CSLS"}

Question = tuple[str, str, str]  # benchmark, task, language
System = tuple[str, str, str, str]  # kind, name, published table or "", fidelity


def result_tables(results: pd.DataFrame) -> list[ResultTable]:
    """Return one table a benchmark, language and task, single languages before pairs."""
    return [_question_table(results, question) for question in _questions(results)]


def overview_tables(results: pd.DataFrame) -> list[ResultTable]:
    """Return for each benchmark of retrieval a table of our systems with R@10 of every language, each way."""
    ours = results[results["kind"] != "published"]
    return [_overview_table(ours, benchmark) for benchmark in _benchmarks(ours)]


def _overview_table(ours: pd.DataFrame, benchmark: str) -> ResultTable:
    """Lay out one benchmark's overview, without intervals to stay narrow."""
    questions = [key for key in _questions(ours) if key[0] == benchmark and key[1] in OVERVIEW_TASKS]
    columns = tuple(f"{language} {OVERVIEW_TASKS[task]}" for _, task, language in questions)
    title = f"{OVERVIEW_METRIC} of text to image (t→i) and image to text (i→t){_suffix(ours, benchmark)}"
    systems: dict[System, dict[Question, Cell]] = {}
    for question in questions:
        for system, cells in _systems(_rows_about(ours, question)).items():
            if OVERVIEW_METRIC in cells:
                systems.setdefault(system, {})[question] = plain(cells[OVERVIEW_METRIC])
    names = list(ours["experiment"].unique())
    ordered = sorted(systems.items(), key=lambda item: names.index(item[0][1]))
    rows = tuple(_row(system, cells, questions) for system, cells in ordered)
    return ResultTable(title, columns, rows)


def translation_tables(results: pd.DataFrame) -> list[ResultTable]:
    """Return one table of word translation: each direction by nearest neighbour and by CSLS; none without lexicons."""
    rows = results[(results["kind"] != "published") & results["metric"].isin(TRANSLATION_METRICS)]
    if rows.empty:
        return []
    columns = [(direction, metric) for direction in rows["language"].unique() for metric in TRANSLATION_METRICS]
    systems = tuple(
        Row(
            kind=str(kind),
            name=str(name),
            source="",
            cells=tuple(_translation_cell(group, *column) for column in columns),
            fidelity=only_text(group, "fidelity"),
        )
        for (kind, name), group in rows.groupby(["kind", "experiment"], sort=False)
    )
    names = tuple(f"{direction}, {TRANSLATION_METRICS[metric]}" for direction, metric in columns)
    return [ResultTable("Word translation (alignment ratio)", names, systems)]


def _translation_cell(rows: pd.DataFrame, direction: str, metric: str) -> Cell | None:
    """Return a system's figure of one direction, None where it was not measured."""
    figures = rows[(rows["language"] == direction) & (rows["metric"] == metric)]
    return None if figures.empty else figure(metric, figures)


def _questions(results: pd.DataFrame) -> list[Question]:
    """Return what was asked of our systems, in the order of benchmarks, languages and tasks."""
    ranked = results[(results["kind"] != "published") & (results["metric"] == "R@1")]
    languages = list(dict.fromkeys(sorted(ranked["language"], key=lambda code: "-" in code)))
    benchmarks = _benchmarks(results)
    tasks = [*TASKS, *ranked["task"].unique()]
    found = set(ranked[["benchmark", "task", "language"]].itertuples(index=False, name=None))
    return sorted(found, key=lambda key: (benchmarks.index(key[0]), languages.index(key[2]), tasks.index(key[1])))


def _benchmarks(results: pd.DataFrame) -> list[str]:
    """Return the benchmarks of retrieval in their order: the whole split, then its folds."""
    return list(results.loc[(results["kind"] != "published") & (results["metric"] == "R@1"), "benchmark"].unique())


def _suffix(results: pd.DataFrame, benchmark: str) -> str:
    """Return the benchmark for a title, where there are several."""
    return f" ({benchmark})" if len(_benchmarks(results)) > 1 else ""


def _question_table(results: pd.DataFrame, question: Question) -> ResultTable:
    """Lay out the figures of one task and language."""
    benchmark, task, language = question
    about = _rows_about(results, question)
    systems = {key: cells for key, cells in _systems(about).items() if set(cells) & RETRIEVAL}
    systems = _with_best_alignment(systems)
    metrics = [name for name in METRICS if any(name in cells for cells in systems.values())]
    rows = tuple(_row(key, cells, metrics) for key, cells in _ordered(systems))
    return ResultTable(
        title=f"{language_name(language)}, {TASKS.get(task, task)}{_suffix(results, benchmark)}",
        columns=tuple(METRICS[name] for name in metrics),
        rows=rows,
        conditions=conditions_of(about),
    )


def _rows_about(results: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Return the result rows that belong into a table.

    An experiment's benchmarks (retrieval, word translation) come together in one row; published tables stay apart.
    """
    benchmark, task, language = question
    asked = results["task"].isin([task, BOTH_TASKS]) & (results["language"] == language)
    asked &= results["benchmark"] == benchmark
    covered = results["language"].map(lambda codes: language in codes.split("-"))
    covered &= results["source"].isin(results.loc[asked, "source"])  # no alignment of a table made on other pools
    return results[asked | (covered & (results["metric"] == ALIGNMENT))]


def _systems(rows: pd.DataFrame) -> dict[System, dict[str, Cell]]:
    """Return the figures of a table by system and metric."""
    return {
        (str(kind), str(name), str(table), only_text(group, "fidelity")): _cells(group)
        for (kind, name, table), group in rows.groupby(["kind", "experiment", "source"], sort=False)
    }


def _with_best_alignment(systems: Mapping[System, dict[str, Cell]]) -> dict[System, dict[str, Cell]]:
    """Mark the best alignment of our systems, which is a mean over directions."""
    ours = {
        key: cells[ALIGNMENT].value for key, cells in systems.items() if key[0] != "published" and ALIGNMENT in cells
    }
    best = max(ours.values()) if len(ours) > 1 else None  # one alone is not the best of any
    return {
        key: {**cells, ALIGNMENT: replace(cells[ALIGNMENT], best=ours[key] == best)} if key in ours else cells
        for key, cells in systems.items()
    }


def _row(system: System, cells: Mapping[Any, Cell], columns: Sequence[Any]) -> Row:
    """Return a system's row of a table with these columns."""
    kind, name, source, fidelity = system
    return Row(kind, name, source, tuple(cells.get(column) for column in columns), fidelity)


def _ordered(systems: Mapping[System, Mapping]) -> list[tuple[System, Mapping]]:
    """Return the systems with the baselines first and the published ones last, otherwise as they came."""
    return sorted(systems.items(), key=lambda item: ("baseline", "trained", "published").index(item[0][0]))


def _cells(rows: pd.DataFrame) -> dict[str, Cell]:
    """Return a system's figures by metric."""
    by_metric = {str(metric): group for metric, group in rows.groupby("metric", sort=False)}
    ends = {name: by_metric.get(f"{name}_optimistic") for name in by_metric}
    ties = {
        name: None if end is None else _where_ties_matter(by_metric[name]["value"].mean(), end["value"].mean())
        for name, end in ends.items()
    }
    return {name: figure(name, group, ties[name]) for name, group in by_metric.items()}


def _where_ties_matter(value: float, optimistic: float) -> float | None:
    """Return the optimistic value where it differs enough to be shown; rounded, for CSV keeps six digits only."""
    return float(optimistic) if round(optimistic - value, 3) > TIES_SHOWN else None
