"""Write the report, one page that opens from disk, and its figures as files of their own."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosscap import logs
from crosscap.files import as_paths, atomic_write, read_json
from crosscap.report.compared import read_compared
from crosscap.report.export import read_csv
from crosscap.report.facts import fact_tables
from crosscap.report.figures import draw_figures
from crosscap.report.page import render_page
from crosscap.report.runs import read_descriptions
from crosscap.report.shown import read_shown
from crosscap.tables import read_table

REPORTS = ("coverages", "lexicons", "mappings", "translations", "overlaps")


def write_report(
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Path],
    *,
    dataset: str,
    context: Sequence[str],
    examples: Mapping[str, Any],
    comparing: Mapping[str, Any],
    zero_shot: Mapping[str, Sequence[str]],
) -> None:
    """Read the results and what led to them (lists in the order of `models`); write the page and the figures."""
    results, tests = read_csv(inputs["results"]), read_csv(inputs["tests"])
    images, captions = (read_table(inputs[name], name=name) for name in ("images", "captions"))
    reports = {name: {path.stem: read_json(path) for path in inputs[name]} for name in REPORTS}
    models = read_descriptions(inputs["models"], zero_shot)
    histories = [read_table(path, name="history") for path in inputs["histories"]]
    figures = draw_figures(results, models=models, histories=histories)
    page = render_page(
        results,
        tests,
        dataset=dataset,
        figures=figures,
        facts=fact_tables(images, captions, **reports),
        models=models,
        context=context,
        shown=read_shown(inputs, results, models, images=images, captions=captions, settings=examples),
        comparisons=read_compared(
            inputs, tests, models, images=images, captions=captions, examples=examples, **comparing
        ),
    )
    for name, text in {"page": page, **figures}.items():
        atomic_write(outputs[name], text.encode())


if __name__ == "__main__":
    with logs.to_file(snakemake.log[0]):
        given, written = (as_paths(rule.items()) for rule in (snakemake.input, snakemake.output))
        write_report(given, written, dataset=snakemake.wildcards.dataset, **dict(snakemake.params.items()))
