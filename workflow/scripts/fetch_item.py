"""Fetch one item of the catalogue of downloads: a data set's captions, dictionaries, word vectors or weights."""

from collections.abc import Mapping
from pathlib import Path

from crosscap import jobs
from crosscap.downloads.fetching import fetch


def fetch_item(receipt: Path, *, item: str, folder: Path, mirrors: Mapping[str, str]) -> None:
    """Bring what is missing of an item to `folder`, verify it, and write the receipt of what is there."""
    fetch(item, folder=folder, receipt=receipt, mirrors=mirrors)


if __name__ == "__main__":
    with jobs.running(snakemake):
        fetch_item(
            Path(snakemake.output.receipt),
            item=snakemake.wildcards.item,
            folder=Path(snakemake.output.receipt).parents[1],
            mirrors=snakemake.params.mirrors,
        )
