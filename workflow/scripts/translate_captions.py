"""Translate the hub's training captions into another language by a dictionary, a model, or files made elsewhere."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crosscap import jobs
from crosscap.models.translator import Direction, translate
from crosscap.notes import write_note
from crosscap.readers.translations import read_translations
from crosscap.tables import read_table, write_table
from crosscap.text import translation as library


def translate_captions(
    captions: Path, tokens: Path, given: Sequence[Path], translations: Path, report: Path, **settings: Any
) -> None:
    """Write a table `captions`; `tokens` are the hub's, `given` the dictionary or file that the method needs."""
    source = library.training_captions(read_table(captions, name="captions"), read_table(tokens, name="tokens"))
    method, hub, language = (settings.pop(key) for key in ("method", "hub", "language"))
    coverage: dict[str, object] = {}
    if method == "model":
        direction, coverage = Direction(hub, language, settings.pop("codes")), {"model": settings["model"]}
        texts = translate(source["text"].tolist(), direction=direction, **settings)
    elif method == "files":
        texts = read_translations(given[0], source, language=language)
    else:
        texts, coverage = library.translate_with_dictionary(source["tokens"], given[0])
    frame = library.translated_captions(source, texts, language=language)
    write_table(frame, translations, name="captions")
    write_note(report, {"method": method, "captions": len(source), "translated": len(frame), **coverage})


if __name__ == "__main__":
    with jobs.running(snakemake):
        translate_captions(
            captions=Path(snakemake.input.captions),
            tokens=Path(snakemake.input.tokens),
            given=[Path(path) for path in snakemake.input.given],
            translations=Path(snakemake.output.translations),
            report=Path(snakemake.output.report),
            language=snakemake.wildcards.language,
            **snakemake.params.settings,
        )
