"""Put the features of the shards together, in the order of the images table."""

from collections.abc import Sequence
from pathlib import Path

import crosscap.vision.shards as library
from crosscap import jobs, tables


def gather_features(shards: Sequence[Path], features: Path) -> None:
    """Write one features table from those of the `shards`, given in their order, with a block of rows in memory."""
    frame, matrix = library.join_features([tables.open_matrix(shard, name="features") for shard in shards])
    metadata = library.common_metadata([tables.read_metadata(shard) for shard in shards])
    tables.write_table(frame, features, name="features", matrix=matrix, metadata=metadata)


if __name__ == "__main__":
    with jobs.running(snakemake):
        gather_features(
            [Path(path) for path in snakemake.input.shards],
            Path(snakemake.output.features),
        )
