"""Select the word pairs of one language pair that its vectors are aligned with and tested on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crosscap import jobs
from crosscap.files import as_paths
from crosscap.notes import write_note
from crosscap.tables import read_table, write_table
from crosscap.text import lexicon as library


def build_lexicon(
    vocabularies: Sequence[Path],
    dictionaries: Sequence[Path],
    lexicon: Path,
    report: Path,
    **settings: Any,
) -> None:
    """Read the tables `vocabulary` of source and target and MUSE's files; write the table `lexicon` and its figures.

    `settings` are the languages and the protocol, as `crosscap.text.lexicon.build_lexicon` takes them.
    """
    source_words, target_words = (list(read_table(path, name="vocabulary")["word"]) for path in vocabularies)
    frame, figures = library.build_lexicon(
        *dictionaries, source_words=source_words, target_words=target_words, **settings
    )
    write_table(frame, lexicon, name="lexicon")
    write_note(report, figures)


if __name__ == "__main__":
    with jobs.running(snakemake):
        build_lexicon(
            vocabularies=[Path(snakemake.input[f"{side}_vocabulary"]) for side in ("source", "target")],
            dictionaries=[Path(snakemake.input[name]) for name in ("full", "test", "extra", "reverse_test")],
            **as_paths(snakemake.output.items()),
            source=snakemake.wildcards.source,
            target=snakemake.wildcards.target,
            **snakemake.params.settings,
        )
