"""Rank the images and captions of a split by the ridge baseline, and measure it and chance."""

from pathlib import Path
from typing import Any

import pandas as pd

from crosscap import jobs
from crosscap.evaluation.baselines import baseline_metrics, ridge_ranks
from crosscap.files import as_paths
from crosscap.tables import open_matrix, read_metadata, read_table, write_table
from crosscap.vision.regions import mean_regions


def evaluate_baselines(
    images: Path,
    features: Path,
    tokens: list[Path],
    ranks: Path,
    metrics: Path,
    split: str,
    benchmark: str,
    fold_size: int | None,
    **settings: Any,
) -> None:
    """Read `images`, `features` and each language's `tokens`; write ridge's `ranks`, and `metrics` of it and chance."""
    captions = pd.concat([read_table(path, name="tokens") for path in tokens], ignore_index=True)
    rows, stored = open_matrix(features, name="features")
    matrix = mean_regions(stored, int(read_metadata(features).get("regions", "1")))
    rows = rows.merge(read_table(images, name="images", columns=["image_id", "split"]), on="image_id", how="left")
    of: Any = {"images": rows, "tokens": captions, "split": split, "benchmark": benchmark, "fold_size": fold_size}
    ranked = ridge_ranks(matrix, **of)
    write_table(ranked, ranks, name="ranks")
    write_table(baseline_metrics(ranked, **of, **settings), metrics, name="metrics")


if __name__ == "__main__":
    with jobs.running(snakemake):
        evaluate_baselines(
            **as_paths((name, snakemake.input[name]) for name in ("images", "features", "tokens")),
            **as_paths(snakemake.output.items()),
            split=snakemake.params.split,
            benchmark=snakemake.params.benchmark,
            **snakemake.params.settings,
        )
