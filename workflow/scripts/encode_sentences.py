"""Make frozen features of one language's captions, of all splits."""

from collections.abc import Sequence
from pathlib import Path

from crosscap import jobs
from crosscap.tables import read_table, write_table
from crosscap.training.inputs import read_texts
from crosscap.training.sentences import SentenceSource, sentence_features


def encode_sentences(tokens: Path, captions: Sequence[Path], sentences: Path, *, source: SentenceSource) -> None:
    """Write the table `sentences` of a table `tokens`; `captions` are the raw texts, where the source reads those."""
    frame = read_table(tokens, name="tokens")
    features = sentence_features(frame, read_texts(captions), source)
    write_table(frame[["caption_id"]], sentences, name="sentences", matrix=features)


if __name__ == "__main__":
    with jobs.running(snakemake):
        encode_sentences(
            Path(snakemake.input.tokens),
            [Path(path) for path in snakemake.input.captions],
            Path(snakemake.output.sentences),
            source=SentenceSource(
                vectors={Path(path).stem: Path(path) for path in snakemake.input.vectors},
                mappings={Path(path).stem.split("-")[0]: Path(path) for path in snakemake.input.mappings},
                **snakemake.params.settings,
            ),
        )
