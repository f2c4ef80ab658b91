"""The summary from the files that led to it: the results table and the paired tests, as files to take along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from crosscap.models.description import read_description
from crosscap.notes import read_note
from crosscap.readers import quarantine
from crosscap.report.export import export_results
from crosscap.report.ranked import benchmark_tests, by_experiment, pool_sizes
from crosscap.report.summary import read_labels, summarize
from crosscap.tables import read_table


def result_texts(
    inputs: Mapping[str, Any], *, runs: Sequence[tuple[str, int]], settings: Mapping[str, Any], **shown: Any
) -> dict[str, str]:
    """Return csv, markdown, latex and tests from all metrics, and each run's ranks and model in the order of `runs`.

    `settings` are those of `benchmark_tests`, `shown` further ones of `summarize`.
    """
    measured = pd.concat([read_table(path, name="metrics") for path in inputs["metrics"]])
    ridge, *of_runs = [read_table(path, name="ranks") for path in (inputs["baseline_ranks"], *inputs["ranks"])]
    ranked = by_experiment(runs, of_runs)
    tests = benchmark_tests({"ridge": [ridge]} | ranked, **settings)
    labels = read_labels([read_description(folder) for folder in inputs["models"]])
    pools = pool_sizes([ridge, *of_runs])
    results = summarize(measured, tests, experiments=list(ranked), pools=pools, labels=labels, **shown)
    notices = quarantine.notices(read_note(inputs["quarantined"]))
    return export_results(results, tests, notices=notices)
