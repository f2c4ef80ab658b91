"""The results as people read them: a wide table a language and task, the same for the page, Markdown and LaTeX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from crosscap.report import published as literature
from crosscap.report.names import METRICS, TASKS, language_name

OF_A_LANGUAGE = ("rsum", "alignment_ratio")  # over both tasks, or over words: the same in all tables of a language
TIES_SHOWN = 0.1  # points of recall; ties that matter less are not shown
OVERVIEW_METRIC = "R@10"
OVERVIEW_TASKS = {"text_to_image": "t→i", "image_to_text": "i→t"}
TRANSLATION_METRICS = {"alignment_ratio": "nearest", "alignment_ratio_csls": "CSLS"}

Question = tuple[str, str, str]  # benchmark, task, language
System = tuple[str, str, str]  # kind, name, published table or ""


@dataclass(frozen=True)
class Cell:
    """A figure of a table; `optimistic` is its value with ties in the system's favour, where these matter."""

    metric: str
    value: float
    low: float
    high: float
    deviation: float
    best: bool
    optimistic: float | None

    def __str__(self) -> str:
        """Return the value as tables show it."""
        return self.text(self.value)

    def text(self, value: float) -> str:
        """Return a value of this figure's metric: medians as short as they are, everything else with one decimal."""
        return f"{round(value, 1):g}" if self.metric == "median_rank" else f"{value:.1f}"


@dataclass(frozen=True)
class Row:
    """A system's figures, None where there is none; kind is baseline, trained or published (in `source`)."""

    kind: str
    name: str
    source: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class ResultTable:
    """All systems side by side; `conditions` says of each published source what its figures hold for."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    conditions: tuple[str, ...] = ()


def result_tables(results: pd.DataFrame) -> list[ResultTable]:
    """Return one table a benchmark, language and task, single languages before pairs."""
    questions = _questions(results)
    several = len({benchmark for benchmark, _, _ in questions}) > 1
    return [_question_table(results, question, suffix=f" ({question[0]})" if several else "") for question in questions]


def overview_table(results: pd.DataFrame) -> ResultTable:
    """Return one table of our systems with R@10 of every language, each way, without intervals to stay narrow."""
    ours = results[results["kind"] != "published"]
    questions = [question for question in _questions(ours) if question[1] in OVERVIEW_TASKS]
    columns = tuple(f"{language} {OVERVIEW_TASKS[task]}" for _, task, language in questions)
    title = f"{OVERVIEW_METRIC} of text to image (t→i) and image to text (i→t)"
    systems: dict[System, dict[Question, Cell]] = {}
    for question in questions:
        for system, cells in _systems(ours, question).items():
            if OVERVIEW_METRIC in cells:
                systems.setdefault(system, {})[question] = _plain(cells[OVERVIEW_METRIC])
    names = list(ours["experiment"].unique())
    ordered = sorted(systems.items(), key=lambda item: names.index(item[0][1]))
    rows = tuple(Row(*system, tuple(cells.get(question) for question in questions)) for system, cells in ordered)
    return ResultTable(title, columns, rows)


def translation_tables(results: pd.DataFrame) -> list[ResultTable]:
    """Return one table of word translation: each direction by nearest neighbour and by CSLS; none without lexicons."""
    rows = results[(results["kind"] != "published") & results["metric"].isin(TRANSLATION_METRICS)]
    if rows.empty:
        return []
    columns = [(direction, metric) for direction in rows["language"].unique() for metric in TRANSLATION_METRICS]
    systems = tuple(
        Row(str(kind), str(name), "", tuple(_translation_cell(group, *column) for column in columns))
        for (kind, name), group in rows.groupby(["kind", "experiment"], sort=False)
    )
    names = tuple(f"{direction}, {TRANSLATION_METRICS[metric]}" for direction, metric in columns)
    return [ResultTable("Word translation (alignment ratio)", names, systems)]


def _translation_cell(rows: pd.DataFrame, direction: str, metric: str) -> Cell | None:
    """Return a system's figure of one direction, None where it was not measured."""
    figures = rows[(rows["language"] == direction) & (rows["metric"] == metric)]
    return None if figures.empty else _cell(metric, figures, None)


def _questions(results: pd.DataFrame) -> list[Question]:
    """Return what was asked of our systems, in the order of benchmarks, languages and tasks."""
    ranked = results[(results["kind"] != "published") & (results["metric"] == "R@1")]
    languages = list(dict.fromkeys(sorted(ranked["language"], key=lambda code: "-" in code)))
    benchmarks = list(dict.fromkeys(ranked["benchmark"]))
    tasks = [*TASKS, *ranked["task"].unique()]
    found = set(ranked[["benchmark", "task", "language"]].itertuples(index=False, name=None))
    return sorted(found, key=lambda key: (benchmarks.index(key[0]), languages.index(key[2]), tasks.index(key[1])))


def _question_table(results: pd.DataFrame, question: Question, *, suffix: str) -> ResultTable:
    """Lay out the figures of one task and language."""
    _, task, language = question
    systems = {key: cells for key, cells in _systems(results, question).items() if "R@1" in cells}
    metrics = [name for name in METRICS if any(name in cells for cells in systems.values())]
    rows = tuple(Row(*key, tuple(cells.get(name) for name in metrics)) for key, cells in _ordered(systems))
    sources = literature.sources()
    quoted = [sources[name] for name in dict.fromkeys(row.source for row in rows if row.source)]
    return ResultTable(
        title=f"{language_name(language)}, {TASKS.get(task, task)}{suffix}",
        columns=tuple(METRICS[name] for name in metrics),
        rows=rows,
        conditions=tuple(f"{one.table}: {one.source}; {one.dataset}: {one.conditions}." for one in quoted),
    )


def _systems(results: pd.DataFrame, question: Question) -> dict[System, dict[str, Cell]]:
    """Return the figures that belong into a table, by system and metric.

    An experiment's benchmarks (retrieval, word translation) come together in one row; published tables stay apart.
    """
    benchmark, task, language = question
    asked = (results["task"] == task) & (results["language"] == language)
    asked &= (results["kind"] == "published") | (results["benchmark"] == benchmark)
    covered = results["language"].map(lambda codes: language in codes.split("-"))
    rows = results[asked | (covered & results["metric"].isin(OF_A_LANGUAGE))]
    source = rows["benchmark"].where(rows["kind"] == "published", "")
    return {
        (str(kind), str(name), str(table)): _cells(group)
        for (kind, name, table), group in rows.groupby(["kind", "experiment", source], sort=False)
    }


def _ordered(systems: Mapping[System, Mapping]) -> list[tuple[System, Mapping]]:
    """Return the systems with the baselines first and the published ones last, otherwise as they came."""
    return sorted(systems.items(), key=lambda item: ("baseline", "trained", "published").index(item[0][0]))


def _cells(rows: pd.DataFrame) -> dict[str, Cell]:
    """Return a system's figures by metric."""
    by_metric = {str(metric): group for metric, group in rows.groupby("metric", sort=False)}
    return {name: _cell(name, group, by_metric.get(f"{name}_optimistic")) for name, group in by_metric.items()}


def _cell(metric: str, rows: pd.DataFrame, optimistic: pd.DataFrame | None) -> Cell:
    """Return one figure; several language pairs (alignment) count as their mean, which has no interval."""
    row = rows.iloc[0] if len(rows) == 1 else rows[["value"]].mean().reindex(["value", "low", "high", "deviation"])
    return Cell(
        metric=metric,
        value=float(row["value"]),
        low=float(row["low"]),
        high=float(row["high"]),
        deviation=float(row["deviation"]),
        best=bool(rows["best"].all()),
        optimistic=None if optimistic is None else _where_ties_matter(rows["value"].mean(), optimistic["value"].mean()),
    )


def _where_ties_matter(value: float, optimistic: float) -> float | None:
    """Return the optimistic value where it differs enough to be shown; rounded, for CSV keeps six digits only."""
    return float(optimistic) if round(optimistic - value, 3) > TIES_SHOWN else None


def _plain(cell: Cell) -> Cell:
    """Return a figure without interval and deviation."""
    return replace(cell, low=float("nan"), high=float("nan"), deviation=float("nan"), optimistic=None)
