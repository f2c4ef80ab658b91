"""Measure how well a model's similarity of two sentences agrees with people's."""

from pathlib import Path
from typing import Any

from crosscap import jobs
from crosscap.evaluation.sts import measure_similarity
from crosscap.tables import read_matrix, read_table, write_table


def evaluate_similarity(pairs: Path, texts: Path, metrics: Path, **settings: Any) -> None:
    """Read the table similarity_pairs `pairs` and the table embeddings `texts`; write the table `metrics`."""
    embedded = read_matrix(texts, name="embeddings")
    measured = measure_similarity(read_table(pairs, name="similarity_pairs"), *embedded, **settings)
    write_table(measured, metrics, name="metrics")


if __name__ == "__main__":
    with jobs.running(snakemake):
        evaluate_similarity(
            pairs=Path(snakemake.input.pairs),
            texts=Path(snakemake.input.texts),
            metrics=Path(snakemake.output.metrics),
            experiment=snakemake.wildcards.experiment,
            seed=int(snakemake.wildcards.seed),
            similarity=snakemake.params.similarity,
            **snakemake.params.settings,
        )
