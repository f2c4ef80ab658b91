"""Take features that were computed elsewhere, for the images of the data set and in their order."""

from pathlib import Path

import crosscap.vision.precomputed as library
from crosscap import jobs, tables


def read_features(images: Path, features: Path, *, precomputed: Path) -> None:
    """Write the features table from a .npy array with names, or from a .parquet file; regions stand in a row."""
    frame = tables.read_table(images, name="images", columns=["image_id"])
    found = library.open_features(precomputed, frame["image_id"].tolist())
    regions = found.shape[1] if len(found.shape) == 3 else 1
    metadata = {"backbone": "precomputed", "regions": str(regions)}
    tables.write_table(frame, features, name="features", matrix=found, metadata=metadata)


if __name__ == "__main__":
    with jobs.running(snakemake):
        read_features(
            Path(snakemake.input.images),
            Path(snakemake.output.features),
            precomputed=Path(snakemake.input.precomputed),
        )
