"""Add a language to a finished model from its word vectors and a dictionary: no images, no captions, no training."""

from pathlib import Path
from typing import Any

import numpy as np

from crosscap import jobs
from crosscap.languages.words import Words, carry_words
from crosscap.models.extension import hub_words
from crosscap.models.store import load_model
from crosscap.notes import write_note
from crosscap.tables import read_matrix, read_table, write_table


def add_language(
    model: Path, vectors: Path, hub_vectors: Path, lexicon: Path, added: Path, report: Path, **settings: Any
) -> None:
    """Write the language's words as the table vectors, in the space of the model's hub words, and how well they fit."""
    frame, matrix = read_matrix(vectors, name="vectors")
    hub_known = read_table(hub_vectors, name="vectors", columns=["known"])["known"].to_numpy()
    carried, facts = carry_words(
        Words(list(frame["word"]), matrix, frame["known"].to_numpy()),
        Words(*hub_words(load_model(model)), np.asarray(hub_known)),
        lexicon=read_table(lexicon, name="lexicon"),
        **settings,
    )
    write_table(frame, added, name="vectors", matrix=carried)
    write_note(report, facts)


if __name__ == "__main__":
    with jobs.running(snakemake):
        add_language(
            model=Path(snakemake.input.model),
            vectors=Path(snakemake.input.vectors),
            hub_vectors=Path(snakemake.input.hub_vectors),
            lexicon=Path(snakemake.input.lexicon),
            added=Path(snakemake.output.added),
            report=Path(snakemake.output.report),
            **snakemake.params.settings,
        )
