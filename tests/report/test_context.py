"""Tables of other scales by eye: languages or metrics across, and always the warning."""

from __future__ import annotations

import pytest

from crosscap.faults import InputError
from crosscap.report.context import WARNING, context_tables


def test_one_metric_has_languages_across() -> None:
    (table,) = context_tables(["mclip_xtd10"])
    assert table.title == "XTD10, text → image R@10"
    assert table.columns == ("en", "de", "es", "fr", "zh", "it", "pl", "ko", "ru", "tr", "ja")
    first, *_, last = table.rows
    assert (first.kind, first.name, list(map(str, first.cells))) == (
        "context",
        "CLIP B/32 English",
        ["90.3", *"–" * 10],
    )
    assert list(map(str, last.cells))[-2:] == ["93.0", "84.2"]
    assert table.notes()[0] == WARNING


def test_several_data_sets_stand_beside_their_languages() -> None:
    (table,) = context_tables(["ccrk_image"])
    assert table.title == "Multi30K and MS-COCO, both directions mean recall"
    assert table.columns[3:5] == ("Multi30K cs", "MSCOCO en")
    assert table.rows[0].name == "M3P, zero-shot"


def test_several_metrics_are_across_and_missing_figures_are_named() -> None:
    averages, anchors = context_tables(["xm3600_avg", "other_anchors"])
    assert averages.columns[0] == "text → image R@1"
    assert (len(averages.columns), len(averages.rows)) == (6, 8)
    rows = {row.name: list(map(str, row.cells)) for row in anchors.rows}
    assert rows["MURAL, MSCOCO 5K ja"] == [*"–" * 6, "81.3"]
    assert rows["mCLIP, - all"].count("missing") == 2
    assert any(note.startswith("MURAL, Multi30K en, ") and "wizwand" in note for note in anchors.notes())


def test_no_table_of_comparison_may_be_shown_as_context() -> None:
    with pytest.raises(InputError, match=r"report.context: no table ame_t1"):
        context_tables(["ame_t1"])
    assert context_tables([]) == []
