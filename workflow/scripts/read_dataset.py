"""Read a data set, checked in full, as the tables images and captions."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosscap import jobs
from crosscap.readers.choose import read
from crosscap.tables import write_table


def read_dataset(
    images: Path, captions: Path, *, reader: str, languages: Sequence[str], settings: Mapping[str, Any]
) -> None:
    """Write the tables `images` and `captions` of the data set that the reader's `settings` point to."""
    image_table, caption_table = read(reader, languages=languages, settings=settings)
    write_table(image_table, images, name="images")
    write_table(caption_table, captions, name="captions")


if __name__ == "__main__":
    with jobs.running(snakemake):
        read_dataset(
            images=Path(snakemake.output.images),
            captions=Path(snakemake.output.captions),
            reader=snakemake.params.reader,
            languages=snakemake.params.languages,
            settings=snakemake.params.settings,
        )
