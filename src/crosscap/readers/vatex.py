"""VATEX (Wang et al. 2019), videos described in English and Chinese, from its JSON files.

Features that were computed of the videos stand in for those of images; their names are the videos' ids. Some of the
Chinese captions were written as translations of the English ones; the files do not tell which, so all count as human.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from crosscap.faults import Faults
from crosscap.readers.checks import CaptionRow, ImageRow, check_languages
from crosscap.readers.frames import build_frames
from crosscap.readers.records import Record, clean_texts, read_records

CAPTION_KEYS = {"en": "enCap", "zh": "chCap"}


def read_vatex(
    training: Path, *, validation: Path, test: Path | None, seed: int, languages: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read VATEX as the tables images and captions.

    Without a `test` file, half of the validation videos are the test split, chosen by `seed`: the published test files
    lack captions.

    Raises:
        InputError: the data set has faults; all of them are listed.
    """
    faults = Faults()
    check_languages(languages, found=CAPTION_KEYS, file=training, faults=faults)
    read = [language for language in languages if language in CAPTION_KEYS]
    keys = {"videoID": str} | {CAPTION_KEYS[language]: list for language in read}
    records = {
        split: read_records(path, section=None, keys=keys, faults=faults)
        for split, path in {"train": training, "val": validation, "test": test}.items()
        if path is not None
    }
    rows = [_video(record, split) for split, entries in records.items() for record in entries]
    captions = [
        row
        for entries in records.values()
        for record in entries
        for language in read
        for row in _captions(record, language, faults)
    ]
    return build_frames(rows if test else _halved(rows, seed), captions, folder=None, faults=faults)


def _video(record: Record, split: str) -> ImageRow:
    """Return a video as an image of its split."""
    return ImageRow(record.place, record.number, record.entry["videoID"], split)


def _captions(record: Record, language: str, faults: Faults) -> Iterable[CaptionRow]:
    """Yield a video's captions in a language."""
    key = CAPTION_KEYS[language]
    for text in clean_texts(record.entry[key], record, name=key, faults=faults):
        yield CaptionRow(record.place, record.number, record.entry["videoID"], language, text, "human")


def _halved(rows: Sequence[ImageRow], seed: int) -> list[ImageRow]:
    """Return rows with half of val, the smaller one where it is odd, in test: those whose ids' hashes come last.

    The order of the file does not matter, and the halves are exact: 1,500 each of the 3,000 published, as in the
    literature, whose own halves are not published.
    """
    names = {row.image_id for row in rows if row.split == "val"}
    order = sorted(names, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode(errors="surrogatepass")).digest())
    tested = set(order[len(order) - len(order) // 2 :])
    return [row._replace(split="test") if row.split == "val" and row.image_id in tested else row for row in rows]
