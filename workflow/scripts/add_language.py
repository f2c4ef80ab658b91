"""Add a language to a finished model from its word vectors and a dictionary: no images, no captions, no training."""

from pathlib import Path
from typing import Any

from crosscap import logs
from crosscap.evaluation.translation import compare_maps
from crosscap.files import write_json
from crosscap.models.extension import carried_words, hub_words
from crosscap.tables import read_matrix, read_table, write_table
from crosscap.text.alignment import align
from crosscap.text.lexicon import known_pairs, pair_indices


def add_language(
    model: Path,
    vectors: Path,
    hub_vectors: Path,
    lexicon: Path,
    added: Path,
    report: Path,
    *,
    hub: str,
    **settings: Any,
) -> None:
    """Write the language's words as the table vectors, in the space of the model's hub words, and how well they fit."""
    frame, matrix = read_matrix(vectors, name="vectors")
    words_of_hub, target = hub_words(model, hub)
    pairs = read_table(lexicon, name="lexicon")
    words = {"source_words": list(frame["word"]), "target_words": words_of_hub}
    train, test = (pair_indices(pairs, part, **words) for part in ("train", "test"))
    hub_known = read_table(hub_vectors, name="vectors", columns=["known"])["known"].to_numpy()
    train = known_pairs(train, source_known=frame["known"].to_numpy(), target_known=hub_known)
    mapping = align(matrix, target, pairs=train, **{**settings, "start": "procrustes"}).mapping
    carried = carried_words(matrix, mapping, hub=target)
    write_table(frame, added, name="vectors", matrix=carried)
    precision = compare_maps(matrix, target, maps={"added": mapping}, pairs=test, neighbours=settings["neighbours"])
    write_json(report, {"train_pairs": len(train), "precision": precision})


if __name__ == "__main__":
    with logs.to_file(snakemake.log[0]):
        add_language(
            model=Path(snakemake.input.model),
            vectors=Path(snakemake.input.vectors),
            hub_vectors=Path(snakemake.input.hub_vectors),
            lexicon=Path(snakemake.input.lexicon),
            added=Path(snakemake.output.added),
            report=Path(snakemake.output.report),
            hub=snakemake.params.hub,
            **snakemake.params.settings,
        )
