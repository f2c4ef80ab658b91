"""Write the card that goes with a model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from crosscap import __version__, jobs
from crosscap.files import as_paths, atomic_write
from crosscap.models.description import read_description
from crosscap.notes import read_note
from crosscap.readers.quarantine import notices
from crosscap.report.card import model_card
from crosscap.tables import read_table


def write_card(inputs: Mapping[str, Any], card: Path, *, dataset: str, zero_shot: Sequence[str]) -> None:
    """Write what the model in a folder is, what it was trained on and how well it does, from its tables."""
    text = model_card(
        read_description(inputs["model"]) | {"zero_shot": zero_shot},
        dataset=dataset,
        metrics=pd.concat([read_table(path, name="metrics") for path in inputs["metrics"]], ignore_index=True),
        images=read_table(inputs["images"], name="images"),
        captions=read_table(inputs["captions"], name="captions"),
        version=__version__,
        notices=notices(read_note(inputs["quarantined"])),
    )
    atomic_write(card, text.encode())


if __name__ == "__main__":
    with jobs.running(snakemake):
        write_card(
            as_paths(snakemake.input.items()),
            card=Path(snakemake.output.card),
            dataset=snakemake.wildcards.dataset,
            zero_shot=snakemake.params.zero_shot,
        )
