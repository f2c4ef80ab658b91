"""Split the texts of a benchmark into words as the captions are, and count those that the training captions have."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from crosscap import jobs
from crosscap.notes import write_note
from crosscap.schemas import TABLES
from crosscap.tables import read_table, write_table
from crosscap.text.overlap import overlap_report
from crosscap.text.tokens import tokenize


def tokenize_texts(
    texts: Path, captions: Sequence[Path], tokens: Path, overlap: Path, *, tokenizer: str, lowercase: bool
) -> None:
    """Read the table captions `texts` and the tables tokens `captions`; write the table `tokens` and the `overlap`."""
    frame = read_table(texts, name="captions").assign(split="", tokens=None)
    for language, rows in frame.groupby("language")["text"]:
        words = tokenize(list(rows), language=str(language), tokenizer=tokenizer, lowercase=lowercase)
        frame.loc[rows.index, "tokens"] = pd.Series(words, index=rows.index)
    frame = frame[list(TABLES["tokens"])]
    write_table(frame, tokens, name="tokens")
    trained = pd.concat([read_table(path, name="tokens") for path in captions])
    write_note(overlap, overlap_report(frame, trained))


if __name__ == "__main__":
    with jobs.running(snakemake):
        tokenize_texts(
            texts=Path(snakemake.input.texts),
            captions=[Path(path) for path in snakemake.input.captions],
            tokens=Path(snakemake.output.tokens),
            overlap=Path(snakemake.output.overlap),
            **snakemake.params.settings,
        )
