"""Embed the texts of a benchmark, such as sentence pairs or tags, with a trained model."""

from pathlib import Path

from crosscap import jobs, tables
from crosscap.training.embed import text_embeddings
from crosscap.training.texts import TextInputs, load_reader


def embed_texts(model: Path, tokens: Path, embeddings: Path, *, texts: TextInputs) -> None:
    """Write the table `embeddings` of the texts in languages that the model knows; there are no images in it."""
    stored, reading = load_reader(model, texts)
    frame, embedded = text_embeddings(stored.model, tables.read_table(tokens, name="tokens"), reading=reading)
    tables.write_table(frame, embeddings, name="embeddings", matrix=embedded)


if __name__ == "__main__":
    with jobs.running(snakemake):
        embed_texts(
            Path(snakemake.input.model),
            Path(snakemake.input.tokens),
            Path(snakemake.output.embeddings),
            texts=TextInputs(
                zero_shot=snakemake.params.zero_shot,
                added=[Path(path) for path in snakemake.input.added],
                sentences=[Path(path) for path in snakemake.input.sentences],
                captions=[Path(path) for path in snakemake.input.captions],
            ),
        )
