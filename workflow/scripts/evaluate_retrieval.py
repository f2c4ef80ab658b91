"""Rank the images and captions of a split by a model's embeddings, and measure the ranks and the embeddings."""

from pathlib import Path
from typing import Any

from crosscap import jobs
from crosscap.evaluation.retrieval import rank_split
from crosscap.evaluation.split import measure_split
from crosscap.tables import read_matrix, write_table


def evaluate_retrieval(
    embeddings: Path,
    ranks: Path,
    metrics: Path,
    *,
    similarity: str,
    languages: list[str],
    benchmark: str,
    fold_size: int | None,
    **settings: Any,
) -> None:
    """Read the table `embeddings`; write the tables `ranks` and `metrics`. `settings` are those of `measure_split`."""
    items = read_matrix(embeddings, name="embeddings")
    named: Any = {"languages": languages, "benchmark": benchmark}
    ranked = rank_split(*items, similarity=similarity, fold_size=fold_size, **named)
    write_table(ranked, ranks, name="ranks")
    write_table(measure_split(ranked, *items, **named | settings), metrics, name="metrics")


if __name__ == "__main__":
    with jobs.running(snakemake):
        evaluate_retrieval(
            embeddings=Path(snakemake.input.embeddings),
            ranks=Path(snakemake.output.ranks),
            metrics=Path(snakemake.output.metrics),
            experiment=snakemake.wildcards.experiment,
            seed=int(snakemake.wildcards.seed),
            similarity=snakemake.params.similarity,
            languages=snakemake.params.languages,
            benchmark=snakemake.params.benchmark,
            **snakemake.params.settings,
        )
