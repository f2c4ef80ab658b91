"""Tags of images: what each tag is called in each language, and which images it is right for.

The file of names has the columns tag, language and text, the file of the truth has image and tag; both are .csv, .tsv,
.jsonl or .parquet, and further columns are ignored. A tag's own name in these files, such as ``dog``, is the same in
all languages.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from crosscap.faults import Faults
from crosscap.readers.checks import CaptionRow, check_captions, quote, quote_all
from crosscap.readers.files import read_rows
from crosscap.readers.texts import benchmark_texts

logger = logging.getLogger(__name__)


class _Line(NamedTuple):
    """The cells of a row that are read, in the order of the columns asked for."""

    number: int
    cells: tuple[str, ...]


def read_tags(
    names: Path,
    truth: Path,
    *,
    images: Collection[str],
    languages: Sequence[str],
    quarantined: Collection[str] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read which tags are right for which images as the table tags, and the tags' names as a table captions.

    Names in other languages than those asked for are left out.

    Args:
        names: file of names.
        truth: file of right tags.
        images: the names of all images of the data set.
        languages: those in which every tag must have a name.
        quarantined: names of images that were set aside; their tags are left out.

    Raises:
        InputError: the files have faults; all of them are listed.
    """
    faults = Faults()
    lines = _lines(names, ("tag", "language", "text"), faults)
    tags = dict.fromkeys(line.cells[0] for line in lines)
    named = [line for line in lines if line.cells[1] in languages]
    _check_once(named, names, "D-160", faults)
    _check_complete(tags, named, names, languages=languages, faults=faults)
    right = _lines(truth, ("image", "tag"), faults)
    _check_once(right, truth, "D-161", faults)
    right = [line for line in right if line.cells[0] not in quarantined]
    _check_known(right, truth, images=images, tags=tags, faults=faults)
    rows = [CaptionRow(str(names), line.number, "", line.cells[1], line.cells[2], "human") for line in named]
    texts = check_captions(rows, faults)
    faults.raise_any()
    logger.info("%d tags in %s; %d right ones of images", len(tags), ", ".join(languages), len(right))
    identifiers = [text_id(line.cells[0], line.cells[1]) for line in named]
    frame = pd.DataFrame([line.cells for line in right], columns=["image_id", "tag_id"])
    return frame, benchmark_texts(identifiers, texts, languages=[row.language for row in rows])


def text_id(tag: str, language: str) -> str:
    """Return the caption id of a tag's name in a language."""
    return f"{tag}#{language}"


def _lines(path: Path, columns: tuple[str, ...], faults: Faults) -> list[_Line]:
    """Return the rows of a table with text in all `columns`; note columns and values that are missing."""
    before = len(faults.found)
    table = read_rows(path, faults)
    absent = [column for column in columns if table.columns.count(column) != 1]
    if absent and len(faults.found) == before:
        found = quote_all(table.columns)
        faults.add("D-105", path, None, f"no single column {' and '.join(absent)} (columns found: {found}); name it so")
    if absent:
        return []
    lines = []
    for row in table.rows:
        cells = tuple(_cell(row.cells.get(column)) for column in columns)
        empty = [column for column, cell in zip(columns, cells, strict=True) if not cell]
        if empty:
            faults.add("D-104", path, row.line, f"{' and '.join(empty)} is empty or not text; write it")
        else:
            lines.append(_Line(row.line, cells))
    return lines


def _cell(value: object) -> str:
    """Return text without outer spaces, "" for anything else."""
    return value.strip() if isinstance(value, str) else ""


def _check_once(lines: Sequence[_Line], path: Path, code: str, faults: Faults) -> None:
    """Note what is said twice: two names of a tag in a language, or a tag of an image."""
    first: dict[tuple[str, ...], int] = {}
    for line in lines:
        earlier = first.setdefault(line.cells[:2], line.number)
        if earlier != line.number:
            what = " ".join(map(quote, line.cells[:2]))
            faults.add(code, path, line.number, f"{what} is there already in line {earlier}; remove one of the two")


def _check_complete(
    tags: Collection[str], named: Sequence[_Line], path: Path, *, languages: Sequence[str], faults: Faults
) -> None:
    """Note for each language the tags that have no name in it."""
    for language in languages:
        has_name = {line.cells[0] for line in named if line.cells[1] == language}
        if missing := [tag for tag in tags if tag not in has_name]:
            message = f"{len(missing):,} tags have no name in {language}: {quote_all(missing)}; add their names"
            faults.add("D-164", path, None, message)


def _check_known(
    right: Sequence[_Line], path: Path, *, images: Collection[str], tags: Collection[str], faults: Faults
) -> None:
    """Note images that the data set does not have, and tags that have no name at all."""
    for line in right:
        image, tag = line.cells
        if image not in images:
            faults.add("D-162", path, line.number, f"the data set has no image {quote(image)}; correct it or remove it")
        if tag not in tags:
            faults.add("D-163", path, line.number, f"the tag {quote(tag)} has no name; add it to the file of names")
    if not right and not faults.found:
        faults.add("D-165", path, None, "no image has a tag; is it the right file?")
