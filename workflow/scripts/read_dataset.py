"""Read a data set, checked in full, as the tables images and captions."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosscap import jobs
from crosscap.files import as_paths
from crosscap.notes import write_note
from crosscap.readers.choose import read
from crosscap.readers.frames import warn_of_copies
from crosscap.readers.quarantine import Quarantine
from crosscap.tables import write_table


def read_dataset(
    images: Path,
    captions: Path,
    *,
    quarantined: Path,
    reader: str,
    languages: Sequence[str],
    broken_photos: str,
    settings: Mapping[str, Any],
) -> None:
    """Write the tables `images` and `captions` of the data set that the reader's `settings` point to.

    `quarantined` tells which photos were set aside, where `broken_photos` is quarantine.
    """
    aside = Quarantine()
    collector = aside if broken_photos == "quarantine" else None
    image_table, caption_table = read(reader, languages=languages, settings=settings, quarantine=collector)
    warn_of_copies(image_table)
    write_table(image_table, images, name="images")
    write_table(caption_table, captions, name="captions")
    write_note(quarantined, aside.as_dict())


if __name__ == "__main__":
    with jobs.running(snakemake):
        read_dataset(
            **as_paths(snakemake.output.items()),
            settings=snakemake.params.settings,
            **snakemake.params.chosen,
        )
