"""The alignment loss RCSLS and its gradient against their obvious form, and the neighbours in it against FAISS.

The obvious form computes every score and sorts every row, in double precision and once a pair, as the equations of
Joulin 2018 stand and as fastText's align.py does it. The pairs have the repetitions of a real dictionary: MUSE's
German-English list has 102,000 pairs of 78,000 source words. The limit is the scores alone, blocks of a matrix product.
"""

from __future__ import annotations

from collections.abc import Callable

import faiss
import numpy as np
from measuring import TIMES, Curve, Figure, Found, megabytes_of, run, seconds_in_turn

from crosscap.text.alignment import normalize, rcsls
from crosscap.text.neighbours import BLOCK_ROWS, neighbour_sums

DISTINCT_SHARE = 0.65
NEIGHBOURS, DIMENSION = 10, 300
WORDS, QUERIES = 200_000, 1024
GROWTH = (10_000, 30_000, 100_000, 300_000, 1_000_000)
Result = tuple[float, np.ndarray]
Problem = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def measure() -> Found:
    """Compare at the size of AME's vocabularies, and follow the costs to a million words."""
    problem = make_problem(pairs=10_000, source_words=8_300, target_words=10_000, dimension=DIMENSION, seed=1)
    single = single_precision(problem)
    seconds = seconds_in_turn(
        {
            "obvious": lambda: obvious_rcsls(*problem, NEIGHBOURS),
            "ours": lambda: our_rcsls(single),
            "scores": lambda: score(single),
        },
        rounds=3,
    )
    slow, fast = obvious_rcsls(*problem, NEIGHBOURS)[1], our_rcsls(single)[1]
    difference = float(np.abs(fast - slow).max() / np.abs(slow).max())
    path = "RCSLS and its gradient, 10,000 pairs, 8,300 x 10,000 words"
    return Found(
        [
            Figure(path, "fastText's align.py in NumPy", seconds["obvious"] / seconds["ours"], TIMES, 8),
            Figure("its gradient", "the same", difference, "of the largest number apart", 1e-6, "at most"),
            Figure(path, "its scores alone", seconds["ours"] / seconds["scores"], "of the time"),
            *large(),
        ],
        [growth()],
    )


def large() -> list[Figure]:
    """Compare the neighbours among 200,000 words with FAISS's, and weigh RCSLS on two vocabularies of that size."""
    mapping, pairs, others, source, target = single_precision(
        make_problem(pairs=10_000, source_words=WORDS, target_words=WORDS, dimension=DIMENSION, seed=2)
    )
    index = faiss.IndexFlatIP(DIMENSION)
    index.add(target)
    queries = source[:QUERIES] @ mapping.T
    seconds = seconds_in_turn(
        {
            "ours": lambda: neighbour_sums(queries, target, NEIGHBOURS),
            "FAISS": lambda: target[index.search(queries, NEIGHBOURS)[1]].sum(axis=1),
        },
        rounds=2,
    )
    some = pairs[:QUERIES], others[:QUERIES]
    memory = megabytes_of(lambda: our_rcsls((mapping, *some, source, target)))
    size = f"{WORDS:,} x {WORDS:,} words"
    whole = WORDS / QUERIES * seconds["ours"]
    timed = f"timed with {QUERIES:,} of the words; {whole:.0f} s for all"
    return [
        Figure(f"neighbours, {size}", "FAISS, IndexFlatIP", seconds["FAISS"] / seconds["ours"], TIMES, detail=timed),
        Figure(f"memory of RCSLS, {size}, beside them", "nothing", memory, "MB", detail=f"{QUERIES:,} pairs"),
    ]


def growth() -> Curve:
    """Follow RCSLS of 500 pairs as both vocabularies grow."""
    words = np.random.default_rng(3).standard_normal((max(GROWTH), DIMENSION), dtype=np.float32)
    words /= np.linalg.norm(words, axis=1, keepdims=True)
    mapping, pairs = np.eye(DIMENSION, dtype=np.float32), words[:500]

    def of(size: int) -> Callable[[], Result]:
        return lambda: our_rcsls((mapping, pairs, pairs, words[:size], words[:size]))

    costs = seconds_in_turn({str(size): of(size) for size in GROWTH}, rounds=1)
    return Curve("RCSLS of 500 pairs", "words of each language", GROWTH, list(costs.values()), "s", 1)


def our_rcsls(problem: Problem) -> Result:
    """Return the library's loss and gradient."""
    mapping, source_pairs, target_pairs, source, target = problem
    words = {"source_pairs": source_pairs, "target_pairs": target_pairs}
    return rcsls(mapping, **words, source_vocabulary=source, target_vocabulary=target, neighbours=NEIGHBOURS)


def score(problem: Problem) -> None:
    """Compute the scores that the loss needs, of each word of the pairs once, and nothing else."""
    mapping, source_pairs, target_pairs, source, target = problem
    for words, others in ((source_pairs @ mapping.T, target), (target_pairs @ mapping, source)):
        for start in range(0, round(DISTINCT_SHARE * len(words)), BLOCK_ROWS):
            words[start : start + BLOCK_ROWS] @ others.T


def obvious_rcsls(mapping: np.ndarray, x: np.ndarray, y: np.ndarray, s: np.ndarray, t: np.ndarray, k: int) -> Result:
    """Return the RCSLS loss and gradient from full score matrices.

    Shapes:
        mapping: [D, D]; x, y: [P, D] pairs; s: [V, D] source vocabulary; t: [W, D] target vocabulary.
    """
    mapped, count = x @ mapping.T, len(x)
    target_scores = mapped @ t.T  # [P, W]
    source_scores = y @ (s @ mapping.T).T  # [P, V]
    near_target = np.argpartition(target_scores, -k, axis=1)[:, -k:]  # [P, K]
    near_source = np.argpartition(source_scores, -k, axis=1)[:, -k:]
    value = (
        2 * np.sum(mapped * y)
        - np.take_along_axis(target_scores, near_target, axis=1).sum() / k
        - np.take_along_axis(source_scores, near_source, axis=1).sum() / k
    )
    gradient = (
        2 * y.T @ x
        - t[near_target.ravel()].T @ np.repeat(x, k, axis=0) / k
        - np.repeat(y, k, axis=0).T @ s[near_source.ravel()] / k
    )
    return -value / count, -gradient / count


def make_problem(*, pairs: int, source_words: int, target_words: int, dimension: int, seed: int) -> Problem:
    """Draw vectors whose translations resemble each other, and pairs that repeat words as a dictionary does."""
    rng = np.random.default_rng(seed)
    topics = rng.normal(size=(200, dimension))
    source = normalize(topics[rng.integers(200, size=source_words)] + rng.normal(size=(source_words, dimension)))
    target = normalize(topics[rng.integers(200, size=target_words)] + rng.normal(size=(target_words, dimension)))
    distinct = round(DISTINCT_SHARE * pairs)
    repeats = rng.integers(distinct, size=(2, pairs - distinct))
    positions = np.concatenate([np.tile(np.arange(distinct), (2, 1)), repeats], axis=1)  # [2, P]
    first, second = rng.permutation(source_words)[positions[0]], rng.permutation(target_words)[positions[1]]
    mapping = np.linalg.qr(rng.normal(size=(dimension, dimension)))[0]
    return mapping, source[first], target[second], source, target


def single_precision(problem: Problem) -> Problem:
    """Return a problem as the library keeps vectors."""
    mapping, x, y, s, t = (array.astype(np.float32) for array in problem)
    return mapping, x, y, s, t


if __name__ == "__main__":
    run(measure, __doc__)
