"""Bring the measurements of all runs together: one results table, the paired tests, and both as files to take along."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from crosscap import logs
from crosscap.evaluation.significance import paired_tests
from crosscap.files import atomic_write
from crosscap.report.export import export_results
from crosscap.report.summary import by_experiment, pool_sizes, summarize
from crosscap.tables import read_table


def summarize_results(
    metrics: Sequence[Path],
    ranks: Sequence[Path],
    baseline_ranks: Path,
    outputs: Mapping[str, Path],
    *,
    runs: Sequence[tuple[str, int]],
    published: Sequence[str],
    **settings: Any,
) -> None:
    """Read all tables `metrics`, each run's `ranks` and the ridge's; write the outputs csv, markdown, latex, tests."""
    measured = pd.concat([read_table(path, name="metrics") for path in metrics], ignore_index=True)
    ridge, *of_runs = [read_table(path, name="ranks") for path in (baseline_ranks, *ranks)]
    ranked = by_experiment(runs, of_runs)
    tests = paired_tests({"ridge": [ridge]} | ranked, **settings)
    pools = pool_sizes([ridge, *of_runs])
    results = summarize(measured, tests, experiments=list(ranked), published=published, pools=pools)
    for name, text in export_results(results, tests).items():
        atomic_write(outputs[name], text.encode())


if __name__ == "__main__":
    with logs.to_file(snakemake.log[0]):
        summarize_results(
            [snakemake.input.baseline_metrics, *snakemake.input.metrics, *snakemake.input.translations],
            snakemake.input.ranks,
            snakemake.input.baseline_ranks,
            dict(snakemake.output.items()),
            runs=snakemake.params.runs,
            published=snakemake.params.published,
            **snakemake.params.settings,
        )
