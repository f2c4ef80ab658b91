"""Ranks: by eye, against a slow loop, ties, constants, permutations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscap.evaluation import ranking
from crosscap.evaluation.counting import count_others
from crosscap.evaluation.ranking import mutual_ranks

SIMILARITIES = ["cosine", "order", "order_symmetric"]


def slow_score(x: np.ndarray, y: np.ndarray, similarity: str) -> float:
    x, y = x.astype(np.float64), y.astype(np.float64)
    if similarity == "cosine":
        lengths = float(np.linalg.norm(x) * np.linalg.norm(y))
        return float(x @ y) / lengths if lengths else 0.0
    one = -float((np.maximum(0, x - y) ** 2).sum())
    other = -float((np.maximum(0, y - x) ** 2).sum())
    return one if similarity == "order" else (one + other) / 2


def slow_ranks(scores: np.ndarray, groups_a: np.ndarray, groups_b: np.ndarray) -> tuple[list[int], list[int]]:
    optimistic, pessimistic = [], []
    for row, group in zip(scores, groups_a, strict=True):
        own = [score for score, other in zip(row, groups_b, strict=True) if other == group]
        others = [score for score, other in zip(row, groups_b, strict=True) if other != group]
        best = max(own, default=np.nan)
        optimistic.append(sum(score > best + 1e-5 for score in others) if own else -1)
        pessimistic.append(sum(score >= best - 1e-5 for score in others) if own else -1)
    return optimistic, pessimistic


def random_sides(seed: int, *, a: int, b: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Vectors of few small integers, so that many scores tie exactly, and groups that some items are alone in."""
    generator = np.random.default_rng(seed)
    vectors = generator.integers(-1, 2, size=(a + b, 4)).astype(np.float32)
    groups = generator.integers(0, max(a, b) // 2 + 1, size=a + b)
    return vectors[:a], vectors[a:], groups[:a], groups[a:]


def test_ranks_by_eye() -> None:
    images = np.array([[1.0, 0.0], [0.0, 1.0]])
    captions = np.array([[1.0, 0.1], [0.1, 1.0], [1.0, 0.2]])  # the second is of image x but looks like image y
    of_captions, of_images = mutual_ranks(
        captions, images, groups_a=np.array(["x", "x", "y"]), groups_b=np.array(["x", "y"]), similarity="cosine"
    )
    assert of_captions.pessimistic.tolist() == [0, 1, 1]
    assert of_images.pessimistic.tolist() == [0, 1]


def test_own_scores_count_for_nobody_beside_queries_without_own_items() -> None:
    scores = np.array([[0.15, 0.1], [0.2, 0.3]], np.float32)  # only the first row and the first column belong together
    own = np.array([[0, 1], [0, 0]])
    thresholds = np.array([[0.16, -np.inf], [0.14, -np.inf]], np.float32)
    of_rows, of_columns = np.zeros((2, 2), np.int32), np.zeros((2, 2), np.int32)
    count_others(scores.copy(), own, thresholds, thresholds, of_rows, of_columns)
    assert of_rows[:, 0].tolist() == [0, 0]  # 0.1 does not reach 0.14
    assert of_columns[:, 0].tolist() == [1, 1]  # 0.2 passes 0.16
    assert of_columns[:, 1].tolist() == [2, 2]  # of no use: it has no rank
    ranks = ranking._ranks(of_columns, np.array([0.15, -np.inf], np.float32), order=np.arange(2))
    assert ranks.optimistic.tolist() == ranks.pessimistic.tolist() == [1, -1]


def test_a_finite_threshold_is_reached_by_no_own_score() -> None:
    scores, own = np.zeros((1, 3), np.float32), np.array([[0, 2]])
    lowest = np.full((2, 3), np.finfo(np.float32).min)
    of_rows, of_columns = np.zeros((2, 1), np.int32), np.zeros((2, 3), np.int32)
    count_others(scores, own, lowest[:, :1].copy(), lowest, of_rows, of_columns)
    assert of_rows.tolist() == [[1], [1]]
    assert of_columns.tolist() == [[0, 0, 1], [0, 0, 1]]


def test_order_takes_the_first_side_as_the_general_one() -> None:
    captions = np.array([[0.1, 0.1], [0.5, 0.5]])
    images = np.array([[0.4, 0.4], [0.9, 0.9]])
    groups = np.array([0, 1])
    ranks, _ = mutual_ranks(captions, images, groups_a=groups, groups_b=groups, similarity="order")
    assert ranks.optimistic.tolist() == [0, 0]
    assert ranks.pessimistic.tolist() == [1, 0]  # the first caption lies below both images: a tie at zero
    swapped, _ = mutual_ranks(images, captions, groups_a=groups, groups_b=groups, similarity="order")
    assert swapped.optimistic.tolist() == [1, 0]


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("seed", range(4))
def test_ranks_equal_a_slow_loop(similarity: str, seed: int) -> None:
    a, b, groups_a, groups_b = random_sides(seed, a=23, b=31)
    scores = np.array([[slow_score(x, y, similarity) for y in b] for x in a])
    ranks_a, ranks_b = mutual_ranks(a, b, groups_a=groups_a, groups_b=groups_b, similarity=similarity)
    expected_a, expected_b = slow_ranks(scores, groups_a, groups_b), slow_ranks(scores.T, groups_b, groups_a)
    assert (ranks_a.optimistic.tolist(), ranks_a.pessimistic.tolist()) == expected_a
    assert (ranks_b.optimistic.tolist(), ranks_b.pessimistic.tolist()) == expected_b


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_many_blocks_equal_one_dense_computation(similarity: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "BLOCK_A", 600)  # more than a thread counts at once
    monkeypatch.setattr(ranking, "BLOCK_B", 70)
    generator = np.random.default_rng(5)
    groups_b = generator.permutation(300)
    groups_a = generator.permutation(np.repeat(np.arange(300), 5))  # some lie in two blocks
    images = generator.standard_normal((300, 20)).astype(np.float32)
    captions = (images[np.argsort(groups_b)][groups_a] + generator.standard_normal((1500, 20))).astype(np.float32)
    if similarity == "cosine":
        scores = captions @ images.T / np.outer(np.linalg.norm(captions, axis=1), np.linalg.norm(images, axis=1))
    else:
        violations = captions[:, None] - images  # [C, N, E]
        scores = -(np.maximum(violations, 0) ** 2).sum(axis=2)
        if similarity == "order_symmetric":
            scores = (scores - (np.maximum(-violations, 0) ** 2).sum(axis=2)) / 2
    same = groups_a[:, None] == groups_b
    best = np.where(same, scores, -np.inf).max(axis=1, keepdims=True)
    best_image = np.where(same, scores, -np.inf).max(axis=0)
    ranks, of_images = mutual_ranks(captions, images, groups_a=groups_a, groups_b=groups_b, similarity=similarity)
    longest = max(float((rows**2).sum(axis=1).max()) for rows in (captions, images))
    tied = 1e-6 * (1 if similarity == "cosine" else longest)  # of so many scores a few lie that near
    assert np.array_equal(ranks.pessimistic, ((scores >= best - tied) & ~same).sum(axis=1))
    assert np.array_equal(of_images.pessimistic, ((scores >= best_image - tied) & ~same).sum(axis=0))


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("value", [0.0, 0.3, 37.2])
def test_constant_embeddings_rank_last_not_first(similarity: str, value: float) -> None:
    groups = np.arange(700)
    constant = np.full((700, 33), value)
    for ranks in mutual_ranks(constant, constant, groups_a=groups, groups_b=groups, similarity=similarity):
        assert (ranks.pessimistic == 699).all()
        assert (ranks.optimistic == 0).all()


def test_swapped_sides_swap_the_ranks() -> None:
    a, b, _, _ = random_sides(1, a=40, b=40)
    groups = np.arange(40)
    for similarity in ("cosine", "order_symmetric"):
        one, other = mutual_ranks(a, b, groups_a=groups, groups_b=groups, similarity=similarity)
        other_swapped, one_swapped = mutual_ranks(b, a, groups_a=groups, groups_b=groups, similarity=similarity)
        assert np.array_equal(one.pessimistic, one_swapped.pessimistic)
        assert np.array_equal(other.optimistic, other_swapped.optimistic)


@given(seed=st.integers(0, 1000), similarity=st.sampled_from(SIMILARITIES))
@settings(max_examples=25, deadline=None)
def test_order_of_queries_and_gallery_does_not_matter(seed: int, similarity: str) -> None:
    a, b, groups_a, groups_b = random_sides(seed, a=17, b=29)
    generator = np.random.default_rng(seed)
    shuffle_a, shuffle_b = generator.permutation(17), generator.permutation(29)
    ranks_a, ranks_b = mutual_ranks(a, b, groups_a=groups_a, groups_b=groups_b, similarity=similarity)
    shuffled_a, shuffled_b = mutual_ranks(
        a[shuffle_a],
        b[shuffle_b],
        groups_a=groups_a[shuffle_a],
        groups_b=groups_b[shuffle_b],
        similarity=similarity,
    )
    assert np.array_equal(ranks_a.pessimistic[shuffle_a], shuffled_a.pessimistic)
    assert np.array_equal(ranks_b.optimistic[shuffle_b], shuffled_b.optimistic)


def test_order_symmetric_ranks_normalised_embeddings_as_the_cosine_does() -> None:
    generator = np.random.default_rng(2)
    a, b = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in generator.standard_normal((2, 50, 16)))
    groups = np.arange(50)
    by_order, _ = mutual_ranks(a, b, groups_a=groups, groups_b=groups, similarity="order_symmetric")
    by_cosine, _ = mutual_ranks(a, b, groups_a=groups, groups_b=groups, similarity="cosine")
    assert np.array_equal(by_order.pessimistic, by_cosine.pessimistic)


def test_an_empty_gallery_leaves_queries_without_a_rank() -> None:
    ranks, none = mutual_ranks(
        np.ones((2, 3)), np.ones((0, 3)), groups_a=np.array([0, 1]), groups_b=np.array([], int), similarity="order"
    )
    assert ranks.pessimistic.tolist() == [-1, -1]
    assert len(none.optimistic) == 0


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(value: float) -> None:
    broken = np.ones((4, 3))
    broken[2, 1] = value
    groups = np.arange(4)
    with pytest.raises(ValueError, match="1 of 4 embeddings in b hold NaN or infinity, first in row 2"):
        mutual_ranks(np.ones((4, 3)), broken, groups_a=groups, groups_b=groups, similarity="cosine")


def test_mistaken_calls_are_named() -> None:
    ones, groups = np.ones((4, 3)), np.arange(4)
    with pytest.raises(ValueError, match="'dot' is unknown; choose one of cosine, order"):
        mutual_ranks(ones, ones, groups_a=groups, groups_b=groups, similarity="dot")
    with pytest.raises(ValueError, match="4 rows in b but 3 groups"):
        mutual_ranks(ones, ones, groups_a=groups, groups_b=groups[:3], similarity="cosine")
    with pytest.raises(ValueError, match=r"shapes \(4, 3\) and \(4, 2\)"):
        mutual_ranks(ones, ones[:, :2], groups_a=groups, groups_b=groups, similarity="cosine")
