"""Select the word pairs of one language pair that its vectors are aligned with and tested on."""

from pathlib import Path

from crosscap import logs
from crosscap.files import write_json
from crosscap.tables import read_table, write_table
from crosscap.text import lexicon as library


def build_lexicon(
    source_vocabulary: Path,
    target_vocabulary: Path,
    dictionaries: list[Path],
    lexicon: Path,
    report: Path,
    *,
    source: str,
    target: str,
    protocol: str,
) -> None:
    """Read two tables `vocabulary` and MUSE's files; write the table `lexicon` and its figures."""
    frame, figures = library.build_lexicon(
        *dictionaries,
        source=source,
        target=target,
        source_words=list(read_table(source_vocabulary, name="vocabulary")["word"]),
        target_words=list(read_table(target_vocabulary, name="vocabulary")["word"]),
        protocol=protocol,
    )
    write_table(frame, lexicon, name="lexicon")
    write_json(report, figures)


if __name__ == "__main__":
    with logs.to_file(snakemake.log[0]):
        build_lexicon(
            source_vocabulary=Path(snakemake.input.source_vocabulary),
            target_vocabulary=Path(snakemake.input.target_vocabulary),
            dictionaries=[Path(snakemake.input[name]) for name in ("full", "test", "extra", "reverse_test")],
            lexicon=Path(snakemake.output.lexicon),
            report=Path(snakemake.output.report),
            source=snakemake.wildcards.source,
            target=snakemake.wildcards.target,
            **snakemake.params.settings,
        )
