"""Take one language's word vectors out of a file."""

from pathlib import Path

from crosscap import jobs
from crosscap.notes import write_note
from crosscap.tables import read_table, write_table
from crosscap.text import vectors as library
from crosscap.text.vocabulary import coverage_report


def select_vectors(vocabulary: Path, source: Path, tokens: Path, vectors: Path, coverage: Path, *, seed: int) -> None:
    """Read the table `vocabulary` and a vector file; write the table `vectors` and what it covers of the captions."""
    words = read_table(vocabulary, name="vocabulary", columns=["index", "word"])
    matrix, known = library.select_vectors(source, list(words["word"]), seed=seed)
    write_table(words.assign(known=known), vectors, name="vectors", matrix=matrix)
    captions = read_table(tokens, name="tokens", columns=["split", "tokens"])
    write_note(coverage, coverage_report(captions, list(words["word"]), known=known))


if __name__ == "__main__":
    with jobs.running(snakemake):
        select_vectors(
            vocabulary=Path(snakemake.input.vocabulary),
            source=Path(snakemake.input.source),
            tokens=Path(snakemake.input.tokens),
            vectors=Path(snakemake.output.vectors),
            coverage=Path(snakemake.output.coverage),
            **snakemake.params.settings,
        )
