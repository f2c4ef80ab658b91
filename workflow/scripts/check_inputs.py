"""Check all that the settings name before any work, and count what it holds."""

from pathlib import Path

from crosscap import jobs
from crosscap.doctor.checkup import checked_figures
from crosscap.doctor.inputs import Inputs
from crosscap.notes import write_note


def check_inputs(checked: Path, *, inputs: Inputs) -> None:
    """Write the figures of sound inputs: counts, coverage, what is in train and in another split."""
    write_note(checked, checked_figures(inputs, results=checked.parent))


if __name__ == "__main__":
    with jobs.running(snakemake, unchecked=["files"]):  # which the rules that read them hash
        check_inputs(Path(snakemake.output.checked), inputs=Inputs(**snakemake.params.inputs))
