"""A comparison of two experiments for the terminal and for programs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from dataclasses import asdict

from crosscap.report.comparison import Comparison
from crosscap.report.facts import FactTable
from crosscap.report.flipped import Flip
from crosscap.terminal import printable

LINE = 100  # characters of running text


def comparison_text(comparison: Comparison) -> str:
    """Return the tables, then the flipped queries of each task and language."""
    return "\n".join([*map(text_table, comparison.tables()), *_flip_blocks(comparison)])


def comparison_json(comparison: Comparison, *, dataset: str) -> str:
    """Return the comparison as JSON: experiments, tests, counts of queries and flips, with ranks from 1."""
    fidelity = comparison.fidelity
    document = {
        "dataset": dataset,
        "experiments": [
            {"name": name, "fidelity": fidelity.get(name, ""), "seeds": list(comparison.seeds.get(name, ()))}
            for name in comparison.names
        ],
        "cutoff": comparison.cutoff,
        "tests": comparison.tests.to_dict("records"),
        "counts": comparison.counts.to_dict("records"),
        "flips": [
            {name: value for name, value in asdict(flip).items() if name != "thumbnail"} for flip in comparison.flips
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def text_table(table: FactTable) -> str:
    """Return a table of texts in columns of even width, with its title above and its note below."""
    lines = [[printable(text) for text in line] for line in (table.columns, *table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = (
        [first.ljust(widths[0]), *(text.rjust(width) for text, width in zip(rest, widths[1:], strict=True))]
        for first, *rest in lines
    )
    body = "".join("  ".join(line).rstrip() + "\n" for line in padded)
    note = f"\n{textwrap.fill(table.note, LINE)}\n" if table.note else ""
    return f"{printable(table.title)}\n\n{body}{note}"


def _flip_blocks(comparison: Comparison) -> Iterator[str]:
    """Yield the flips of each question: both ranks, the image, and what was asked."""
    for question, flips in comparison.groups():
        lines = "".join(f"  {_ranks(comparison, flip)}  {_asked(flip)}\n" for flip in flips)
        yield f"{question}: answered among the first {comparison.cutoff} by one alone\n{lines}"


def _ranks(comparison: Comparison, flip: Flip) -> str:
    """Return ``ame 1, fme 87``."""
    return ", ".join(f"{name} {rank:>4}" for name, rank in zip(comparison.names, flip.ranks, strict=True))


def _asked(flip: Flip) -> str:
    """Return the image's id and the caption; of an image query its first caption, which describes it."""
    return f"{printable(flip.image_id)}  {printable(flip.texts[0])}"
