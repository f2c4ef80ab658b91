"""Bring the measurements of all runs together: one results table, the paired tests, and both as files to take along."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosscap import jobs
from crosscap.files import as_paths, atomic_write
from crosscap.report.tabled import result_texts


def summarize_results(inputs: Mapping[str, Any], outputs: Mapping[str, Path], **settings: Any) -> None:
    """Read all metrics, ranks and models; write csv, markdown, latex and tests. See `result_texts`."""
    for name, text in result_texts(inputs, **settings).items():
        atomic_write(outputs[name], text.encode())


if __name__ == "__main__":
    with jobs.running(snakemake):
        given, written = (as_paths(rule.items()) for rule in (snakemake.input, snakemake.output))
        summarize_results(given, written, **dict(snakemake.params.items()))
