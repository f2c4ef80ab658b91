"""Time reading vectors against a loop that parses every line, in one run of ``python benchmarks/read_vectors.py``."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from crosscap.text.vector_files import read_vector_file


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


def write_file(path: Path, *, rows: int, dimension: int) -> None:
    """Write a vector file as fastText does, with four decimals."""
    rng = np.random.default_rng(1)
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{rows} {dimension}\n")
        for row in range(rows):
            numbers = " ".join(f"{number:.4f}" for number in rng.normal(0, 0.1, dimension).tolist())
            file.write(f"word{row} {numbers} \n")


def main() -> None:
    """Read one file both ways in turn, check that they agree, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--kept", type=int, default=9_000)
    parser.add_argument("--dimension", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    words = [f"word{row}" for row in np.random.default_rng(2).permutation(options.rows)[: options.kept]]
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "words.vec"
        write_file(path, rows=options.rows, dimension=options.dimension)
        for _ in range(options.repeats):
            start = time.perf_counter()
            slow_vectors = read_every_line(path, words)
            middle = time.perf_counter()
            vectors, _ = read_vector_file(path, words)
            end = time.perf_counter()
            runs.append((middle - start, end - middle, (middle - start) / (end - middle)))
    slow, fast, ratio = (median(column) for column in zip(*runs, strict=True))
    print(f"{'reader':<24}{'seconds':>9}\n{'every line':<24}{slow:>9.2f}\n{'crosscap':<24}{fast:>9.2f}")
    print(f"ratio {ratio:.1f} (median of {options.repeats} pairs of runs, {min(r[2] for r in runs):.1f} at least)")
    print(f"largest difference {np.abs(vectors - slow_vectors).max():.1e}")


if __name__ == "__main__":
    main()
