"""Read pairs of sentences with people's scores of their similarity."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from crosscap import jobs
from crosscap.readers import sts
from crosscap.tables import write_table


def read_similarity(pairs: Path, texts: Path, *, files: Mapping[str, Sequence[str]]) -> None:
    """Write the table similarity_pairs `pairs` and the table captions `texts` of the `files` of each language."""
    paths = {language: [Path(path) for path in of_language] for language, of_language in files.items()}
    pair_table, text_table = sts.read_similarity(paths)
    write_table(pair_table, pairs, name="similarity_pairs")
    write_table(text_table, texts, name="captions")


if __name__ == "__main__":
    with jobs.running(snakemake):
        read_similarity(
            pairs=Path(snakemake.output.pairs),
            texts=Path(snakemake.output.texts),
            files=snakemake.params.files,
        )
