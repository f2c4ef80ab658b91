"""Measure how well a trained model's word vectors translate words: the alignment ratio."""

from collections.abc import Sequence
from pathlib import Path

from crosscap import jobs
from crosscap.evaluation.alignment_ratio import measure_alignment
from crosscap.models.store import load_model, word_vectors
from crosscap.tables import read_table, write_table


def evaluate_translation(
    model: Path, lexicons: Sequence[Path], translation: Path, *, experiment: str, seed: int, neighbours: int
) -> None:
    """Write the table metrics `translation`: a model's alignment ratio in the direction of each of the `lexicons`."""
    languages = sorted({language for path in lexicons for language in path.stem.split("-")})
    stored = load_model(model)
    metrics = measure_alignment(
        {language: word_vectors(stored, language) for language in languages},
        {path.stem: read_table(path, name="lexicon") for path in lexicons},
        experiment=experiment,
        seed=seed,
        neighbours=neighbours,
    )
    write_table(metrics, translation, name="metrics")


if __name__ == "__main__":
    with jobs.running(snakemake):
        evaluate_translation(
            model=Path(snakemake.input.model),
            lexicons=[Path(path) for path in snakemake.input.lexicons],
            translation=Path(snakemake.output.translation),
            experiment=snakemake.wildcards.experiment,
            seed=int(snakemake.wildcards.seed),
            neighbours=snakemake.params.neighbours,
        )
