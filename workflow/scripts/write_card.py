"""Write the card that goes with a model."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from crosscap import __version__, jobs
from crosscap.files import as_paths, atomic_write
from crosscap.models.description import read_description
from crosscap.report.card import model_card
from crosscap.tables import read_table


def write_card(
    model: Path,
    card: Path,
    *,
    dataset: str,
    metrics: Sequence[Path],
    images: Path,
    captions: Path,
    zero_shot: Sequence[str],
) -> None:
    """Write what the model in a folder is, what it was trained on and how well it does, from its tables."""
    text = model_card(
        read_description(model) | {"zero_shot": zero_shot},
        dataset=dataset,
        metrics=pd.concat([read_table(path, name="metrics") for path in metrics], ignore_index=True),
        images=read_table(images, name="images"),
        captions=read_table(captions, name="captions"),
        version=__version__,
    )
    atomic_write(card, text.encode())


if __name__ == "__main__":
    with jobs.running(snakemake):
        given = as_paths(snakemake.input.items())
        write_card(
            card=Path(snakemake.output.card),
            dataset=snakemake.wildcards.dataset,
            zero_shot=snakemake.params.zero_shot,
            **{name: given[name] for name in ("model", "metrics", "images", "captions")},
        )
