"""The results as files to take along: CSV for programs, Markdown for people and terminals, LaTeX for papers.

Names are untrusted text. Markdown and LaTeX characters are escaped, and a CSV cell of text that a spreadsheet would run
as a formula is given a leading apostrophe (OWASP, "CSV injection"), which `read_csv` takes off again. Nothing here
depends on the date or on a path, so equal results are equal bytes.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from crosscap.report.benchmarks import benchmark_tables
from crosscap.report.cells import Cell, ResultTable, Row
from crosscap.report.layout import overview_tables, result_tables, translation_tables
from crosscap.report.names import FIDELITY_LEGEND

TEXTS = {
    *("kind", "experiment", "experiment_a", "experiment_b", "source", "benchmark", "task", "language", "metric"),
    *("trained", "fidelity", "note"),
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MARKDOWN = {**{character: f"\\{character}" for character in "\\`*_[]|"}, "<": "&lt;", ">": "&gt;", "\n": " ", "\r": " "}
LATEX = {
    **{character: f"\\{character}" for character in "&%$#_{}"},
    **{"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"},
    **{"<": r"\textless{}", ">": r"\textgreater{}", "→": r"$\rightarrow$", "±": r"$\pm$", "≥": r"$\geq$", "–": "--"},
    **{"†": r"$\dagger$", "−": "$-$", "×": r"$\times$", "\n": " ", "\r": " "},
}
LINE = 100  # characters of running text in Markdown
LEGEND = (
    "In parentheses the 95 % interval (bootstrap over images, of similarity over pairs; Wilson's of word translation), "
    "after ± the deviation over seeds. Bold: of recalls and rsum the best of our rows and what a paired permutation "
    "test does not tell from it (adjusted p ≥ 0.05); of all else, which is not tested, the best value only; of "
    "consistency and clusters none. Ties count against the system. "
    "Alignment: word translation by nearest neighbour, the mean over the directions that the language takes part in."
)
FIDELITY_NOTE = f"In parentheses after a system stands how near it is to its paper. {FIDELITY_LEGEND}"


def export_results(results: pd.DataFrame, tests: pd.DataFrame, *, notices: Sequence[str] = ()) -> dict[str, str]:
    """Return the results as csv, markdown and latex, and the paired tests as csv, by these names and ``tests``.

    `notices` say what must be known before any figure is read, such as that the test set is shorter than it was.
    """
    shown = [*overview_tables(results), *all_tables(results)]
    notes = labels_of(results)
    texts = {"csv": to_csv(results), "markdown": to_markdown(shown, notes), "latex": to_latex(shown, notes)}
    texts["markdown"] = _after_title(texts["markdown"], notices)
    seen = "".join(f"\\noindent\\textbf{{{escape_latex(notice)}}}\\par\n" for notice in notices)
    texts["latex"] = seen + texts["latex"]
    return texts | {"tests": to_csv(tests)}


def to_csv(frame: pd.DataFrame) -> str:
    """Return a frame as CSV with six significant digits and no cell that a spreadsheet takes for a formula."""
    texts = frame.select_dtypes(["object", "string"])
    safe = frame.assign(**{str(column): texts[column].map(_disarmed) for column in texts})
    return str(safe.to_csv(index=False, float_format="%.6g", lineterminator="\n"))


def read_csv(path: str | Path) -> pd.DataFrame:
    """Read what `to_csv` wrote, with the texts as they were."""
    types = dict.fromkeys(TEXTS, str)  # an experiment may be named 2024
    frame = pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""], lineterminator="\n")
    return frame.assign(**{column: frame[column].fillna("").map(_armed) for column in TEXTS & set(frame.columns)})


def all_tables(results: pd.DataFrame) -> list[ResultTable]:
    """Return all tables of results but the overviews."""
    return [*result_tables(results), *benchmark_tables(results), *translation_tables(results)]


def labels_of(results: pd.DataFrame) -> list[str]:
    """Return a line a trained experiment: how near it is to its paper, and what must be known of it."""
    rows = results.loc[results["kind"] == "trained", ["experiment", "fidelity", "note"]].drop_duplicates()
    return [f"{name}: {fidelity}" + (f"; {note}" if note else "") for name, fidelity, note in rows.to_numpy()]


def to_markdown(tables: Sequence[ResultTable], labels: Sequence[str] = ()) -> str:
    """Return the tables as Markdown, padded so that they also read well on a terminal, after the systems' labels."""
    parts = [f"## {escape_markdown(table.title)}\n\n{_markdown_table(table)}" for table in tables]
    listed = "".join(f"- {escape_markdown(label)}\n" for label in labels)
    intro = [
        f"{textwrap.fill(LEGEND, LINE)}\n",
        *([f"{textwrap.fill(FIDELITY_NOTE, LINE)}\n\n{listed}"] if labels else []),
    ]
    return "\n".join(["# Results\n", *intro, *parts])


def to_latex(tables: Sequence[ResultTable], labels: Sequence[str] = ()) -> str:
    """Return the tables as LaTeX floats; they need the package booktabs. The systems' labels are comments before."""
    listed = "".join(f"% {escape_latex(label)}\n" for label in labels)
    return "% needs \\usepackage{booktabs}\n" + listed + "\n".join(_latex_table(table) for table in tables)


def _after_title(markdown: str, notices: Sequence[str]) -> str:
    """Return Markdown with notices below its title."""
    title, rest = markdown.split("\n", maxsplit=1)
    return "\n".join([title, *(f"\n**{escape_markdown(notice)}**" for notice in notices), rest])


def escape_markdown(text: str) -> str:
    """Return `text` so that Markdown shows it as it is, in one line."""
    return _escaped(text, MARKDOWN)


def escape_latex(text: str) -> str:
    """Return `text` so that LaTeX shows it as it is."""
    return _escaped(text, LATEX)


def _disarmed(text: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would take for a formula, or that begins with one already."""
    return f"'{text}" if str(text).startswith((*FORMULA_STARTS, "'")) else text


def _armed(text: str) -> str:
    """Take off the apostrophe that `_disarmed` put on."""
    return text.removeprefix("'")


def _escaped(text: str, characters: dict[str, str]) -> str:
    """Return `text` with each character replaced that means something in the target format."""
    return "".join(characters.get(character, character) for character in text)


def _markdown_table(table: ResultTable) -> str:
    """Return one table with columns of even width and its notes below."""
    lines = [["", *table.columns], *(_text_row(row, MARKDOWN, "**{}**".format) for row in table.rows)]
    widths = [max(3, *(len(line[column]) for line in lines)) for column in range(len(lines[0]))]
    head, *body = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines]
    rule = ["-" * width for width in widths]
    text = "".join(f"| {' | '.join(line)} |\n" for line in [head, rule, *body])
    return text + "".join(f"\n{escape_markdown(note)}\n" for note in table.notes())


def _latex_table(table: ResultTable) -> str:
    """Return one float: baselines, our experiments and published rows, with rules between them."""
    lines = []
    for position, row in enumerate(table.rows):
        if position and row.kind != table.rows[position - 1].kind:
            lines.append(r"\midrule")
        lines.append(" & ".join(_text_row(row, LATEX, r"\textbf{{{}}}".format)) + r" \\")
    caption = " ".join([f"{table.title}.", LEGEND, *table.notes()])
    return "\n".join(
        [
            *(r"\begin{table}", r"\centering", r"\small"),
            rf"\caption{{{_escaped(caption, LATEX)}}}",
            rf"\begin{{tabular}}{{l{'r' * len(table.columns)}}}",
            r"\toprule",
            " & ".join(["", *(_escaped(column, LATEX) for column in table.columns)]) + r" \\",
            *(r"\midrule", *lines, r"\bottomrule", r"\end{tabular}", r"\end{table}", ""),
        ]
    )


def _text_row(row: Row, characters: dict[str, str], bold: Callable[[str], str]) -> list[str]:
    """Return a row's name and figures as escaped text."""
    name = f"{row.name} ({row.tag})" if row.tag else row.name
    return [_escaped(name, characters), *(_figure(cell, characters, bold) for cell in row.cells)]


def _figure(cell: Cell | None, characters: dict[str, str], bold: Callable[[str], str]) -> str:
    """Return ``**47.7** ± 0.4 (44.6–50.7)`` as far as deviation and interval are known; "" for an absent figure."""
    if cell is None:
        return ""
    value = _escaped(str(cell), characters)
    parts = [bold(value) if cell.best else value]
    if not math.isnan(cell.deviation):
        parts.append(f"± {cell.text(cell.deviation)}")
    if not math.isnan(cell.low):
        parts.append(f"({cell.text(cell.low)}–{cell.text(cell.high)})")
    if cell.optimistic is not None:
        parts.append(f"ties for: {cell.text(cell.optimistic)}")
    return " ".join([parts[0], *(_escaped(part, characters) for part in parts[1:])])
