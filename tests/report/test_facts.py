"""The small tables by eye."""

from __future__ import annotations

import pandas as pd

from crosscap.report.facts import (
    FactTable,
    alignment_table,
    count_table,
    coverage_table,
    fact_tables,
    format_number,
    lexicon_table,
    overlap_table,
    significance_table,
    translation_table,
)


def test_counts() -> None:
    images = pd.DataFrame({"image_id": ["a", "b", "c"], "split": ["train", "test", "train"]})
    captions = pd.DataFrame({"image_id": ["a", "a", "b", "c"], "language": ["en", "en", "en", "de"]})
    table = count_table(images, captions)
    assert table.columns == ("", "train", "test")
    assert table.rows == (("Images", "2", "1"), ("English captions", "2", "1"), ("German captions", "1", "0"))


def test_translations_and_benchmark_texts_seen_in_training() -> None:
    words = {"translated_percent": 90.12, "copied_percent": 1.5, "whole_captions_percent": 80.0}
    by_dictionary = {"method": "dictionary", "captions": 2000, "translated": 1999, **words}
    by_model = {"method": "model", "model": "opus-mt", "captions": 3, "translated": 3}
    assert translation_table({"de": by_dictionary, "ja": by_model}).rows == (
        ("German", "dictionary", "2,000", "1,999", "90.1", "1.5", "80.0"),
        ("Japanese", "opus-mt", "3", "3", "–", "–", "–"),
    )
    seen = overlap_table({"sts-overlap": {"en": {"texts": 1500, "in_training": 3, "percent": 0.2}}})
    assert seen.rows == (("sts, English", "1,500", "3", "0.2"),)
    split = overlap_table({"test captions": {"de": {"texts": 1000, "in_training": 12, "percent": 1.2}}})
    assert split.rows == (("test captions, German", "1,000", "12", "1.2"),)


def test_columns_of_running_text_are_told_also_without_rows() -> None:
    rows = (("ame", "3", "–"), ("liwe", "4", "a note that does not fit into the width of a number"))
    assert FactTable("", ("", "seed", "note"), rows).wordy == (False, False, True)
    assert FactTable("", ("", "seed"), ()).wordy == (False, False)


def test_what_there_is_nothing_to_tell_of_has_no_table() -> None:
    images = pd.DataFrame({"image_id": ["a"], "split": ["test"]})
    captions = pd.DataFrame({"image_id": ["a"], "language": ["en"]})
    tables = fact_tables(images, captions, coverages={}, lexicons={}, mappings={}, translations={}, overlaps={})
    assert [table.rows for table in tables] == [(("Images", "1"), ("English captions", "1"))]


def test_coverage_of_splits_in_their_order() -> None:
    figures = {"unknown_tokens_percent": 1.0, "unknown_types_percent": 2.0, "captions_with_unknown_percent": 3.0}
    report = {"vocabulary": 8190, "known_percent": 97.5, "splits": {"test": figures, "val": figures}}
    table = coverage_table({"en": report})
    assert [column.split(":")[0] for column in table.columns[3:]] == ["val"] * 3 + ["test"] * 3
    assert table.rows == (("English", "8,190", "97.5", "1.0", "2.0", "3.0", "1.0", "2.0", "3.0"),)


def test_lexicon_and_alignment() -> None:
    assert lexicon_table({"de-en": {"train_pairs": 12345}}).rows[0][:3] == ("German → English", "12,345", "–")
    precision = {"raw": {"precision_at_1": 0.1, "precision_at_1_csls": 0.2}}
    table = alignment_table({"de-en": {"objective": [], "precision": precision}})
    assert table.rows == (("German → English", "0.1 (0.2)", "–", "–"),)
    assert lexicon_table({}).rows == ()


def test_paired_tests_and_numbers() -> None:
    columns = ["experiment_a", "experiment_b", "task", "language", "metric", "difference", "p_value", "p_adjusted"]
    tests = pd.DataFrame([("a", "b", "text_to_image", "en", "R@1", 1.5, 0.01, 0.03)], columns=columns)
    tests = tests.assign(benchmark="coco")
    assert significance_table(tests, fidelity={"b": "code"}).rows == (
        ("a", "b (code)", "text_to_image", "en", "R@1", "+1.50", "0.0100", "0.0300"),
    )
    both = pd.concat([tests, tests.assign(benchmark="coco folds of 1K")])
    named = [row[2] for row in significance_table(both, fidelity={}).rows]
    assert named == ["text_to_image (coco)", "text_to_image (coco folds of 1K)"]
    assert [format_number(value) for value in (None, 1234, 0.25)] == ["–", "1,234", "0.2"]
