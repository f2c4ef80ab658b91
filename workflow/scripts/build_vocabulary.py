"""Count the words of one language's training captions."""

from pathlib import Path

from crosscap import logs
from crosscap.tables import read_table, write_table
from crosscap.text import vocabulary as words


def build_vocabulary(tokens: Path, vocabulary: Path, *, minimum_count: int) -> None:
    """Read the table `tokens` and write the table `vocabulary` of its training captions."""
    frame = read_table(tokens, name="tokens", columns=["split", "tokens"])
    train = frame.loc[frame["split"] == "train", "tokens"]
    write_table(words.build_vocabulary(train, minimum_count=minimum_count), vocabulary, name="vocabulary")


if __name__ == "__main__":
    with logs.to_file(snakemake.log[0]):
        build_vocabulary(
            tokens=Path(snakemake.input.tokens),
            vocabulary=Path(snakemake.output.vocabulary),
            **snakemake.params.settings,
        )
