"""Bring the measurements of all runs together: one results table, the paired tests, and both as files to take along."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from crosscap import jobs
from crosscap.files import as_paths, atomic_write, read_json
from crosscap.report.export import export_results
from crosscap.report.ranked import benchmark_tests, by_experiment, pool_sizes
from crosscap.report.summary import read_labels, summarize
from crosscap.tables import read_table


def summarize_results(
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Path],
    *,
    runs: Sequence[tuple[str, int]],
    settings: Mapping[str, Any],
    **shown: Any,
) -> None:
    """Read all metrics, and each run's ranks and model in the order of `runs`; write csv, markdown, latex and tests."""
    measured = pd.concat([read_table(path, name="metrics") for path in inputs["metrics"]])
    ridge, *of_runs = [read_table(path, name="ranks") for path in (inputs["baseline_ranks"], *inputs["ranks"])]
    ranked = by_experiment(runs, of_runs)
    tests = benchmark_tests({"ridge": [ridge]} | ranked, **settings)
    labels = read_labels([read_json(folder / "model.json") for folder in inputs["models"]])
    pools = pool_sizes([ridge, *of_runs])
    results = summarize(measured, tests, experiments=list(ranked), pools=pools, labels=labels, **shown)
    for name, text in export_results(results, tests).items():
        atomic_write(outputs[name], text.encode())


if __name__ == "__main__":
    with jobs.running(snakemake):
        given, written = (as_paths(rule.items()) for rule in (snakemake.input, snakemake.output))
        summarize_results(given, written, **dict(snakemake.params.items()))
