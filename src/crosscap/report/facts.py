"""What led to the results, as small tables: the data, the words, the lexicons and the alignment; and the tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crosscap.readers.accepted import SPLITS
from crosscap.report.names import language_name

MAPS = {"raw": "not aligned", "procrustes": "Procrustes", "rcsls": "RCSLS"}
COVERAGE = {
    "unknown_tokens_percent": "unknown words, %",
    "unknown_types_percent": "unknown different words, %",
    "captions_with_unknown_percent": "captions with an unknown word, %",
}
LEXICON = {
    "train_pairs": "training pairs",
    "train_words": "training words",
    "test_pairs": "test pairs",
    "test_words": "test words",
    "overlap_words": "words in both parts before the protocol",
    "source_coverage_percent": "source vocabulary covered, %",
    "target_coverage_percent": "target vocabulary covered, %",
}
QUARANTINED = 50  # photos that are named
WORDY = 40  # characters, above which a cell is running text
OVERLAP = {"texts": "texts", "in_training": "among the training captions", "percent": "%"}
TRANSLATION = {
    "captions": "captions",
    "translated": "translated",
    "translated_percent": "words translated, %",
    "copied_percent": "words copied, %",
    "whole_captions_percent": "captions without a copied word, %",
}


@dataclass(frozen=True)
class FactTable:
    """A titled table of ready texts; the first column holds the names of the rows."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    @property
    def wordy(self) -> tuple[bool, ...]:
        """Return which columns hold running text."""
        return tuple(any(len(row[place]) > WORDY for row in self.rows) for place in range(len(self.columns)))


def fact_tables(
    images: pd.DataFrame,
    captions: pd.DataFrame,
    *,
    coverages: Mapping[str, Mapping[str, Any]],
    lexicons: Mapping[str, Mapping[str, Any]],
    mappings: Mapping[str, Mapping[str, Any]],
    translations: Mapping[str, Mapping[str, Any]],
    overlaps: Mapping[str, Mapping[str, Any]],
) -> list[FactTable]:
    """Return what is known of the data and the words.

    Reports are keyed by language, by direction (``de-en``), or of overlaps by benchmark (``sts-overlap``) or split.

    Where no experiment reads word vectors there is nothing to tell of them, and no table.
    """
    tables = [
        count_table(images, captions),
        translation_table(translations),
        overlap_table(overlaps),
        coverage_table(coverages),
        lexicon_table(lexicons),
        alignment_table(mappings),
    ]
    return [table for table in tables if table.rows]


def count_table(images: pd.DataFrame, captions: pd.DataFrame) -> FactTable:
    """Return how many images and captions each split has, the captions by language."""
    split_of = images.set_index("image_id")["split"]
    counts = captions.groupby(["language", captions["image_id"].map(split_of)], sort=False).size()
    splits = [name for name in SPLITS if (images["split"] == name).any()]
    rows = [("Images", *(format_number((images["split"] == name).sum()) for name in splits))]
    for code in captions["language"].unique():
        sizes = (format_number(counts.get((code, name), 0)) for name in splits)
        rows.append((f"{language_name(code)} captions", *sizes))
    return FactTable("Images and captions", ("", *splits), tuple(rows))


def quarantine_table(quarantined: Mapping[str, Any]) -> FactTable:
    """Return the photos that were set aside because they cannot be used, the first ones where they are many."""
    photos = quarantined["photos"]
    rows = [(photo["image_id"], photo["split"], photo["problem"]) for photo in photos[:QUARANTINED]]
    more = f"The first {QUARANTINED} of {len(photos):,}; " if len(photos) > QUARANTINED else ""
    return FactTable(
        "Quarantined photos", ("", "split", "problem"), tuple(rows), f"{more}quarantine.json has them all."
    )


def translation_table(reports: Mapping[str, Mapping[str, Any]]) -> FactTable:
    """Return how each language's captions were translated, and how far a dictionary went."""
    rows = [
        (language_name(code), str(report.get("model", report["method"])), *_numbers(report, TRANSLATION))
        for code, report in reports.items()
    ]
    note = "Word by word, a dictionary copies the words that it lacks. Dashes: not counted for other methods."
    return FactTable("Machine-translated training captions", ("", "by", *TRANSLATION.values()), tuple(rows), note)


def overlap_table(reports: Mapping[str, Mapping[str, Any]]) -> FactTable:
    """Return how many texts of each benchmark and other split, by language, are training captions word for word."""
    rows = [
        (f"{benchmark.removesuffix('-overlap')}, {language_name(code)}", *_numbers(counts, OVERLAP))
        for benchmark, report in reports.items()
        for code, counts in report.items()
    ]
    return FactTable("Texts of evaluation among the training captions", ("", *OVERLAP.values()), tuple(rows))


def coverage_table(reports: Mapping[str, Mapping[str, Any]]) -> FactTable:
    """Return each language's vocabulary, what of it has a known vector, and what it misses of the other splits."""
    splits = [name for name in SPLITS if any(name in report["splits"] for report in reports.values())]
    columns = [
        "vocabulary",
        "with known vector, %",
        *(f"{split}: {name}" for split in splits for name in COVERAGE.values()),
    ]
    rows = [
        (
            language_name(code),
            format_number(report["vocabulary"]),
            format_number(report["known_percent"]),
            *(format_number(report["splits"].get(split, {}).get(key)) for split in splits for key in COVERAGE),
        )
        for code, report in reports.items()
    ]
    note = "The vocabulary holds words of the training captions only. Unknown words share one symbol."
    return FactTable("Vocabulary and coverage", ("", *columns), tuple(rows), note)


def lexicon_table(reports: Mapping[str, Mapping[str, Any]]) -> FactTable:
    """Return the sizes of the lexicons and how far their parts overlapped."""
    rows = [(language_name(direction), *_numbers(report, LEXICON)) for direction, report in reports.items()]
    return FactTable("Lexicons", ("", *LEXICON.values()), tuple(rows))


def alignment_table(reports: Mapping[str, Mapping[str, Any]]) -> FactTable:
    """Return how well the word vectors translate the lexicons' test words before and after alignment."""
    rows = [
        (language_name(direction), *(_precision(report["precision"].get(name)) for name in MAPS))
        for direction, report in reports.items()
    ]
    note = "Precision@1 in percent over the whole target vocabulary by nearest neighbour, and by CSLS in parentheses."
    return FactTable("Alignment of the word vectors, before training", ("", *MAPS.values()), tuple(rows), note)


def significance_table(tests: pd.DataFrame, *, fidelity: Mapping[str, str]) -> FactTable:
    """Return the paired tests between experiments, as computed; an experiment's `fidelity` follows its name."""
    columns = ("experiment", "against", "task", "language", "metric", "difference", "p", "adjusted p")
    several = len(set(tests["benchmark"])) > 1
    rows = tuple(
        (
            *(labelled(str(name), fidelity) for name in (row.experiment_a, row.experiment_b)),
            f"{row.task} ({row.benchmark})" if several else str(row.task),
            *(str(value) for value in (row.language, row.metric)),
            f"{row.difference:+.2f}",
            f"{row.p_value:.4f}",
            f"{row.p_adjusted:.4f}",
        )
        for row in tests.itertuples(index=False)
    )
    note = "Difference: the first less the second. Images are permuted; p is adjusted by Holm (1979) within a question."
    return FactTable("Paired tests", columns, rows, note)


def labelled(name: str, fidelity: Mapping[str, str]) -> str:
    """Return an experiment's name with its fidelity in parentheses, where it has one."""
    return f"{name} ({fidelity[name]})" if fidelity.get(name) else name


def format_number(value: Any) -> str:
    """Return a count with thousands separated, another number with one decimal, and a dash for nothing."""
    if value is None:
        return "–"
    return f"{value:,.1f}" if isinstance(value, float) else f"{int(value):,}"


def _numbers(report: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    """Return some numbers of a report as text."""
    return [format_number(report.get(key)) for key in keys]


def _precision(found: Mapping[str, float] | None) -> str:
    """Return ``76.8 (81.2)``: nearest neighbour, and CSLS."""
    return f"{found['precision_at_1']:.1f} ({found['precision_at_1_csls']:.1f})" if found else "–"
