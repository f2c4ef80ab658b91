"""The alignment loss RCSLS and its gradient against the form of fastText's align.py, and its neighbours against FAISS.

align.py (Joulin 2018) computes, in double precision, the scores of every pair's words with all words, and ranks each
row with `argpartition`. The pairs have the repetitions of a real dictionary: MUSE's German-English list has 102,000
pairs of 78,000 source words. The limit is the scores alone, blocks of a matrix product. Both sides have the threads
that OMP_NUM_THREADS allows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import faiss
import numpy as np
from measuring import TIMES, Curve, Figure, Found, megabytes_of, run, seconds_in_turn, seconds_of

from crosscap.compiled import allowed_threads
from crosscap.text.alignment import rcsls
from crosscap.text.neighbours import BLOCK_ROWS, neighbour_sums
from crosscap.text.normalize import normalize

DISTINCT_SHARE = 0.65
NEIGHBOURS, DIMENSION = 10, 300
WORDS, QUERIES = 200_000, 1024
GROWTH, PAIRS = (10_000, 30_000, 100_000, 300_000, 1_000_000), 500
Result = tuple[float, np.ndarray]


class Problem(NamedTuple):
    """A map [D, D], the vectors of two vocabularies [V, D] and [W, D], and pairs [P, 2] of their rows."""

    mapping: np.ndarray
    source: np.ndarray
    target: np.ndarray
    pairs: np.ndarray

    def as_in_align_py(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the map, the vectors of the pairs' words [P, D] twice, and the vocabularies."""
        x, y = self.source[self.pairs[:, 0]], self.target[self.pairs[:, 1]]
        return self.mapping, x, y, self.source, self.target


def measure() -> Found:
    """Compare at the size of AME's vocabularies and at 200,000 words, and follow the costs to a million words."""
    problem = make_problem(pairs=10_000, source_words=8_300, target_words=10_000, dimension=DIMENSION, seed=1)
    figures = small(problem, single_precision(problem))
    words = np.random.default_rng(3).standard_normal((max(GROWTH), DIMENSION), dtype=np.float32)
    words /= np.linalg.norm(words, axis=1, keepdims=True)
    return Found([*figures, *large(words)], growth(words))


def small(problem: Problem, single: Problem) -> list[Figure]:
    """Compare at the size of AME's vocabularies."""
    results: dict[str, Result] = {}
    whole = problem.as_in_align_py()

    def keep(name: str, piece: Callable[[], Result]) -> None:
        results[name] = piece()

    seconds = seconds_in_turn(
        {
            "align.py": partial(keep, "align.py", lambda: full_rcsls(*whole, NEIGHBOURS)),
            "ours": partial(keep, "ours", lambda: our_rcsls(single)),
            "scores": lambda: score(single),
        },
        rounds=2,
    )
    (slow_value, slow), (value, gradient) = results["align.py"], results["ours"]
    difference = max(float(np.abs(gradient - slow).max() / np.abs(slow).max()), abs(value / slow_value - 1))
    path = "RCSLS and its gradient, 10,000 pairs, 8,300 x 10,000 words"
    detail = f"{seconds['align.py']:.2f} and {seconds['ours']:.2f} s, {allowed_threads()} threads"
    form = "the form of fastText's align.py"
    return [
        Figure(path, form, seconds["align.py"] / seconds["ours"], TIMES, 8, detail=detail),
        Figure("its value and gradient", "the same", difference, "of the largest number apart", 1e-6, "at most"),
        Figure(path, "its scores alone", seconds["ours"] / seconds["scores"], "of the time"),
    ]


def large(words: np.ndarray) -> list[Figure]:
    """Compare the neighbours among 200,000 words with FAISS's, and weigh RCSLS on two vocabularies of that size."""
    source, target = words[:WORDS], words[WORDS : 2 * WORDS]
    faiss.omp_set_num_threads(allowed_threads())
    index = faiss.IndexFlatIP(DIMENSION)
    index.add(target)
    some = source[:QUERIES]
    seconds = seconds_in_turn(
        {
            "ours": lambda: neighbour_sums(some, target, NEIGHBOURS),
            "FAISS": lambda: target[index.search(some, NEIGHBOURS)[1]].sum(axis=1),
        },
        rounds=1,
    )
    problem = Problem(np.eye(DIMENSION, dtype=np.float32), source, target, twice(QUERIES))
    memory = megabytes_of(lambda: our_rcsls(problem))
    size = f"{WORDS:,} x {WORDS:,} words"
    whole = WORDS / QUERIES * seconds["ours"]
    timed = f"timed with {QUERIES:,} of the words; {whole:.0f} s for all; {allowed_threads()} threads"
    return [
        Figure(f"neighbours, {size}", "FAISS, IndexFlatIP", seconds["FAISS"] / seconds["ours"], TIMES, detail=timed),
        Figure(f"memory of RCSLS, {size}, beside them", "nothing", memory, "MB", detail=f"{QUERIES:,} pairs"),
    ]


def growth(words: np.ndarray) -> list[Curve]:
    """Follow what RCSLS of some pairs costs as both vocabularies grow."""
    mapping = np.eye(DIMENSION, dtype=np.float32)
    seconds: list[float] = []

    def time(size: int) -> None:
        seconds.append(seconds_of(lambda: our_rcsls(Problem(mapping, words[:size], words[:size], twice(PAIRS)))))

    time(min(GROWTH))  # a first call that does not count
    seconds.clear()
    megabytes = [megabytes_of(partial(time, size)) for size in GROWTH]
    name, of = f"RCSLS of {PAIRS} pairs", "words of each language"
    return [Curve(name, of, GROWTH, seconds, "s", 1), Curve(f"{name}, memory", of, GROWTH, megabytes, "MB", 0)]


def our_rcsls(problem: Problem) -> Result:
    """Return the library's loss and gradient."""
    mapping, source, target, pairs = problem
    return rcsls(mapping, source=source, target=target, pairs=pairs, neighbours=NEIGHBOURS)


def twice(count: int) -> np.ndarray:
    """Return pairs [count, 2] of the same row in both vocabularies."""
    return np.repeat(np.arange(count), 2).reshape(count, 2)


def score(problem: Problem) -> None:
    """Compute the scores that the loss needs, of each word of the pairs once, and nothing else."""
    mapping, source, target, pairs = problem
    distinct, others_distinct = (np.unique(column) for column in pairs.T)
    for words, others in ((source[distinct] @ mapping.T, target), (target[others_distinct] @ mapping, source)):
        for start in range(0, len(words), BLOCK_ROWS):
            words[start : start + BLOCK_ROWS] @ others.T


def full_rcsls(mapping: np.ndarray, x: np.ndarray, y: np.ndarray, s: np.ndarray, t: np.ndarray, k: int) -> Result:
    """Return the RCSLS loss and gradient from full score matrices, step by step as align.py takes them.

    Shapes:
        mapping: [D, D]; x, y: [P, D] pairs; s: [V, D] source vocabulary; t: [W, D] target vocabulary.
    """
    mapped = x @ mapping.T
    near_target, forth = full_penalty(mapped @ t.T, t, k)
    near_source, back = full_penalty(((s @ mapping.T) @ y.T).T, s, k)
    value = 2 * np.sum(mapped * y) - forth - back
    gradient = 2 * y.T @ x - near_target.T @ x - (near_source.T @ y).T
    return -value / len(x), -gradient / len(x)


def full_penalty(scores: np.ndarray, vocabulary: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    """Return the sums of each row's nearest words [P, D] and of all their scores, both divided by k."""
    near = np.argpartition(scores, -k, axis=1)[:, -k:]
    return vocabulary[near].sum(axis=1) / k, np.take_along_axis(scores, near, axis=1).sum() / k


def make_problem(*, pairs: int, source_words: int, target_words: int, dimension: int, seed: int) -> Problem:
    """Draw vectors whose translations resemble each other, and pairs that repeat words as a dictionary does."""
    rng = np.random.default_rng(seed)
    topics = rng.normal(size=(200, dimension))
    source = normalize(topics[rng.integers(200, size=source_words)] + rng.normal(size=(source_words, dimension)))
    target = normalize(topics[rng.integers(200, size=target_words)] + rng.normal(size=(target_words, dimension)))
    distinct = round(DISTINCT_SHARE * pairs)
    repeats = rng.integers(distinct, size=(2, pairs - distinct))
    positions = np.concatenate([np.tile(np.arange(distinct), (2, 1)), repeats], axis=1)  # [2, P]
    drawn = rng.permutation(source_words)[positions[0]], rng.permutation(target_words)[positions[1]]
    mapping = np.linalg.qr(rng.normal(size=(dimension, dimension)))[0]
    return Problem(mapping, source, target, np.stack(drawn, axis=1))


def single_precision(problem: Problem) -> Problem:
    """Return a problem as the library keeps vectors."""
    mapping, source, target = (array.astype(np.float32) for array in problem[:3])
    return Problem(mapping, source, target, problem.pairs)


if __name__ == "__main__":
    run(measure, __doc__)
