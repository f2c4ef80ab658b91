"""Reading word vectors: against a loop that parses every line, against gensim where it is installed, and the disk.

The file is a tenth of fastText's 2,000,000 words of 300 numbers, of which nine in a thousand are wanted; a line costs
the same wherever it is. What parses all lines reads a hundredth of that, and its seconds are scaled to as many lines.
gensim is no dependency: put it on PYTHONPATH (``pip install --no-deps --target FOLDER gensim smart_open wrapt``).
"""

from __future__ import annotations

import importlib
import tempfile
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from measuring import TIMES, Curve, Figure, Found, run, seconds_in_turn

from crosscap.text.vector_files import read_vector_file

ROWS, PART, DIMENSION = 200_000, 20_000, 300
SHARE = 0.009  # 18,000 of 2,000,000
KEPT = (2_000, 6_000, 18_000)  # words, when memory is measured
MEGABYTE = 1e6
PATH = "reading word vectors"


def measure() -> Found:
    """Read one file each way in turn, in lines of equal cost."""
    with tempfile.TemporaryDirectory() as folder:
        whole, part = Path(folder) / "words.vec", Path(folder) / "part.vec"
        write_file(whole, rows=ROWS)
        write_file(part, rows=PART)
        sizes = [ROWS // 8, ROWS // 4, ROWS // 2]
        parts = {rows: Path(folder) / f"{rows}.vec" for rows in sizes}
        for rows, path in parts.items():
            write_file(path, rows=rows)
        agree(part)
        pieces: dict[str, Callable[[], object]] = {
            "every line": lambda: read_every_line(part, wanted(PART)),
            "disk": lambda: read_bytes(whole),
            **{str(rows): partial(read, path, rows) for rows, path in parts.items()},
            str(ROWS): lambda: read(whole, ROWS),
        }
        gensim = find_gensim()
        if gensim:
            pieces["gensim"] = lambda: gensim.load_word2vec_format(str(part), binary=False)
        seconds = seconds_in_turn(pieces, rounds=2)
        peaks = [peak(whole, kept) / MEGABYTE for kept in KEPT]
    ours, scale = seconds[str(ROWS)], ROWS / PART
    speed = f"{ROWS / ours:,.0f} lines/s"
    held = KEPT[-1] * DIMENSION * 4 / MEGABYTE
    figures = [
        Figure(PATH, "a Python loop over every line", scale * seconds["every line"] / ours, TIMES, 10, detail=speed),
        Figure(PATH, "the file's bytes read, and nothing else", ours / seconds["disk"], "times slower"),
        Figure(f"{PATH}, memory", "what is kept", peaks[-1] / held, "times as much", 1.5, "at most"),
    ]
    if gensim:
        figures.insert(1, Figure(PATH, "gensim's KeyedVectors", scale * seconds["gensim"] / ours, TIMES, 4))
    lines = [*sizes, ROWS]
    growth = Curve("reading word vectors", "lines", lines, [seconds[str(rows)] for rows in lines], "s", 1)
    memory = Curve("reading word vectors", "words kept", KEPT, peaks, "MB", 1)
    return Found(figures, [growth, memory])


def read_every_line(path: Path, words: list[str]) -> np.ndarray:
    """Return the vectors of `words` by parsing each line of the file."""
    wanted = {word: position for position, word in enumerate(words)}
    with path.open(encoding="utf-8") as file:
        dimension = int(file.readline().split()[1])
        vectors = np.zeros((len(words), dimension), dtype=np.float32)
        for line in file:
            word, *numbers = line.rstrip().split(" ")
            vector = np.array([float(number) for number in numbers], dtype=np.float32)
            if word in wanted:
                vectors[wanted[word]] = vector
    return vectors


def read_bytes(path: Path) -> None:
    """Read a file in blocks, as fast as the system gives them."""
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def read(path: Path, rows: int) -> np.ndarray:
    """Return the vectors of the wanted share of a file of so many rows."""
    return read_vector_file(path, wanted(rows))[0]


def wanted(rows: int) -> list[str]:
    """Return the words that are kept of so many, in an order of their own."""
    return [f"word{row}" for row in np.random.default_rng(2).permutation(rows)[: int(rows * SHARE)]]


def agree(path: Path) -> None:
    """Make sure that the fast and the slow way read the same."""
    np.testing.assert_array_equal(read(path, PART), read_every_line(path, wanted(PART)))


def peak(path: Path, kept: int) -> float:
    """Return the largest memory, in bytes, that is held while so many words of the file are read."""
    words = [f"word{row}" for row in range(0, ROWS, ROWS // kept)][:kept]
    tracemalloc.start()
    read_vector_file(path, words)
    largest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return largest


def find_gensim() -> Any:
    """Return gensim's reader of vectors, None where it is not installed."""
    try:
        return importlib.import_module("gensim.models").KeyedVectors
    except ImportError:
        print("gensim is not installed: no comparison with it")
        return None


def write_file(path: Path, *, rows: int) -> None:
    """Write a vector file as fastText does, with four decimals; a thousand words' numbers come again and again."""
    drawn = np.random.default_rng(1).normal(0, 0.1, (min(rows, 1000), DIMENSION)).tolist()
    numbers = [" ".join(f"{number:.4f}" for number in vector) for vector in drawn]
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{rows} {DIMENSION}\n")
        file.writelines(f"word{row} {numbers[row % len(numbers)]} \n" for row in range(rows))


if __name__ == "__main__":
    run(measure, __doc__)
