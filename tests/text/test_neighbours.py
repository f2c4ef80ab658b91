"""The k largest scores of each row, and the sums of the neighbours they name."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crosscap.text.neighbours import neighbour_sums, top_k


def test_top_k_by_eye():
    assert sorted(top_k(np.array([[3.0, 9.0, 1.0, 7.0]]), 2)[0].tolist()) == [1, 3]


@given(
    st.integers(1, 12), st.integers(1, 900), st.integers(1, 15), st.integers(0, 2**32), st.sampled_from([2, 9, 10_000])
)
def test_top_k_has_the_largest_scores(rows, columns, k, seed, levels):
    k = min(k, columns)
    scores = np.random.default_rng(seed).integers(levels, size=(rows, columns)).astype(np.float32)  # with ties
    chosen = top_k(scores, k)
    assert chosen.shape == (rows, k)
    assert all(len(set(row)) == k for row in chosen.tolist())
    np.testing.assert_array_equal(
        np.sort(np.take_along_axis(scores, chosen, axis=1), axis=1), np.sort(scores, axis=1)[:, columns - k :]
    )


def test_sums_equal_a_loop():
    rng = np.random.default_rng(0)
    queries, vocabulary = rng.normal(size=(1100, 4)), rng.normal(size=(300, 4))
    slow = [sum(sorted(vocabulary, key=lambda v: -(query @ v))[:3]) for query in queries[::100]]
    np.testing.assert_allclose(neighbour_sums(queries, vocabulary, 3)[::100], slow)
