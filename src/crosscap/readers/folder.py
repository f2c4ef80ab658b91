"""The user's own data set: one captions file and a folder of photos.

The captions file is .csv, .tsv, .jsonl or .parquet with the columns image, language and caption, and if the user likes
split (train, val, test) and origin (human, translation, machine). Other columns are ignored.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from crosscap.faults import Faults
from crosscap.readers.accepted import SPLITS
from crosscap.readers.checks import (
    CaptionRow,
    ImageRow,
    check_labels,
    check_languages,
    quote,
    quote_all,
)
from crosscap.readers.files import Row, Rows, read_rows
from crosscap.readers.frames import build_frames
from crosscap.readers.quarantine import Quarantine

REQUIRED = ("image", "language", "caption")
OPTIONAL = ("split", "origin")
ANY_SPLIT = {"test": 100}  # of captions alone, whose images and splits are another table's

logger = logging.getLogger(__name__)


class _Entry(NamedTuple):
    """What one row of the captions file says."""

    image: ImageRow
    caption: CaptionRow


def read_folder(
    captions: Path,
    *,
    images: Path | None,
    languages: Sequence[str],
    split_percent: Mapping[str, int],
    quarantine: Quarantine | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a captions file and its photos as the tables images and captions.

    Captions in other languages than those asked for are left out, and so are images that have no others. Without a
    split column, a hash of an image's name draws its split, which therefore stays the same when images are added.

    Raises:
        InputError: the data set has faults; all of them are listed.
    """
    faults = Faults()
    table = _read_table(captions, faults)
    drawn = None if "split" in table.columns else split_percent
    if drawn is not None:
        _check_percent(drawn, faults)
    entries = [_entry(row, captions, drawn=drawn) for row in _text_rows(table, captions, faults)]
    check_languages(languages, found={entry.caption.language for entry in entries}, file=captions, faults=faults)
    return _frames(entries, languages, images=images, faults=faults, quarantine=quarantine)


def read_captions(file: Path, *, languages: Sequence[str]) -> pd.DataFrame:
    """Read a captions file alone as the table captions, in those of `languages` that it has; splits are not looked at.

    Raises:
        InputError: the file has faults, or no captions in any of the languages; all faults are listed.
    """
    faults = Faults()
    table = _read_table(file, faults)
    entries = [_entry(row, file, drawn=ANY_SPLIT) for row in _text_rows(table, file, faults)]
    found = {entry.caption.language for entry in entries}
    wanted = [language for language in languages if language in found] or languages
    check_languages(wanted, found=found, file=file, faults=faults)
    return _frames(entries, wanted, images=None, faults=faults)[1]


def _read_table(file: Path, faults: Faults) -> Rows:
    """Read a captions file's rows.

    Raises:
        InputError: it cannot be read, or columns are missing.
    """
    table = read_rows(file, faults)
    if not _has_columns(table, file, faults):
        faults.raise_any()
    return table


def _frames(
    entries: Sequence[_Entry],
    languages: Sequence[str],
    *,
    images: Path | None,
    faults: Faults,
    quarantine: Quarantine | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Check what the rows say, and return the tables images and captions of those in some languages."""
    check_labels([entry.caption for entry in entries], languages, faults)
    kept = [entry for entry in entries if entry.caption.language in languages]
    _log_left_out(entries, kept)
    kept_captions = [entry.caption for entry in kept]
    _log_repeated(kept_captions)
    return build_frames(_distinct_images(kept), kept_captions, folder=images, faults=faults, quarantine=quarantine)


def draw_split(image_id: str, split_percent: Mapping[str, int]) -> str:
    """Return the split of an image, drawn by the sha256 hash of its name: no other image and no order matters."""
    digest = hashlib.sha256(image_id.encode("utf-8", errors="surrogatepass")).digest()
    percentile = int.from_bytes(digest[:8], "big") % 100
    train = split_percent.get("train", 0)
    if percentile < train:
        return "train"
    return "val" if percentile < train + split_percent.get("val", 0) else "test"


def _has_columns(table: Rows, file: Path, faults: Faults) -> bool:
    """Return whether all columns needed are there, once each; note those that are not."""
    if not table.columns and faults.found:
        return False  # the file could not be read, which is noted
    complete = True
    for column in (*REQUIRED, *OPTIONAL):
        count = table.columns.count(column)
        if count > 1 or (count == 0 and column in REQUIRED):
            complete = False
            has = quote_all(table.columns)
            problem = "is missing" if count == 0 else "is there twice"
            faults.add("D-105", file, None, f"column {column!r} {problem} (columns found: {has}); correct the names")
    return complete


def _check_percent(split_percent: Mapping[str, int], faults: Faults) -> None:
    """Note percentages of which no splits can be drawn."""
    values = split_percent.values()
    if set(split_percent) - set(SPLITS) or min(values, default=0) < 0 or sum(values) != 100:
        message = f"{dict(split_percent)}: give percentages of train, val and test that add up to 100"
        faults.add("D-114", "split_percent", None, message)


def _text_rows(table: Rows, file: Path, faults: Faults) -> list[Row]:
    """Return the rows whose values are all text, and note the others."""
    rows = []
    for row in table.rows:
        wrong = [name for name in (*REQUIRED, *OPTIONAL) if not isinstance(row.cells.get(name, ""), str)]
        for name in wrong:
            message = f"{name} is {quote(str(row.cells[name]))}, which is not text; write it as text"
            faults.add("D-104", file, row.line, message)
        if not wrong:
            rows.append(row)
    return rows


def _entry(row: Row, file: Path, *, drawn: Mapping[str, int] | None) -> _Entry:
    """Return what a row says; `drawn` gives the percentages of the splits where no column names them."""
    image, language, caption, split = (str(row.cells.get(name, "")) for name in (*REQUIRED, "split"))
    return _Entry(
        ImageRow(str(file), row.line, image, split if drawn is None else draw_split(image, drawn)),
        CaptionRow(str(file), row.line, image, language, caption, str(row.cells.get("origin", "human"))),
    )


def _distinct_images(entries: Sequence[_Entry]) -> list[ImageRow]:
    """Return each image's first row, and its first row in another split, which is a fault to be noted."""
    first: dict[tuple[str, str], ImageRow] = {}
    for image, _ in entries:
        first.setdefault((image.image_id, image.split), image)
    return list(first.values())


def _log_repeated(captions: Sequence[CaptionRow]) -> None:
    """Warn of captions that an image has twice in a language: two people may write the same, but rarely."""
    keys = [(row.image_id, row.language, row.text.strip()) for row in captions if row.origin == "human"]
    if repeated := len(keys) - len(set(keys)):
        first = next(key for key, count in Counter(keys).items() if count > 1)
        message = "%d of %d captions repeat one of the same image and language, first: %s of %s; all are kept"
        logger.warning(message, repeated, len(keys), quote(first[2]), quote(first[0]))


def _log_left_out(entries: Sequence[_Entry], kept: Sequence[_Entry]) -> None:
    """Log how many captions and images are left out for their language."""
    if len(kept) == len(entries):
        return
    images = {entry.image.image_id for entry in entries} - {entry.image.image_id for entry in kept}
    others = Counter(entry.caption.language for entry in entries)
    others.subtract(entry.caption.language for entry in kept)
    counts = quote_all([f"{language}: {count:,}" for language, count in others.most_common() if count])
    message = "left out %d captions in languages not asked for (%s) and %d images that have no others"
    logger.info(message, len(entries) - len(kept), counts, len(images))
