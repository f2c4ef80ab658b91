"""The k largest scores of each row, and the sums of the neighbours they name."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscap.text import neighbours
from crosscap.text.neighbours import nearest_rows, neighbour_sums, top_k


def test_top_k_by_eye():
    scores = np.array([[3.0, 9.0, 1.0, 7.0, 9.0]])
    assert top_k(scores, 3).tolist() == [[1, 4, 3]]
    assert top_k(scores, 8).tolist() == [[1, 4, 3, 0, 2]]


@given(
    st.integers(1, 12),
    st.integers(1, 900),
    st.sampled_from([*range(1, 16), 300]),
    st.integers(0, 2**32),
    st.sampled_from([2, 9, 10_000]),
)
def test_top_k_has_the_largest_scores(rows, columns, k, seed, levels):
    k = min(k, columns)
    scores = np.random.default_rng(seed).integers(levels, size=(rows, columns)).astype(np.float32)  # with ties
    np.testing.assert_array_equal(top_k(scores, k), np.argsort(-scores, axis=1, kind="stable")[:, :k])


def test_top_k_of_scores_that_are_no_numbers():
    assert top_k(np.array([[5.0, -np.inf, -np.inf], [-np.inf, np.inf, -np.inf]]), 2).tolist() == [[0, 1], [1, 0]]
    chosen = top_k(np.full((2, 700), np.nan), 3)
    assert ((chosen >= 0) & (chosen < 700)).all()


def test_sums_equal_a_loop():
    rng = np.random.default_rng(0)
    queries, vocabulary = rng.normal(size=(1100, 4)), rng.normal(size=(300, 4))
    slow = [sum(sorted(vocabulary, key=lambda v: -(query @ v))[:3]) for query in queries[::100]]
    np.testing.assert_allclose(neighbour_sums(queries, vocabulary, 3)[::100], slow)


@pytest.mark.parametrize("words", [1, 4, 7, 299, 300])
def test_blocks_of_the_vocabulary_change_nothing(monkeypatch, words):
    rng = np.random.default_rng(1)
    queries, vocabulary = rng.normal(size=(30, 4)), rng.normal(size=(300, 4))
    slow = np.argsort(queries @ vocabulary.T, axis=1)[:, -5:]
    monkeypatch.setattr(neighbours, "BLOCK_WORDS", words)
    np.testing.assert_array_equal(np.sort(nearest_rows(queries, vocabulary, 5), axis=1), np.sort(slow, axis=1))


@pytest.mark.parametrize(("threads", "rows"), [(1, 64), (2, 64), (3, 7), (3, 1), (2, 10_000)])
def test_threads_and_the_rows_they_rank_change_no_bit(monkeypatch, threads, rows):
    rng = np.random.default_rng(3)
    queries, vocabulary = (rng.normal(size=(n, 5)).astype(np.float32) for n in (700, 900))
    nearest = np.concatenate([nearest_rows(queries[:512], vocabulary, 10), nearest_rows(queries[512:], vocabulary, 10)])
    whole = np.zeros_like(queries)
    for column in nearest.T:
        whole += vocabulary[column]
    monkeypatch.setattr(neighbours, "allowed_threads", lambda: threads)
    monkeypatch.setattr(neighbours, "RANKED_ROWS", rows)
    assert neighbour_sums(queries, vocabulary, 10).tobytes() == whole.tobytes()


def test_memory_does_not_grow_with_the_vocabulary():
    vocabulary = np.random.default_rng(2).normal(size=(200_000, 2)).astype(np.float32)
    block = 4 * neighbours.BLOCK_ROWS * neighbours.BLOCK_WORDS  # bytes; all scores of a block of queries take 12
    tracemalloc.start()
    neighbour_sums(vocabulary[:512], vocabulary, 10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * block
