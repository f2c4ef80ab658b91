"""The wide tables by eye: which rows, columns and figures they hold, and in which order."""

from __future__ import annotations

import pandas as pd

from crosscap.report.cells import Cell
from crosscap.report.layout import overview_tables, result_tables, translation_tables
from crosscap.report.names import language_name

COLUMNS = ["kind", "experiment", "benchmark", "task", "language", "metric", "value"]
FOLDS = "pool folds of 1K"


def results(rows: list[tuple[str, str, str, str, str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS)
    bounds = {"deviation": float("nan"), "low": frame["value"] - 1, "high": frame["value"] + 1}
    return frame.assign(**bounds, seeds=1, best=False, trained="yes", fidelity="", note="", source="")


def measured() -> pd.DataFrame:
    frame = results(
        [
            ("baseline", "ridge", "pool", "text_to_image", "en", "R@1", 10.0),
            ("trained", "mono-de", "pool", "text_to_image", "de", "R@1", 20.0),
            ("trained", "ame", "pool", "caption_to_caption", "en-de", "R@1", 50.0),
            ("trained", "ame", "pool", "image_to_text", "en", "R@1", 40.0),
            ("trained", "ame", "pool", "text_to_image", "en", "R@1", 30.0),
            ("trained", "ame", "pool", "text_to_image", "en", "R@1_optimistic", 31.0),
            ("trained", "ame", "pool", "text_to_image", "en", "R@10", 70.0),
            ("trained", "ame", "pool", "image_text", "en", "rsum", 300.0),
            ("trained", "ame", "lexicon", "translation", "de-en", "alignment_ratio", 60.0),
            ("trained", "ame", "lexicon", "translation", "en-de", "alignment_ratio", 70.0),
            ("published", "AME, order", "pool", "text_to_image", "en", "R@1", 38.0),
            ("published", "AME, order", "lexicon", "translation", "en", "alignment_ratio", 73.1),
        ]
    )
    return frame.assign(source=["ame_t1" if kind == "published" else "" for kind in frame["kind"]])


def folded() -> pd.DataFrame:
    """What was measured, its whole split at once and besides in folds; the published figures are of folds."""
    ours, published = (measured().query(f"kind {sign} 'published'") for sign in ("!=", "=="))
    of_folds = ours.query("benchmark == 'pool'").assign(benchmark=FOLDS, value=lambda rows: rows["value"] + 5)
    return pd.concat([ours, of_folds, published.replace({"benchmark": {"pool": FOLDS}})], ignore_index=True)


def texts(cells: tuple[Cell | None, ...]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in cells]


def test_a_table_a_task_and_language_pairs_last() -> None:
    titles = [table.title for table in result_tables(measured())]
    assert titles == [
        "English, text → image",
        "English, image → text",
        "German, text → image",
        "English → German, caption → caption",
    ]


def test_rows_and_columns_of_a_table() -> None:
    table = result_tables(measured())[0]
    assert table.columns == ("R@1", "R@10", "rsum", "alignment")
    assert [(row.kind, row.name, row.source, texts(row.cells)) for row in table.rows] == [
        ("baseline", "ridge", "", ["10.0", "", "", ""]),
        ("trained", "ame", "", ["30.0", "70.0", "300.0", "65.0"]),
        ("published", "AME, order", "ame_t1", ["38.0", "", "", "73.1"]),
    ]
    assert table.conditions[0].startswith("ame_t1: Mohammadshahi et al. 2019, Table 1; Multi30K test, English")


def test_a_mean_over_directions_has_no_interval_and_ties_are_told() -> None:
    first, *_, alignment = result_tables(measured())[0].rows[1].cells
    assert first is not None
    assert alignment is not None
    assert (first.low, first.high, first.optimistic) == (29.0, 31.0, 31.0)
    assert alignment.low != alignment.low  # NaN
    assert alignment.optimistic is None


def test_the_best_mean_over_directions_is_marked_though_it_is_not_the_best_of_each() -> None:
    other = (
        measured()
        .query("experiment == 'ame'")
        .replace({"experiment": {"ame": "fme"}, "value": {60.0: 65.0, 70.0: 64.0}})
    )
    frame = pd.concat([measured(), other], ignore_index=True)
    frame.loc[(frame["language"] == "de-en") & (frame["experiment"] == "fme"), "best"] = True
    frame.loc[(frame["language"] == "en-de") & (frame["experiment"] == "ame"), "best"] = True
    shown = {row.name: row.cells[-1] for row in result_tables(frame)[0].rows}
    assert {name: (str(cell), cell.best) for name, cell in shown.items() if cell} == {
        "ame": ("65.0", True),  # of 60 and 70
        "fme": ("64.5", False),  # of 65 and 64
        "AME, order": ("73.1", False),
    }
    alone = result_tables(measured())[0].rows[1].cells[-1]
    assert alone is not None
    assert not alone.best


def test_ties_are_told_where_they_matter_on_average() -> None:
    shown = [
        result_tables(measured().replace({"value": {31.0: end}}))[0].rows[1].cells[0] for end in (30.1, 30.1004, 30.2)
    ]
    assert [None if cell is None else cell.optimistic for cell in shown] == [None, None, 30.2]


def test_a_row_carries_its_systems_fidelity_and_marks_zero_shot_languages() -> None:
    frame = measured()
    frame.loc[frame["experiment"] == "ame", "fidelity"] = "reconstruction"
    frame.loc[(frame["experiment"] == "ame") & (frame["language"] == "en"), "trained"] = "no"
    table, *_ = result_tables(frame)
    assert [row.tag for row in table.rows] == ["", "reconstruction", "ame_t1"]
    assert texts(table.rows[1].cells) == ["30.0†", "70.0†", "300.0†", "65.0"]
    assert table.notes()[0] == "† zero-shot: the system was not trained on this language."
    assert "†" not in result_tables(measured())[0].notes()[0]
    assert [row.fidelity for row in overview_tables(frame)[0].rows] == ["reconstruction"]
    assert [row.fidelity for row in translation_tables(frame)[0].rows] == ["reconstruction"]


def test_a_published_figure_without_a_source_is_shown_as_missing_with_its_note() -> None:
    missing = results([("published", "CL2CM, Multi30K", "pool", "image_text", "en", "rsum", float("nan"))])
    missing = missing.assign(note="asked for in vain", source="cl2cm_main")
    table = result_tables(pd.concat([measured(), missing]))[0]
    assert (table.rows[-1].name, texts(table.rows[-1].cells)) == ("CL2CM, Multi30K", ["", "", "missing", ""])
    assert table.notes()[0].startswith("missing: the paper reports the figure")
    assert table.notes()[-1] == "CL2CM, Multi30K (cl2cm_main): asked for in vain."


def test_word_translation_has_a_column_a_direction_and_method_with_intervals() -> None:
    csls = measured().query("metric == 'alignment_ratio' and language == 'de-en'")
    csls = csls.assign(metric="alignment_ratio_csls", value=66.0, low=65.0, high=67.0)
    (table,) = translation_tables(pd.concat([measured(), csls], ignore_index=True))
    assert table.columns == ("de-en, nearest", "de-en, CSLS", "en-de, nearest", "en-de, CSLS")
    assert [(row.kind, row.name, texts(row.cells)) for row in table.rows] == [
        ("trained", "ame", ["60.0", "66.0", "70.0", ""])
    ]
    assert [(cell.low, cell.high) for cell in table.rows[0].cells if cell] == [(59.0, 61.0), (65.0, 67.0), (69.0, 71.0)]
    assert translation_tables(measured().query("kind == 'baseline'")) == []


def test_several_benchmarks_have_tables_of_their_own() -> None:
    titles = [table.title for table in result_tables(folded())]
    assert len(titles) == 8
    assert titles[0] == "English, text → image (pool)"
    assert titles[4] == "English, text → image (pool folds of 1K)"


def test_a_published_row_stands_in_the_tables_of_its_protocol_alone() -> None:
    whole, *_, of_folds = (table for table in result_tables(folded()) if table.title.startswith("English, text"))
    assert [(row.name, texts(row.cells)[0]) for row in whole.rows] == [("ridge", "10.0"), ("ame", "30.0")]
    assert whole.conditions == ()
    assert [(row.name, texts(row.cells)[0]) for row in of_folds.rows] == [
        ("ridge", "15.0"),
        ("ame", "35.0"),
        ("AME, order", "38.0"),
    ]
    assert texts(of_folds.rows[-1].cells)[-1] == "73.1"
    assert of_folds.conditions[0].startswith("ame_t1: ")


def test_whole_split_and_folds_have_an_overview_each() -> None:
    whole, of_folds = overview_tables(folded().replace({"metric": {"R@1": "R@10", "R@10": "R@1"}}))
    assert (whole.columns, of_folds.columns) == (
        ("en t→i", "en i→t", "de t→i"),
    ) * 2 or whole.columns == of_folds.columns
    assert whole.title == "R@10 of text to image (t→i) and image to text (i→t) (pool)"
    assert of_folds.title == "R@10 of text to image (t→i) and image to text (i→t) (pool folds of 1K)"
    assert texts(whole.rows[-1].cells) != texts(of_folds.rows[-1].cells)


def test_overview_keeps_our_systems_in_their_order_without_intervals() -> None:
    frame = measured().replace({"metric": {"R@1": "R@10", "R@10": "R@5"}})
    (table,) = overview_tables(pd.concat([measured().query("metric != 'R@10'"), frame]))
    assert table.columns == ("en t→i", "en i→t", "de t→i")
    assert [(row.name, texts(row.cells)) for row in table.rows] == [
        ("ridge", ["10.0", "", ""]),
        ("mono-de", ["", "", "20.0"]),
        ("ame", ["30.0", "40.0", ""]),
    ]
    assert all(cell is None or cell.low != cell.low for row in table.rows for cell in row.cells)


def test_medians_are_short_and_unknown_languages_keep_their_code() -> None:
    assert Cell("intra_distance", 0.12345, 0.1, 0.2, 0.0, best=False, optimistic=None).text(0.12345) == "0.123"
    median = Cell("median_rank", 3.0, 2.25, 4.0, float("nan"), best=False, optimistic=None)
    assert (str(median), median.text(2.25), median.text(1234.0)) == ("3", "2.2", "1234")
    assert (language_name("xx"), language_name("de-xx")) == ("xx", "German → xx")
