"""Splitting captions into words, 300,000 in English and in German: against one process that goes line by line.

The slow way is what the tokeniser's own documentation does: Moses, then lower case, for one sentence after the other.
What one process does is timed on a tenth of the captions and scaled; two processes are started anew each time, as a job
starts them. The captions are made of a few hundred words, all
different, one in a hundred with an apostrophe and one in ten with a comma, as in Multi30K.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from joblib.externals.loky import get_reusable_executor
from measuring import TIMES, Curve, Figure, Found, run, seconds_in_turn, seconds_of
from sacremoses import MosesTokenizer

from crosscap.text.many_captions import WORTHWHILE, tokenize_many

CAPTIONS = 300_000
PART = 30_000
WORDS = (9, 16)  # of a caption
APOSTROPHES, COMMAS = 0.01, 0.1
PATH = "splitting captions into words"


def measure() -> Found:
    """Split the captions each way in turn."""
    captions = made_up(CAPTIONS)
    figures = [figure for language in ("en", "de") for figure in compared(captions, language)]
    sizes = [CAPTIONS // 8, CAPTIONS // 4, CAPTIONS // 2, CAPTIONS]
    seconds = [seconds_of(partial(two, captions[:size], "en")) for size in sizes]
    return Found(figures, [Curve(PATH, "captions", sizes, seconds, "s", 1, f"one process below {WORTHWHILE:,}")])


def compared(captions: Sequence[str], language: str) -> list[Figure]:
    """Split a language's captions each way in turn, after making sure that all ways give the same."""
    assert two(captions[:WORTHWHILE], language)[:PART] == line_by_line(captions[:PART], language)
    pieces = {
        "line by line": lambda: line_by_line(captions[:PART], language),
        "one": lambda: many(captions[:PART], language, processes=1),
        "two": lambda: two(captions, language),
    }
    seconds = seconds_in_turn(pieces, rounds=2)
    speed, path = f"{CAPTIONS / seconds['two']:,.0f} captions/s", f"{PATH}, {language}"
    slow, one = (seconds[name] * CAPTIONS / PART / seconds["two"] for name in ("line by line", "one"))
    return [
        Figure(path, "one process, line by line", slow, TIMES, 1.8, detail=speed),
        Figure(path, "the same in one process", one, TIMES),
    ]


def line_by_line(captions: Sequence[str], language: str) -> list[list[str]]:
    """Split one caption after the other."""
    moses = MosesTokenizer(lang=language)
    return [[word.lower() for word in moses.tokenize(caption, escape=False)] for caption in captions]


def many(captions: Sequence[str], language: str, *, processes: int) -> list[list[str]]:
    """Split captions as the workflow does."""
    return tokenize_many(captions, language=language, tokenizer="auto", lowercase=True, processes=processes)


def two(captions: Sequence[str], language: str) -> list[list[str]]:
    """Split captions in two processes, and end them."""
    words = many(captions, language, processes=2)
    get_reusable_executor().shutdown()
    return words


def made_up(count: int) -> list[str]:
    """Return captions of made-up words, some with an apostrophe or a comma, each with a full stop."""
    rng = np.random.default_rng(1)
    letters = np.array(list("abcdefghijklmnoprstuvwz"))
    words = np.array(["".join(rng.choice(letters, length)) for length in rng.integers(2, 9, 600)])
    chosen = rng.zipf(1.3, (count, WORDS[1])) % len(words)
    lengths, chances = rng.integers(*WORDS, count), rng.random((2, count))
    captions = []
    for row, length, apostrophe, comma in zip(chosen, lengths, *chances, strict=True):
        said = words[row[:length]].tolist()
        said[0] = said[0].capitalize() + ("'s" if apostrophe < APOSTROPHES else "")
        said[3] += "," if comma < COMMAS else ""
        captions.append(" ".join(said) + ".")
    return captions


if __name__ == "__main__":
    run(measure, __doc__)
