"""The published tables: the paper's own averages (arithmetic checks), absent figures, unknown names."""

from __future__ import annotations

import pandas as pd
import pytest

from crosscap.faults import InputError
from crosscap.report.published import COLUMNS, read_published, sources

RECALLS = ["R@1", "R@5", "R@10"]
TASKS = ["image_to_text", "text_to_image"]


def mean_recall(table: str, system: str, similarity: str) -> float:
    figures = read_published([table])
    rows = figures[(figures["system"] == system) & (figures["similarity"] == similarity) & figures["task"].isin(TASKS)]
    recalls = rows.loc[rows["metric"].isin(RECALLS), "value"]
    assert len(recalls) == 6
    return float(recalls.mean())


def alignment(table: str, system: str, similarity: str) -> float:
    figures = read_published([table])
    rows = figures[(figures["system"] == system) & (figures["similarity"] == similarity)]
    return float(rows.loc[rows["metric"] == "alignment_ratio", "value"].item())


@pytest.mark.parametrize(
    ("table", "reference", "similarity", "reference_similarity", "printed"),
    [
        ("ame_t1", "UVS (Kiros15)", "cosine", "cosine", 21.28),
        ("ame_t1", "Mono", "cosine", "cosine", 1.8),
        ("ame_t1", "UVS (Kiros15)", "order", "cosine", 25.26),  # the paper truncates 25.27
        ("ame_t2", "Parallel (Gella17)", "cosine", "cosine", 11.05),
        ("ame_t3", "UVS (Kiros15)", "cosine", "cosine", 10.42),
        ("ame_t4", "Mono", "cosine", "cosine", 6.25),
        ("ame_t4", "Mono", "order", "order", 3.66),  # the paper truncates 3.67
    ],
)
def test_improvements_of_ame_agree_with_the_papers_text(
    table: str, reference: str, similarity: str, reference_similarity: str, printed: float
) -> None:
    difference = mean_recall(table, "AME", similarity) - mean_recall(table, reference, reference_similarity)
    assert difference == pytest.approx(printed, abs=0.0101)


@pytest.mark.parametrize(("table", "printed"), [("ame_t1", 6.80), ("ame_t3", 8.93)])
def test_losses_of_alignment_agree_with_the_papers_text(table: str, printed: float) -> None:
    mean = (alignment(table, "AME", "cosine") + alignment(table, "AME", "order")) / 2
    assert alignment(table, "FME", "order") - mean == pytest.approx(printed, abs=0.0101)


def test_every_shipped_table_is_read_and_has_a_source() -> None:
    figures = read_published(list(sources()))
    assert list(figures.columns) == COLUMNS
    assert set(figures["table"]) == {"ame_t1", "ame_t2", "ame_t3", "ame_t4", "ame_t5", "gella_rank"}
    assert (figures[["source", "dataset", "task", "metric"]] != "").all(axis=None)
    assert set(figures["similarity"]) == {"cosine", "order"}


def test_conditions_that_can_be_checked_are_numbers_or_not_stated() -> None:
    for source in sources().values():
        assert all(size == "-" or size.isdecimal() for size in (source.images, source.captions))


def test_an_absent_figure_says_why() -> None:
    figures = read_published(["ame_t1", "gella_rank"])
    absent = figures[figures["value"].isna()]
    networks = absent[(absent["system"] == "EmbeddingNet (Wang18)") & (absent["metric"] == "median_rank")]
    assert set(networks["note"]) == {"not reported"}
    assert set(absent.loc[absent["table"] == "gella_rank", "note"]) == {"no source found"}


def test_rows_of_gella_that_ame_quotes_are_the_same_in_both() -> None:
    both = read_published(["ame_t2", "gella_rank"])
    both = both[(both["language"] == "de") & both["metric"].isin(RECALLS)]
    both = both.assign(system=both["system"].str.removesuffix(" (Gella17)"))
    quoted = both.pivot_table(
        index=["system", "similarity", "task", "metric"], columns="table", values="value"
    ).dropna()
    assert len(quoted) == 18
    pd.testing.assert_series_equal(quoted["ame_t2"], quoted["gella_rank"], check_names=False)


def test_an_unknown_table_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no table ame_t9; there are ame_t1, ame_t2"):
        read_published(["ame_t9"])
