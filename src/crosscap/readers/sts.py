"""Pairs of sentences with people's scores of their similarity, in the formats of SemEval's STS tasks (Agirre 2014).

Either one file with a score and two sentences a line, apart by tabs; or, as the tasks' own archives, two files: the
sentences in ``STS.input.images.txt`` and in ``STS.gs.images.txt`` beside it a score a line. Pairs without a score were
shown to nobody and are left out. The files have no header and no quoting.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from crosscap.faults import Faults
from crosscap.readers.checks import CaptionRow, check_captions, quote
from crosscap.readers.files import read_lines
from crosscap.readers.texts import benchmark_texts

INPUT, GOLD = "input", "gs"  # parts of the names of the two files

logger = logging.getLogger(__name__)


class _Pair(NamedTuple):
    """A scored pair of sentences, and where it stands."""

    file: Path
    line: int
    language: str
    source: str
    score: float
    sentences: tuple[str, str]


def read_similarity(files: Mapping[str, Sequence[Path]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read files of scored pairs as the table similarity_pairs, and their sentences as a table captions.

    A pair's source is its file's folder and short name: ``2014/images`` of ``2014/images.test.tsv``.

    Args:
        files: of each language; of two files that belong together, the one with the sentences.

    Raises:
        InputError: the files have faults; all of them are listed.
    """
    faults = Faults()
    _check_names([path for paths in files.values() for path in paths], faults)
    of_files = [_read_pairs(path, language, faults) for language, paths in files.items() for path in paths]
    pairs = [pair for of_file in of_files for pair in of_file]
    rows = [
        CaptionRow(str(pair.file), pair.line, "", pair.language, sentence, "human")
        for pair in pairs
        for sentence in pair.sentences
    ]
    texts = check_captions(rows, faults)
    faults.raise_any()
    frame = _pairs_frame(pairs)
    identifiers = frame[["first_id", "second_id"]].to_numpy().ravel().tolist()  # a pair's two follow each other
    return frame, benchmark_texts(identifiers, texts, languages=[row.language for row in rows])


def parts_of(path: Path) -> list[Path]:
    """Return the files that a file of pairs consists of: itself, and the scores where it has the sentences alone."""
    pieces = path.name.split(".")
    if INPUT not in pieces:
        return [path]
    return [path, path.with_name(".".join(GOLD if piece == INPUT else piece for piece in pieces))]


def source_name(path: Path) -> str:
    """Return what the pairs of a file are called in the results."""
    pieces = path.name.split(".")
    short = ".".join(piece for piece in pieces[:-1] if piece != INPUT) if INPUT in pieces else pieces[0]
    return f"{path.absolute().parent.name}/{short}"


def _check_names(paths: Sequence[Path], faults: Faults) -> None:
    """Note files that the results could not tell apart."""
    first: dict[str, Path] = {}
    for path in paths:
        earlier = first.setdefault(source_name(path), path)
        if earlier is not path:
            message = f"would be called {source_name(path)} in the results, as {earlier}; rename a folder or file"
            faults.add("D-153", path, None, message)


def _pairs_frame(pairs: Sequence[_Pair]) -> pd.DataFrame:
    """Return the table similarity_pairs."""
    identifiers = [f"{pair.source}#{pair.line}" for pair in pairs]
    return pd.DataFrame(
        {
            "pair_id": identifiers,
            "first_id": [f"{identifier}#1" for identifier in identifiers],
            "second_id": [f"{identifier}#2" for identifier in identifiers],
            "language": [pair.language for pair in pairs],
            "score": [pair.score for pair in pairs],
            "source": [pair.source for pair in pairs],
        }
    )


def _read_pairs(path: Path, language: str, faults: Faults) -> list[_Pair]:
    """Return a file's scored pairs, and log how many have no score."""
    pairs, unscored, known = [], 0, len(faults.found)
    for line, fields in _records(path, faults):
        if len(fields) != 3:
            message = f"{len(fields)} fields where a score and two sentences belong, apart by tabs; correct the line"
            faults.add("D-150", path, line, message)
            continue
        score = _score(fields[0], parts_of(path)[-1], line, faults)
        if score is None:
            unscored += 1
        else:
            pairs.append(_Pair(path, line, language, source_name(path), score, (fields[1], fields[2])))
    logger.info("%s: %d pairs, and %d without a score left out", path, len(pairs), unscored)
    if not pairs and len(faults.found) == known:
        faults.add("D-152", path, None, "no pair has a score; is it the right file?")
    return [pair for pair in pairs if not math.isnan(pair.score)]


def _records(path: Path, faults: Faults) -> list[tuple[int, list[str]]]:
    """Return each line's number and its fields, the score first, from one file or two."""
    sentences, *gold = [read_lines(part, faults) for part in parts_of(path)]
    if sentences is None or None in gold:
        return []
    scores = gold[0] if gold else None
    if scores is None:
        return [(number, line.split("\t")) for number, line in enumerate(sentences, start=1) if line.strip()]
    if len(scores) != len(sentences):
        message = f"{len(scores):,} scores for the {len(sentences):,} pairs of {path.name}; give a line for each"
        faults.add("D-151", parts_of(path)[1], None, message)
        return []
    together = zip(scores, sentences, strict=True)
    return [(number, [score, *line.split("\t")]) for number, (score, line) in enumerate(together, start=1)]


def _score(text: str, file: Path, line: int, faults: Faults) -> float | None:
    """Return a score, None where there is none, NaN where the text, which is noted, is no number."""
    if not text.strip():
        return None
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        message = (
            f"the score is {quote(text)}, which is not a number; the format has no header, and a score comes first"
        )
        faults.add("D-150", file, line, message)
        return math.nan
    return score
