"""Align one language's word vectors to another's and measure how well they translate."""

from pathlib import Path
from typing import Any

import pandas as pd

from crosscap import jobs
from crosscap.evaluation.translation import compare_maps
from crosscap.notes import write_note
from crosscap.tables import read_matrix, read_table, write_table
from crosscap.text.alignment import align
from crosscap.text.lexicon import known_pairs, pair_indices


def align_vectors(
    source_vectors: Path, target_vectors: Path, lexicon: Path, mapping: Path, report: Path, **settings: Any
) -> None:
    """Read two tables `vectors` and the `lexicon`; write the table `mapping` and how well the maps translate."""
    (source, x), (target, y) = (read_matrix(path, name="vectors") for path in (source_vectors, target_vectors))
    pairs = read_table(lexicon, name="lexicon")
    words = {"source_words": list(source["word"]), "target_words": list(target["word"])}
    known = {"source_known": source["known"].to_numpy(), "target_known": target["known"].to_numpy()}
    train, test = (pair_indices(pairs, part, **words) for part in ("train", "test"))
    result = align(x, y, pairs=known_pairs(train, **known), **settings)
    write_table(pd.DataFrame(index=range(x.shape[1])), mapping, name="mapping", matrix=result.mapping)
    maps = {settings["start"]: result.start, "rcsls": result.mapping}
    precision = compare_maps(x, y, maps=maps, pairs=test, neighbours=settings["neighbours"])
    write_note(report, {"objective": result.objective, "precision": precision})


if __name__ == "__main__":
    with jobs.running(snakemake):
        align_vectors(
            source_vectors=Path(snakemake.input.source_vectors),
            target_vectors=Path(snakemake.input.target_vectors),
            lexicon=Path(snakemake.input.lexicon),
            mapping=Path(snakemake.output.mapping),
            report=Path(snakemake.output.report),
            **snakemake.params.settings,
        )
