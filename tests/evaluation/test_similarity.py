"""Scores of all pairs: against a slow loop, and equal for equal rows wherever they stand."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from crosscap.evaluation.similarity import STRIP, normalise_rows, order_scores, order_symmetric_scores


def slow_violation(general: np.ndarray, specific: np.ndarray) -> float:
    return sum(max(0.0, float(x) - float(y)) ** 2 for x, y in zip(general, specific, strict=True))


def drawn(count: int, width: int, *, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, width), dtype=np.float32)


@pytest.mark.parametrize("rows", [0, 1, STRIP + 1])
@pytest.mark.parametrize("columns", [0, 1, 2, 3, 4, 5, 11])
@pytest.mark.parametrize("width", [1, 37])
def test_order_scores_are_those_of_a_slow_loop(rows: int, columns: int, width: int) -> None:
    a, b = drawn(rows, width, seed=1), drawn(columns, width, seed=2)
    expected = [[-slow_violation(x, y) for y in b] for x in a]
    np.testing.assert_allclose(order_scores(a, b), np.reshape(expected, (rows, columns)), rtol=1e-5)


def test_order_symmetric_scores_are_the_mean_of_both_directions() -> None:
    a, b = drawn(5, 9, seed=1), drawn(4, 9, seed=2)
    expected = [[-(slow_violation(x, y) + slow_violation(y, x)) / 2 for y in b] for x in a]
    np.testing.assert_allclose(order_symmetric_scores(a, b), expected, rtol=1e-4)


def test_equal_rows_have_equal_order_scores_wherever_they_stand() -> None:
    a, b = drawn(2 * STRIP + 3, 131, seed=1), drawn(23, 131, seed=2)
    a[:] = a[0]
    b[:] = b[0]
    assert len(np.unique(order_scores(a, b))) == 1
    assert order_scores(a[:1], b[:1])[0, 0] == order_scores(a, b)[0, 0]


def test_normalised_rows_have_length_one_but_for_zeros() -> None:
    rows = normalise_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))
    assert rows.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0.0, 0.0]]
    assert rows.dtype == np.float32


def test_one_thread_scores_as_all_do() -> None:
    a, b = drawn(3 * STRIP + 1, 37, seed=1), drawn(23, 37, seed=2)
    together, threads = order_scores(a, b), numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        assert order_scores(a, b).tobytes() == together.tobytes()
    finally:
        numba.set_num_threads(threads)
