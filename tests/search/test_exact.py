"""The best rows, against a slow loop over every pair, and where scores are equal."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscap.evaluation.similarity import normalise_rows
from crosscap.search.exact import GROUP, best_rows, score_rows, top


def slow_score(query, row, similarity):
    """The score of a pair as its definition has it."""
    if similarity == "cosine":
        return float(np.dot(query.astype(np.float64), row.astype(np.float64)))
    caption, image = (query, row) if similarity == "order" else (row, query)
    return -float(sum(max(0.0, float(c) - float(i)) ** 2 for c, i in zip(caption, image, strict=True)))


def vectors(count, *, seed, width=6):
    return normalise_rows(np.random.default_rng(seed).normal(size=(count, width)))


@pytest.mark.parametrize("similarity", ["cosine", "order", "order_images"])
def test_scores_are_those_of_a_slow_loop(similarity):
    queries, matrix = vectors(3, seed=1), vectors(50, seed=2)
    expected = [[slow_score(query, row, similarity) for row in matrix] for query in queries]
    np.testing.assert_allclose(score_rows(queries, matrix, similarity=similarity), expected, atol=1e-6)


def test_order_scores_by_eye():
    caption, image = np.array([[0.6, 0.8]], np.float32), np.array([[1.0, 0.0]], np.float32)
    assert score_rows(caption, image, similarity="order")[0, 0] == pytest.approx(-0.64)  # only 0.8 - 0 is too much
    assert score_rows(image, caption, similarity="order")[0, 0] == pytest.approx(-0.16)  # only 1 - 0.6
    assert score_rows(image, caption, similarity="order_images")[0, 0] == pytest.approx(-0.64)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(1, 50))
def test_the_best_come_first_and_equal_ones_in_their_order(values, k):
    best = top(np.array(values, dtype=np.float32), k)
    expected = sorted(range(len(values)), key=lambda row: (-values[row], row))[:k]
    assert best.rows.tolist() == expected
    assert best.scores.tolist() == [values[row] for row in expected]


@pytest.mark.parametrize("highest", [1, 50, 10**6])  # how many scores are equal
@pytest.mark.parametrize("count", [3 * GROUP - 1, 3 * GROUP, 5 * GROUP + 7])
def test_the_best_of_many_are_those_of_all_sorted(count, highest):
    scores = np.random.default_rng(count).integers(0, highest, count).astype(np.float32)
    scores[-1] = highest  # behind the last whole group
    best = top(scores, 3)
    expected = np.argsort(-scores, kind="stable")[:3]
    assert best.rows.tolist() == expected.tolist()
    assert best.scores.tolist() == scores[expected].tolist()


@pytest.mark.parametrize("similarity", ["cosine", "order"])
def test_equal_rows_score_equally_wherever_they_stand_and_whoever_else_asks(similarity):
    matrix = vectors(3000, seed=3, width=129)
    matrix[[7, 1500, 2999]] = matrix[42]
    queries = vectors(5, seed=4, width=129)
    queries[2] = matrix[42]
    together = best_rows(queries, matrix, similarity=similarity, k=4)
    alone = best_rows(queries[2:3], matrix, similarity=similarity, k=4)[0]
    assert together[2].rows.tolist() == alone.rows.tolist() == [7, 42, 1500, 2999]
    assert len(set(alone.scores.tolist())) == 1
    assert together[2].scores.tolist() == alone.scores.tolist()


def test_more_than_there_are_gives_all_and_fewer_than_one_is_refused():
    matrix = vectors(4, seed=5)
    assert len(best_rows(matrix[:1], matrix, similarity="cosine", k=10**9)[0].rows) == 4
    assert len(best_rows(matrix[:1], matrix[:0], similarity="cosine", k=3)[0].rows) == 0
    with pytest.raises(ValueError, match="k is 0"):
        best_rows(matrix[:1], matrix, similarity="cosine", k=0)


def test_many_threads_get_the_answers_of_one():
    matrix, queries = vectors(2000, seed=6, width=32), vectors(40, seed=7, width=32)
    expected = best_rows(queries, matrix, similarity="order", k=5)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda query: best_rows(query[None], matrix, similarity="order", k=5)[0], queries))
    for one, other in zip(found, expected, strict=True):
        assert one.rows.tolist() == other.rows.tolist()
        assert one.scores.tolist() == other.scores.tolist()
