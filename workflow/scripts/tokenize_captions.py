"""Split one language's captions into words."""

from pathlib import Path

from crosscap import logs
from crosscap.tables import read_table, write_table
from crosscap.text.tokens import tokenize


def tokenize_captions(
    captions: Path, images: Path, tokens: Path, *, language: str, tokenizer: str, lowercase: bool
) -> None:
    """Read the tables `captions` and `images` and write one language's table `tokens`."""
    frame = read_table(captions, name="captions")
    frame = frame[frame["language"] == language].merge(read_table(images, name="images")[["image_id", "split"]])
    frame["tokens"] = tokenize(list(frame["text"]), language=language, tokenizer=tokenizer, lowercase=lowercase)
    write_table(frame[["caption_id", "image_id", "language", "split", "tokens"]], tokens, name="tokens")


if __name__ == "__main__":
    with logs.to_file(snakemake.log[0]):
        tokenize_captions(
            captions=Path(snakemake.input.captions),
            images=Path(snakemake.input.images),
            tokens=Path(snakemake.output.tokens),
            language=snakemake.wildcards.language,
            **snakemake.params.settings,
        )
