"""Take features that were computed elsewhere, for the images of the data set and in their order."""

from pathlib import Path

import crosscap.vision.precomputed as library
from crosscap import logs, tables


def read_features(images: Path, features: Path, *, precomputed: Path) -> None:
    """Write the features table from a .npy matrix with names, or from a .parquet file."""
    frame = tables.read_table(images, name="images", columns=["image_id"])
    matrix = library.read_features(precomputed, frame["image_id"].tolist())
    tables.write_table(frame, features, name="features", matrix=matrix, metadata={"backbone": "precomputed"})


if __name__ == "__main__":
    with logs.to_file(snakemake.log[0]):
        read_features(
            Path(snakemake.input.images),
            Path(snakemake.output.features),
            precomputed=Path(snakemake.input.precomputed),
        )
