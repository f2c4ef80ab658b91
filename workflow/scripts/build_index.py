"""Make the search index of the images and captions that a trained model was measured on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from crosscap import jobs, tables
from crosscap.files import as_paths
from crosscap.search.embedded import index_embedded
from crosscap.search.model import Texts
from crosscap.search.network import network_facts


def build_index(
    model: Path, embeddings: Path, images: Path, captions: Sequence[Path], index: Path, **facts: Any
) -> None:
    """Write an index of the table `embeddings`; `facts` are those that `index_embedded` takes besides."""
    index_embedded(
        model,
        tables.read_matrix(embeddings, name="embeddings"),
        index,
        images=tables.read_table(images, name="images"),
        captions=pd.concat([tables.read_table(path, name="captions") for path in captions]),
        **facts,
    )


if __name__ == "__main__":
    with jobs.running(snakemake):
        given = as_paths(snakemake.input.items())
        words = {
            name: {path.stem.split("-")[0]: path for path in given[name]} for name in ("added", "vectors", "mappings")
        }
        build_index(
            model=given["model"],
            embeddings=given["embeddings"],
            images=given["images"],
            captions=given["captions"],
            index=Path(snakemake.output.index),
            photos=given["photos"] or None,
            texts=Texts(languages=snakemake.params.zero_shot, encoder=snakemake.params.encoder, **words),
            network=network_facts(tables.read_metadata(given["features"]), snakemake.params.network),
        )
