"""Splitting captions into words, 300,000 in English and in German: against one process that goes line by line.

The slow way is what the tokeniser's own documentation does: Moses, then lower case, for one sentence after the other.
It is timed on a tenth of the captions and scaled. The workflow's way is one process too: it asks Moses once about each
different word, and Snakemake gives the other core to another language. Both are timed in the processor's seconds, so
that a busy machine does not change the ratio. The captions are made of 30,000 words, some frequent and most rare, all
captions different, one in a hundred with an apostrophe and one in ten with a comma, as in Multi30K.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median

import numpy as np
from measuring import TIMES, Curve, Figure, Found, run
from sacremoses import MosesTokenizer

from crosscap.text.tokens import tokenize

CAPTIONS = 300_000
PART = 30_000
ROUNDS = 3
VOCABULARY = 30_000
WORDS = (9, 16)  # of a caption
APOSTROPHES, COMMAS = 0.01, 0.1
PATH = "splitting captions into words"


def measure() -> Found:
    """Split the captions each way in turn."""
    captions = made_up(CAPTIONS)
    figures = [compared(captions, language) for language in ("en", "de")]
    sizes = [CAPTIONS // 8, CAPTIONS // 4, CAPTIONS // 2, CAPTIONS]
    seconds = [processor_seconds(partial(as_the_workflow, captions[:size], "en")) for size in sizes]
    remark = "words that were not seen before cost most, and grow rarer"
    return Found(figures, [Curve(PATH, "captions", sizes, seconds, "s", 1, remark)])


def compared(captions: Sequence[str], language: str) -> Figure:
    """Split a language's captions each way in turn, after making sure that both ways give the same."""
    assert as_the_workflow(captions[:PART], language) == line_by_line(captions[:PART], language)
    ratios = []
    for _ in range(ROUNDS):
        slow = processor_seconds(partial(line_by_line, captions[:PART], language)) * CAPTIONS / PART
        quick = processor_seconds(partial(as_the_workflow, captions, language))
        ratios.append(slow / quick)
    speed = f"one process; {CAPTIONS / quick:,.0f} captions/s against {CAPTIONS / slow:,.0f}"
    return Figure(f"{PATH}, {language}", "one process, line by line", median(ratios), TIMES, 1.8, detail=speed)


def line_by_line(captions: Sequence[str], language: str) -> list[list[str]]:
    """Split one caption after the other."""
    moses = MosesTokenizer(lang=language)
    return [[word.lower() for word in moses.tokenize(caption, escape=False)] for caption in captions]


def as_the_workflow(captions: Sequence[str], language: str) -> list[list[str]]:
    """Split captions as the rule tokenize_captions does."""
    return tokenize(captions, language=language, tokenizer="auto", lowercase=True)


def processor_seconds(piece: Callable[[], object]) -> float:
    """Return the processor's time for one call."""
    started = time.process_time()
    piece()
    return time.process_time() - started


def made_up(count: int) -> list[str]:
    """Return captions of made-up words, some with an apostrophe or a comma, each with a full stop."""
    rng = np.random.default_rng(1)
    letters = np.array(list("abcdefghijklmnoprstuvwz"))
    words = np.array(["".join(rng.choice(letters, length)) for length in rng.integers(2, 12, VOCABULARY)])
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
