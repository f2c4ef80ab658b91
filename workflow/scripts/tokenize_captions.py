"""Split one language's captions into words, machine-translated ones included."""

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

import pandas as pd

from crosscap import jobs
from crosscap.schemas import TABLES
from crosscap.tables import read_table, write_table
from crosscap.text.origins import replaced_by_translations
from crosscap.text.tokens import TokenSettings, tokenize


def tokenize_captions(
    captions: Path,
    images: Path,
    tokens: Path,
    *,
    translations: Sequence[Path],
    given: str,
    language: str,
    **settings: Unpack[TokenSettings],
) -> None:
    """Write one language's `tokens`; with `given` drop, `translations` replace the data set's own training captions."""
    frame = pd.concat([read_table(path, name="captions") for path in (captions, *translations)], ignore_index=True)
    frame = frame[frame["language"] == language].merge(read_table(images, name="images")[["image_id", "split"]])
    frame = replaced_by_translations(frame) if translations and given == "drop" else frame
    frame["tokens"] = tokenize(list(frame["text"]), language=language, **settings)
    made_by = {"tokenizer": settings["tokenizer"], "lowercase": str(settings["lowercase"]).lower()}
    write_table(frame[list(TABLES["tokens"])], tokens, name="tokens", metadata=made_by)


if __name__ == "__main__":
    with jobs.running(snakemake):
        tokenize_captions(
            captions=Path(snakemake.input.captions),
            images=Path(snakemake.input.images),
            tokens=Path(snakemake.output.tokens),
            translations=[Path(path) for path in snakemake.input.translations],
            given=snakemake.params.given,
            language=snakemake.wildcards.language,
            **snakemake.params.settings,
        )
