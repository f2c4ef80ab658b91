"""The report as one HTML page: no script, no network, nothing outside the file, everything untrusted escaped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crosscap.report.cells import Cell
from crosscap.report.comparison import Comparison
from crosscap.report.context import context_tables
from crosscap.report.examples import Example
from crosscap.report.export import all_tables
from crosscap.report.facts import FactTable, significance_table
from crosscap.report.layout import overview_tables
from crosscap.report.names import language_name
from crosscap.report.runs import label_table, run_tables
from crosscap.report.shown import Shown

TEMPLATES = Path(__file__).parent / "page"
TEMPLATE = "report.html.j2"
COMPARISON = "compare.html.j2"


def render_page(
    results: pd.DataFrame,
    tests: pd.DataFrame,
    *,
    dataset: str,
    figures: Mapping[str, str],
    facts: Sequence[FactTable],
    models: Sequence[Mapping[str, Any]],
    context: Sequence[str],
    shown: Shown,
    notices: Sequence[str] = (),
    comparisons: Sequence[Comparison] = (),
) -> str:
    """Return the report of a data set as HTML.

    `results` and `tests` are the summary's tables, `figures` the SVG texts of `crosscap.report.figures`, `models`
    the descriptions that come with the models, `context` names the published tables to show apart, `shown` holds the
    examples, `notices` what must be known first, and `comparisons` are of the pairs of experiments that were asked for.
    """
    template = _environment().get_template(TEMPLATE)
    return template.render(
        dataset=dataset,
        notices=notices,
        overviews=overview_tables(results),
        tables=all_tables(results),
        labels=label_table(models),
        context=context_tables(context),
        tests=significance_table(tests, fidelity=dict(zip(results["experiment"], results["fidelity"], strict=True))),
        figures={name: inline_svg(text) for name, text in figures.items()},
        facts=[table for table in facts if table.rows],
        settings=[table for table in run_tables(models) if table.rows],
        experiment=shown.experiment,
        examples=_by_language(shown.queries),
        tagged=shown.tagged,
        comparisons=comparisons,
    )


def render_comparison(comparison: Comparison, *, dataset: str) -> str:
    """Return a comparison of two experiments as an HTML page of its own."""
    return _environment().get_template(COMPARISON).render(comparison=comparison, dataset=dataset)


def inline_svg(text: str) -> Markup:
    """Return an SVG file as an element of a page; our own figures only, whose texts are escaped already."""
    return Markup(text[text.index("<svg") :])


def small_print(cell: Cell) -> list[str]:
    """Return what stands below a figure: deviation, interval, and the value with ties counted in favour."""
    lines = []
    if not math.isnan(cell.deviation):
        lines.append(f"± {cell.text(cell.deviation)}")
    if not math.isnan(cell.low):
        lines.append(f"{cell.text(cell.low)}–{cell.text(cell.high)}")
    if cell.optimistic is not None:
        lines.append(f"ties for: {cell.text(cell.optimistic)}")
    return lines


def _environment() -> Environment:
    """Return what renders the pages: everything that comes in is escaped, and nothing undefined passes."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(language=language_name, small_print=small_print)
    return environment


def _by_language(examples: Iterable[Example]) -> list[tuple[str, list[Example]]]:
    """Return the examples grouped by language, in the order they came."""
    return [(language, list(group)) for language, group in groupby(examples, key=lambda example: example.language)]
