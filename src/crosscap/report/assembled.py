"""The whole report from the files that led to it: the page, and its figures as files of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crosscap.notes import read_note
from crosscap.readers.quarantine import notices
from crosscap.report.compared import read_compared
from crosscap.report.export import read_csv
from crosscap.report.facts import fact_tables, quarantine_table
from crosscap.report.figures import draw_figures
from crosscap.report.page import render_page
from crosscap.report.runs import read_descriptions
from crosscap.report.shown import read_shown
from crosscap.tables import read_table

REPORTS = ("coverages", "lexicons", "mappings", "translations", "overlaps")


def assemble_report(
    inputs: Mapping[str, Any],
    *,
    dataset: str,
    context: Sequence[str],
    examples: Mapping[str, Any],
    comparing: Mapping[str, Any],
    zero_shot: Mapping[str, Sequence[str]],
) -> dict[str, str]:
    """Return the page and the figures as texts by name, from files (lists in the order of `models`)."""
    results, tests = read_csv(inputs["results"]), read_csv(inputs["tests"])
    images, captions = (read_table(inputs[name], name=name) for name in ("images", "captions"))
    quarantined = read_note(inputs["quarantined"])
    reports = {name: {path.stem: read_note(path) for path in inputs[name]} for name in REPORTS}
    reports["overlaps"] |= read_note(inputs["checked"]).get("leakage", {})
    models = read_descriptions(inputs["models"], zero_shot)
    histories = [read_table(path, name="history") for path in inputs["histories"]]
    figures = draw_figures(results, models=models, histories=histories)
    data: Any = {"images": images, "captions": captions}
    page = render_page(
        results,
        tests,
        dataset=dataset,
        figures=figures,
        notices=notices(quarantined),
        facts=[*fact_tables(images, captions, **reports), quarantine_table(quarantined)],
        models=models,
        context=context,
        shown=read_shown(inputs, results, models, settings=examples, **data),
        comparisons=read_compared(inputs, tests, models, examples=examples, **data, **comparing),
    )
    return {"page": page, **figures}
