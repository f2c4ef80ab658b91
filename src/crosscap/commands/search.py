"""Find photos of an index by a text in any of its languages, or by a photo; or captions for a photo."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crosscap.search.searcher import Searcher

EXAMPLE = """\
examples:
  crosscap search "ein Hund springt ins Wasser" --index photos-index
  crosscap search "un chien saute dans l'eau" --index photos-index --language fr -k 5 --json
  crosscap search --image holiday.jpg --index photos-index
  crosscap search --image holiday.jpg --captions --language de --index photos-index
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("text", nargs="?", metavar="TEXT", help="what the photo shows, in a language of the index")
    parser.add_argument("--index", required=True, type=Path, metavar="INDEX", help="the folder of an index")
    parser.add_argument("--image", type=Path, metavar="PHOTO", help="a photo to find others by, instead of a text")
    parser.add_argument("--captions", action="store_true", help="find captions for the photo, instead of photos")
    parser.add_argument(
        "--language", metavar="CODE", help="of the text, which is otherwise guessed, or of the captions"
    )
    parser.add_argument("-k", type=int, default=10, metavar="K", help="how many to find (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="write JSON instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Search, and print what was found."""
    import crosscap.search
    from crosscap.faults import InputError

    if (arguments.text is None) == (arguments.image is None):
        raise InputError("give a text or --image PHOTO, one of the two")
    if arguments.captions and arguments.image is None:
        raise InputError("--captions are found for a photo; give it with --image PHOTO")
    answer = _ask(crosscap.search.open(arguments.index), arguments)
    text = json.dumps(answer, ensure_ascii=False, indent=2) + "\n" if arguments.json else _table(answer)
    sys.stdout.write(text)
    return 0


def _ask(searcher: Searcher, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the answer as plain values."""
    from dataclasses import asdict

    if arguments.captions:
        found = searcher.captions(arguments.image, language=arguments.language, k=arguments.k)
        return {"image": str(arguments.image), "captions": [asdict(hit) for hit in found]}
    if arguments.image:
        hits = searcher.search_image(arguments.image, k=arguments.k)
        return {"image": str(arguments.image), "hits": [asdict(hit) for hit in hits]}
    return asdict(searcher.search(arguments.text, arguments.language, k=arguments.k))


def _table(answer: dict[str, Any]) -> str:
    """Return an answer as a table, with a line on how the text was read."""
    from crosscap.terminal import printable

    lines = []
    if "text" in answer:
        unknown = [printable(token["text"]) for token in answer["tokens"] if not token["known"]]
        guessed = " (guessed; --language says another)" if answer["detected"] else ""
        strange = f"; not known: {', '.join(unknown)}" if unknown else ""
        lines.append(f"language {answer['language']}{guessed}{strange}")
    captions = "captions" in answer
    columns = ("score", "language", "text") if captions else ("score", "row", "path")
    hits = answer["captions" if captions else "hits"]
    rows = [[printable(str(hit[column])) for column in columns[1:]] for hit in hits]
    scores = [f"{hit['score']:.4f}" for hit in hits]
    return (
        "\n".join([*lines, *_aligned([columns, *([score, *row] for score, row in zip(scores, rows, strict=True))])])
        + "\n"
    )


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines: all columns but the last, which may be long, are right-aligned."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return [
        "  ".join([*(cell.rjust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    ]
