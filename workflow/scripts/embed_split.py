"""Embed the images and captions of a split with a trained model, also in languages that it was not trained on."""

from collections.abc import Sequence
from pathlib import Path

from crosscap import jobs, tables
from crosscap.files import as_paths
from crosscap.training.data import caption_set
from crosscap.training.embed import embeddings_table
from crosscap.training.inputs import read_images, read_tokens
from crosscap.training.texts import TextInputs, load_reader


def embed_split(
    model: Path,
    tokens: Sequence[Path],
    images: Path,
    features: Path,
    embeddings: Path,
    *,
    split: str,
    texts: TextInputs,
) -> None:
    """Write the table `embeddings`: the images of `split`, then their captions in the model's languages."""
    stored, reading = load_reader(model, texts)
    image_table, matrix, _ = read_images(images, features)
    spoken = read_tokens(tokens, stored.model.architecture.languages)
    captions = caption_set(image_table, matrix, tokens=spoken, reading=reading, split=split)
    frame, embedded = embeddings_table(stored.model, captions)
    tables.write_table(frame, embeddings, name="embeddings", matrix=embedded)


if __name__ == "__main__":
    with jobs.running(snakemake):
        given = as_paths(snakemake.input.items())
        embed_split(
            model=given["model"],
            tokens=given["tokens"],
            images=given["images"],
            features=given["features"],
            embeddings=Path(snakemake.output.embeddings),
            split=snakemake.params.split,
            texts=TextInputs(snakemake.params.zero_shot, given["added"], given["sentences"], given["captions"]),
        )
