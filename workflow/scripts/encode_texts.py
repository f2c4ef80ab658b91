"""Make frozen features of the texts of a benchmark, in the languages of the data set."""

from collections.abc import Sequence
from pathlib import Path

from crosscap import jobs
from crosscap.tables import read_table, write_table
from crosscap.training.inputs import read_texts
from crosscap.training.sentences import SentenceSource, sentence_features


def encode_texts(
    tokens: Path, captions: Sequence[Path], sentences: Path, *, source: SentenceSource, languages: Sequence[str]
) -> None:
    """Write the table `sentences` of the texts in `languages`; `captions` are the raw texts, if it reads those."""
    frame = read_table(tokens, name="tokens")
    frame = frame[frame["language"].isin(languages)].reset_index(drop=True)
    features = sentence_features(frame, read_texts(captions), source)
    write_table(frame[["caption_id"]], sentences, name="sentences", matrix=features)


if __name__ == "__main__":
    with jobs.running(snakemake):
        encode_texts(
            Path(snakemake.input.tokens),
            [Path(path) for path in snakemake.input.captions],
            Path(snakemake.output.sentences),
            source=SentenceSource(
                vectors={Path(path).stem: Path(path) for path in snakemake.input.vectors},
                mappings={Path(path).stem.split("-")[0]: Path(path) for path in snakemake.input.mappings},
                **snakemake.params.settings,
            ),
            languages=snakemake.params.languages,
        )
