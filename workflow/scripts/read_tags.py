"""Read the names of tags, and which tags are right for which images."""

from collections.abc import Sequence
from pathlib import Path

from crosscap import jobs
from crosscap.notes import read_note
from crosscap.readers import tags
from crosscap.tables import read_table, write_table


def read_tags(
    names: Path, truth: Path, images: Path, right: Path, texts: Path, *, quarantined: Path, languages: Sequence[str]
) -> None:
    """Read the files `names` and `truth` and the table `images`; write the tables tags `right` and captions `texts`.

    Of images that are `quarantined`, the tags are left out.
    """
    known = set(read_table(images, name="images", columns=["image_id"])["image_id"])
    aside = {photo["image_id"] for photo in read_note(quarantined)["photos"]}
    tag_table, text_table = tags.read_tags(names, truth, images=known, languages=languages, quarantined=aside)
    write_table(tag_table, right, name="tags")
    write_table(text_table, texts, name="captions")


if __name__ == "__main__":
    with jobs.running(snakemake):
        read_tags(
            names=Path(snakemake.input.names),
            truth=Path(snakemake.input.truth),
            images=Path(snakemake.input.images),
            right=Path(snakemake.output.right),
            texts=Path(snakemake.output.texts),
            quarantined=Path(snakemake.input.quarantined),
            languages=snakemake.params.languages,
        )
