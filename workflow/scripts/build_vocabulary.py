"""Count the words of one language's training captions, or take the words of its vectors where it has none."""

from collections.abc import Sequence
from pathlib import Path

from crosscap import jobs
from crosscap.tables import read_table, write_table
from crosscap.text import vocabulary as words
from crosscap.text.origins import without_translations
from crosscap.text.vectors import first_words


def build_vocabulary(
    tokens: Path, vocabulary: Path, *, vectors: Sequence[Path] = (), minimum_count: int, most_words: int
) -> None:
    """Read the table `tokens`, or for a language that is not trained on its file of `vectors`; write `vocabulary`."""
    if vectors:
        frame = words.listed_vocabulary(first_words(vectors[0], most_words))
    else:
        captions = without_translations(read_table(tokens, name="tokens"), training=True)
        train = captions.loc[captions["split"] == "train", "tokens"]
        frame = words.build_vocabulary(train, minimum_count=minimum_count)
    write_table(frame, vocabulary, name="vocabulary")


if __name__ == "__main__":
    with jobs.running(snakemake):
        build_vocabulary(
            tokens=Path(snakemake.input.tokens),
            vocabulary=Path(snakemake.output.vocabulary),
            vectors=[Path(path) for path in snakemake.input.vectors],
            **snakemake.params.settings,
        )
