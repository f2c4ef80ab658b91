"""What a table of results is made of: figures, rows and the table, the same for the page, Markdown and LaTeX."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from crosscap.report import published as literature

DECIMALS = {"intra_distance": 3, "inter_distance": 3}  # all other figures have one
DAGGER = "†"
MINUS = "−"  # a hyphen would be lost beside the dash of an interval
ZERO_SHOT = f"{DAGGER} zero-shot: the system was not trained on this language."
MISSING = "missing: the paper reports the figure, but no source of it was found."
FIGURES = ("value", "low", "high", "deviation")


@dataclass(frozen=True)
class Cell:
    """A figure of a table.

    `optimistic` is its value with ties in the system's favour, where these matter; `zero_shot` marks a language that
    the system was not trained on; `absent` is what stands in place of a value that a publication lacks.
    """

    metric: str
    value: float
    low: float
    high: float
    deviation: float
    best: bool
    optimistic: float | None
    zero_shot: bool = False
    absent: str = ""

    def __str__(self) -> str:
        """Return the value as tables show it."""
        return self.absent or self.text(self.value) + (DAGGER if self.zero_shot else "")

    def text(self, value: float) -> str:
        """Return a value of this figure's metric as tables show it."""
        return format_figure(self.metric, value)


@dataclass(frozen=True)
class Row:
    """A system's figures, None where there is none.

    kind is baseline, trained, published (in `source`) or context; `fidelity` says how near a trained system is to its
    paper: paper, code or reconstruction.
    """

    kind: str
    name: str
    source: str
    cells: tuple[Cell | None, ...]
    fidelity: str = ""

    @property
    def tag(self) -> str:
        """Return what stands beside the name: where a published row is from, or a trained one's fidelity."""
        return self.source or self.fidelity


@dataclass(frozen=True)
class ResultTable:
    """All systems side by side; `conditions` says of each published source what its figures hold for."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    conditions: tuple[str, ...] = ()

    def notes(self) -> list[str]:
        """Return what stands below the table: what its marks mean, and the conditions."""
        cells = [cell for row in self.rows for cell in row.cells if cell is not None]
        marks = {
            ZERO_SHOT: any(cell.zero_shot for cell in cells),
            MISSING: any(cell.absent == "missing" for cell in cells),
        }
        return [*(note for note, needed in marks.items() if needed), *self.conditions]


def format_figure(metric: str, value: float) -> str:
    """Return a metric's value as people read it: medians as short as they are, everything else with fixed decimals."""
    text = f"{round(value, 1):g}" if metric == "median_rank" else f"{value:.{DECIMALS.get(metric, 1)}f}"
    return text.replace("-", MINUS)


def figure(metric: str, rows: pd.DataFrame, optimistic: float | None = None) -> Cell:
    """Return one figure of result rows; several language pairs (alignment) count as their mean.

    A mean has no interval, and is not marked as the best: which one is, the pairs do not say.
    """
    row = rows.iloc[0] if len(rows) == 1 else rows[["value"]].mean().reindex(FIGURES)
    value, low, high, deviation = (float(row[name]) for name in FIGURES)
    return Cell(
        metric=metric,
        value=value,
        low=low,
        high=high,
        deviation=deviation,
        best=len(rows) == 1 and bool(row["best"]),
        optimistic=optimistic,
        zero_shot=bool((rows["trained"] == "no").any()),
        absent=_absent(rows) if math.isnan(value) else "",
    )


def _absent(rows: pd.DataFrame) -> str:
    """Return what stands for a value that is not there: of published rows, only those without a source come so far."""
    return "missing" if (rows["kind"] == "published").all() else "–"


def plain(cell: Cell) -> Cell:
    """Return a figure without interval and deviation."""
    return replace(cell, low=math.nan, high=math.nan, deviation=math.nan, optimistic=None)


def conditions_of(results: pd.DataFrame) -> tuple[str, ...]:
    """Return what must be known of the published figures among some results: of each table, and of single rows."""
    quoted = results[results["kind"] == "published"]
    known = literature.sources()
    names = quoted["experiment"] + " (" + quoted["source"] + ")"
    tables = (known[name].described() for name in quoted["source"].unique())
    return (*tables, *row_notes(zip(names, quoted["note"], strict=True)))


def row_notes(notes: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return a sentence a note (name, note): the names of the rows that it is about, and what it says."""
    about: dict[str, dict[str, None]] = {}
    for name, note in notes:
        if note and note not in literature.ABSENT.values():
            about.setdefault(note, {})[name] = None
    return tuple(f"{', '.join(names)}: {note}." for note, names in about.items())


def only_text(rows: pd.DataFrame, column: str) -> str:
    """Return the text that all of some rows have in a column."""
    return str(rows[column].iloc[0])
