"""Rank the tags of each language for every image by a model's embeddings, and measure the ranking."""

from pathlib import Path
from typing import Any

from crosscap import jobs
from crosscap.evaluation.tagging import best_tags, measure_tagging, score_tags
from crosscap.tables import read_matrix, read_table, write_table


def evaluate_tagging(
    embeddings: Path,
    texts: Path,
    truth: Path,
    metrics: Path,
    tagged: Path,
    *,
    similarity: str,
    languages: list[str],
    **settings: Any,
) -> None:
    """Read the tables `embeddings` of images, `texts` of tags, and `truth`; write the tables `metrics` and `tagged`."""
    images, names = (read_matrix(path, name="embeddings") for path in (embeddings, texts))
    right = read_table(truth, name="tags")
    scored = score_tags(images, names, right, similarity=similarity, languages=languages)
    write_table(measure_tagging(scored, **settings), metrics, name="metrics")
    write_table(best_tags(scored), tagged, name="tagged")


if __name__ == "__main__":
    with jobs.running(snakemake):
        evaluate_tagging(
            embeddings=Path(snakemake.input.embeddings),
            texts=Path(snakemake.input.texts),
            truth=Path(snakemake.input.truth),
            metrics=Path(snakemake.output.metrics),
            tagged=Path(snakemake.output.tagged),
            experiment=snakemake.wildcards.experiment,
            seed=int(snakemake.wildcards.seed),
            similarity=snakemake.params.similarity,
            languages=snakemake.params.languages,
            **snakemake.params.settings,
        )
