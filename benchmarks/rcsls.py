"""Time RCSLS against its obvious form, in one run of ``python benchmarks/rcsls.py``.

The obvious form computes every score and sorts every row, in double precision and once a pair, as the equations of
Joulin 2018 stand and as fastText's align.py does it. The pairs have the repetitions of a real dictionary: MUSE's
German-English list has 102,000 pairs of 78,000 source words.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from crosscap.text.alignment import normalize, rcsls

DISTINCT_SHARE = 0.65
Result = tuple[float, np.ndarray]


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


def make_problem(
    *, pairs: int, source_words: int, target_words: int, dimension: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
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


def measure(function: Callable[[], Result]) -> tuple[float, Result]:
    """Return the seconds that a call takes, and its result."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def main() -> None:
    """Run both forms in turn, check that they agree, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--source-words", type=int, default=8_300)
    parser.add_argument("--target-words", type=int, default=10_000)
    parser.add_argument("--dimension", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    options = vars(parser.parse_args())
    repeats = options.pop("repeats")
    double = make_problem(**options, seed=1)
    names = ("mapping", "source_pairs", "target_pairs", "source_vocabulary", "target_vocabulary")
    single = {name: array.astype(np.float32) for name, array in zip(names, double, strict=True)}
    mapping = single.pop("mapping")
    runs = []
    for _ in range(repeats):
        slow, (slow_value, slow_gradient) = measure(lambda: obvious_rcsls(*double, 10))
        fast, (value, gradient) = measure(lambda: rcsls(mapping, **single, neighbours=10))
        runs.append((slow, fast, slow / fast))
    difference = np.abs(gradient - slow_gradient).max() / np.abs(slow_gradient).max()
    slow, fast, ratio = (median(column) for column in zip(*runs, strict=True))
    print(f"{'form':<24}{'seconds':>9}\n{'obvious, float64':<24}{slow:>9.2f}\n{'crosscap, float32':<24}{fast:>9.2f}")
    print(f"ratio {ratio:.1f} (median of {repeats} pairs of runs, {min(r[2] for r in runs):.1f} at least)")
    print(f"value {value:.6f} and {slow_value:.6f}; largest relative difference of the gradient {difference:.1e}")


if __name__ == "__main__":
    main()
