"""Compute the image features of one shard of the images."""

from pathlib import Path
from typing import Any

import crosscap.vision.features as library
from crosscap import devices, jobs, tables
from crosscap.vision.shards import shard_rows


def extract_features(
    images: Path, features: Path, *, folder: Path, shard: int, shards: int, batch_size: int, **network: Any
) -> None:
    """Write the features of a shard (from 1); `network` is backbone, weights, crops, resize and crop."""
    frame = tables.read_table(images, name="images")
    rows = shard_rows(len(frame), shard=shard, shards=shards, batch_size=batch_size)
    part = frame.iloc[rows.start : rows.stop]
    matrix, metadata = library.extract_features(
        part, folder=folder, batch_size=batch_size, device=devices.best_device(), **network
    )
    tables.write_table(part[["image_id"]], features, name="features", matrix=matrix, metadata=metadata)


if __name__ == "__main__":
    with jobs.running(snakemake, temporary=True):
        extract_features(
            Path(snakemake.input.images),
            Path(snakemake.output.features),
            folder=Path(snakemake.input.folder),
            shard=int(snakemake.wildcards.shard),
            shards=snakemake.params.shards,
            **snakemake.params.settings,
        )
