"""Exports by eye, and that no name can harm a spreadsheet, a Markdown page or a LaTeX run."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crosscap.report.cells import Cell, ResultTable, Row
from crosscap.report.export import read_csv, to_csv, to_latex, to_markdown

NAN = float("nan")
NASTY = "a_b & 50% $x$ #1 {z} ~^\\ | *bold* <b>"


def cell(value: float, *, metric: str = "R@1", best: bool = False, low: float = NAN, deviation: float = NAN) -> Cell:
    return Cell(metric, value, low, low + 5, deviation, best, optimistic=None)


def table(name: str) -> ResultTable:
    ours = Row("trained", name, "", (cell(47.66, best=True, low=44.6, deviation=0.4), cell(2, metric="median_rank")))
    return ResultTable("English", ("R@1", "median rank"), (ours, Row("published", "AME", "ame_t1", (cell(50.5), None))))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'quoted", "2024", "nan", 'a"b,c', "普通"]
)
def test_csv_cells_are_no_formulas_and_come_back(text: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"experiment": [text, "plain"], "value": [-1.5, NAN], "best": [True, False]})
    written = to_csv(frame)
    assert not any(line.strip('"').startswith(("=", "+", "-", "@", "\t", "\r")) for line in written.split("\n"))
    assert "-1.5" in written
    (tmp_path / "results.csv").write_bytes(written.encode())
    pd.testing.assert_frame_equal(read_csv(tmp_path / "results.csv"), frame, check_dtype=False)


def test_markdown_by_eye() -> None:
    assert to_markdown([table("ame")]).splitlines()[-5:] == [
        "",
        "|               | R@1                        | median rank |",
        "| ------------- | -------------------------- | ----------- |",
        "| ame           | **47.7** ± 0.4 (44.6–49.6) | 2           |",
        "| AME (ame\\_t1) | 50.5                       |             |",
    ]


def test_labels_and_marks_are_shown_in_both() -> None:
    unseen = Cell("R@1", 12.0, NAN, NAN, NAN, best=True, optimistic=None, zero_shot=True)
    missing = Cell("R@1", NAN, NAN, NAN, NAN, best=False, optimistic=None, absent="missing")
    rows = (Row("trained", "cl2cm", "", (unseen,), "reconstruction"), Row("published", "CL2CM", "t", (missing,)))
    tables = [ResultTable("French", ("R@1",), rows)]
    markdown, latex = to_markdown(tables, ["cl2cm: reconstruction; a_guess"]), to_latex(tables, ["cl2cm: a_guess"])
    assert "| cl2cm (reconstruction) | **12.0†** |" in markdown
    assert "| CL2CM (t)              | missing   |" in markdown
    assert "\n† zero-shot: the system was not trained on this language.\n" in markdown
    assert "\n- cl2cm: reconstruction; a\\_guess\n" in markdown
    assert r"cl2cm (reconstruction) & \textbf{12.0$\dagger$} \\" in latex
    assert "% cl2cm: a\\_guess\n" in latex
    assert "In parentheses after a system" not in to_markdown(tables)


def test_the_legend_says_what_bold_means_for_what_is_not_tested() -> None:
    for text in (to_markdown([table("ame")]), to_latex([table("ame")])):
        words = " ".join(text.split())
        assert "of recalls and rsum the best of our rows and what a paired permutation test does not tell" in words
        assert "of all else, which is not tested, the best value only" in words


def test_markdown_escapes_names() -> None:
    text = to_markdown([table(NASTY)])
    assert r"a\_b & 50% $x$ #1 {z} ~^\\ \| \*bold\* &lt;b&gt;" in text
    assert "<b>" not in text


def test_latex_by_eye_and_escaped() -> None:
    text = to_latex([table(NASTY)])
    assert r"a\_b \& 50\% \$x\$ \#1 \{z\} \textasciitilde{}\textasciicircum{}\textbackslash{} | *bold*" in text
    assert r"\textless{}b\textgreater{}" in text
    assert r"\textbf{47.7} $\pm$ 0.4 (44.6--49.6) & 2 \\" in text
    assert text.count(r"\midrule") == 2  # below the head, and between our rows and published ones
    assert text.count(r"\begin{table}") == text.count(r"\end{table}") == 1


def test_an_absent_figure_is_an_empty_cell() -> None:
    assert r"AME (ame\_t1) & 50.5 &  \\" in to_latex([table("ame")])
