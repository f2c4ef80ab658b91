"""Figures of systems trained at another scale, in tables apart from every measurement."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from crosscap.report import published as literature
from crosscap.report.cells import Cell, ResultTable, Row, row_notes
from crosscap.report.names import MEASURES, METRICS, TASKS

WARNING = "Pre-trained on 10⁸–10¹⁰ image-text pairs; zero-shot unless stated; not comparable."


def context_tables(names: Sequence[str]) -> list[ResultTable]:
    """Return published tables of the kind `context`, each by itself, systems down and languages or metrics across.

    Raises:
        InputError: there is no such table of this kind.
    """
    figures = literature.read_published(names, kind="context")
    known = literature.sources("context")
    return [_context_table(figures[figures["table"] == name], known[name]) for name in names]


def _context_table(figures: pd.DataFrame, source: literature.Source) -> ResultTable:
    """Lay out one table: with a single metric its data sets and languages are the columns, otherwise its metrics."""
    measures = [_measure(*pair) for pair in zip(figures["task"], figures["metric"], strict=True)]
    one_metric = len(set(measures)) == 1
    varied = [column for column in ("dataset", "language") if len(set(figures[column])) > 1]
    places = [" ".join(place) for place in zip(*(figures[column] for column in varied), strict=True)]
    keys = list(zip(figures["system"], places or [""] * len(figures), measures, strict=True))
    names = [system if one_metric else f"{system}, {place}".rstrip(", ") for system, place, _ in keys]
    headings = [place or measure if one_metric else measure for _, place, measure in keys]
    rows: dict[str, dict[str, Cell]] = {name: {} for name in names}
    cells = figures[["metric", "value", "printed"]].itertuples(index=False, name=None)
    for name, heading, cell in zip(names, headings, cells, strict=True):
        rows[name][heading] = _cell(*cell)
    columns = tuple(dict.fromkeys(headings))
    return ResultTable(
        title=f"{source.dataset}, {measures[0]}" if one_metric else source.dataset,
        columns=columns,
        rows=tuple(Row("context", name, "", tuple(map(found.get, columns))) for name, found in rows.items()),
        conditions=(WARNING, source.described(), *row_notes(zip(names, figures["note"], strict=True))),
    )


def _measure(task: str, metric: str) -> str:
    """Return what is measured, in words: ``text → image R@1``."""
    return f"{TASKS[task]} {METRICS.get(metric, MEASURES.get(metric, metric))}"


def _cell(metric: str, value: float, printed: str) -> Cell:
    """Return one figure without interval; what the source lacks stands as the file has it."""
    absent = {"-": "–"}.get(printed, printed) if printed in literature.ABSENT else ""
    return Cell(
        metric, value, low=math.nan, high=math.nan, deviation=math.nan, best=False, optimistic=None, absent=absent
    )
