"""Write the report, one page that opens from disk, and its figures as files of their own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosscap import jobs
from crosscap.files import as_paths, atomic_write
from crosscap.report.assembled import assemble_report


def write_report(inputs: Mapping[str, Any], outputs: Mapping[str, Path], **settings: Any) -> None:
    """Read the results and what led to them; write the page and the figures. See `assemble_report`."""
    for name, text in assemble_report(inputs, **settings).items():
        atomic_write(outputs[name], text.encode())


if __name__ == "__main__":
    with jobs.running(snakemake):
        given, written = (as_paths(rule.items()) for rule in (snakemake.input, snakemake.output))
        write_report(given, written, dataset=snakemake.wildcards.dataset, **dict(snakemake.params.items()))
