"""Procrustes and RCSLS."""

import numpy as np
import pytest

from crosscap.faults import InputError
from crosscap.text import neighbours
from crosscap.text.alignment import align, nearest_orthogonal, procrustes, rcsls
from crosscap.text.normalize import normalize


def slow_rcsls(mapping, x, y, source, target, k):
    """The loss and its gradient as Joulin 2018 writes them, pair by pair and neighbour by neighbour."""
    value, gradient = 0.0, np.zeros_like(mapping)
    for x_p, y_p in zip(x, y, strict=True):
        value += 2 * (mapping @ x_p) @ y_p
        gradient += 2 * np.outer(y_p, x_p)
        for near in sorted(target, key=lambda t: -(mapping @ x_p) @ t)[:k]:
            value -= (mapping @ x_p) @ near / k
            gradient -= np.outer(near, x_p) / k
        for near in sorted(source, key=lambda s: -(mapping @ s) @ y_p)[:k]:
            value -= (mapping @ near) @ y_p / k
            gradient -= np.outer(y_p, near) / k
    return -value / len(x), -gradient / len(x)


def problem(*, seed, dtype=np.float64, dimension=7, source_words=60, target_words=50, pairs=40):
    rng = np.random.default_rng(seed)
    source, target = (normalize(rng.normal(size=(n, dimension))).astype(dtype) for n in (source_words, target_words))
    # Half as many words as pairs, so that many pairs share one.
    chosen = 4 + np.stack([rng.integers(n // 3, size=pairs) for n in (source_words, target_words)], axis=1)
    return rng.normal(size=(dimension, dimension)).astype(dtype), source, target, chosen


def fast_rcsls(mapping, source, target, pairs, k):
    return rcsls(mapping, source=source, target=target, pairs=pairs, neighbours=k)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)])
@pytest.mark.parametrize("seed", range(3))
def test_rcsls_equals_the_slow_form(seed, dtype, tolerance):
    mapping, source, target, pairs = problem(seed=seed, dtype=dtype)
    value, gradient = fast_rcsls(mapping, source, target, pairs, 5)
    slow_value, slow_gradient = slow_rcsls(mapping, source[pairs[:, 0]], target[pairs[:, 1]], source, target, 5)
    assert value == pytest.approx(slow_value, rel=tolerance)
    np.testing.assert_allclose(gradient, slow_gradient, rtol=tolerance, atol=tolerance)
    assert gradient.dtype == dtype


def test_gradient_equals_finite_differences():
    mapping, source, target, pairs = problem(seed=4)
    _, gradient = fast_rcsls(mapping, source, target, pairs, 3)
    for row, column in [(0, 0), (2, 5), (6, 1)]:
        step = np.zeros_like(mapping)
        step[row, column] = 1e-6
        above, below = (fast_rcsls(mapping + sign * step, source, target, pairs, 3)[0] for sign in (1, -1))
        assert gradient[row, column] == pytest.approx((above - below) / 2e-6, abs=1e-7)


def test_rcsls_by_eye():
    plane = np.eye(2)
    # Each word's nearest neighbour is its translation: 2 - 1 - 1 for every pair.
    value, gradient = fast_rcsls(plane, plane, plane, np.array([[0, 0], [1, 1]]), 1)
    assert value == 0.0
    np.testing.assert_array_equal(gradient, 0)
    # Every word is each other's neighbour: 2 - 1/2 - 1/2.
    assert fast_rcsls(plane, plane, plane, np.array([[0, 0], [1, 1]]), 2)[0] == -1.0


@pytest.mark.parametrize("neighbours", [1, 5])
def test_gradient_equals_autograd(neighbours):
    torch = pytest.importorskip("torch")
    mapping, source, target, pairs = problem(seed=12)
    value, gradient = fast_rcsls(mapping, source, target, pairs, neighbours)
    weight = torch.tensor(mapping, requires_grad=True)
    words, others, x, y = map(torch.from_numpy, (source, target, source[pairs[:, 0]], target[pairs[:, 1]]))
    carried = x @ weight.T
    near_target = (carried @ others.T).topk(neighbours, dim=1).values.mean(dim=1)
    near_source = (y @ (words @ weight.T).T).topk(neighbours, dim=1).values.mean(dim=1)
    loss = -(2 * (carried * y).sum(dim=1) - near_target - near_source).mean()
    loss.backward()
    assert value == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, weight.grad.numpy(), rtol=0, atol=1e-10)


def test_when_all_words_are_neighbours_the_penalty_is_the_mean_similarity():
    mapping, source, target, pairs = problem(seed=13, source_words=50)
    value, _ = fast_rcsls(mapping, source, target, pairs, 50)
    carried, y = source[pairs[:, 0]] @ mapping.T, target[pairs[:, 1]]
    penalty = carried @ target.mean(axis=0) + y @ (mapping @ source.mean(axis=0))
    assert value == pytest.approx(-np.mean(2 * (carried * y).sum(axis=1) - penalty), rel=1e-12)


def test_blocks_change_nothing(monkeypatch):
    mapping, source, target, pairs = problem(seed=5)
    whole = fast_rcsls(mapping, source, target, pairs, 4)
    monkeypatch.setattr(neighbours, "BLOCK_ROWS", 3)
    value, gradient = fast_rcsls(mapping, source, target, pairs, 4)
    assert value == pytest.approx(whole[0], rel=1e-12)
    np.testing.assert_allclose(gradient, whole[1], rtol=1e-12, atol=1e-12)


def test_procrustes_recovers_a_rotation():
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.normal(size=(8, 8)))[0]
    x = rng.normal(size=(30, 8))
    np.testing.assert_allclose(procrustes(x, x @ rotation.T), rotation, atol=1e-12)


def test_nearest_orthogonal_is_orthogonal_and_leaves_orthogonal_ones():
    matrix = nearest_orthogonal(np.random.default_rng(1).normal(size=(6, 6)))
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(6), atol=1e-12)
    np.testing.assert_allclose(nearest_orthogonal(matrix), matrix, atol=1e-12)


def test_normalize_keeps_zero_rows():
    np.testing.assert_allclose(normalize(np.array([[3.0, 4.0], [0.0, 0.0]])), [[0.6, 0.8], [0, 0]])


@pytest.mark.parametrize("orthogonal", [True, False])
@pytest.mark.parametrize("learning_rate", [0.1, 1e4])
def test_objective_never_rises_and_belongs_to_the_map(learning_rate, orthogonal):
    _, source, target, pairs = problem(seed=6)
    settings = {"neighbours": 3, "orthogonal": orthogonal, "learning_rate": learning_rate}
    result = align(source, target, pairs=pairs, iterations=8, **settings)
    assert len(result.objective) == 9
    assert all(after <= before for before, after in zip(result.objective, result.objective[1:], strict=False))
    value = fast_rcsls(result.mapping, source[4:], target[4:], pairs - 4, 3)[0]
    assert value == pytest.approx(result.objective[-1], rel=1e-9)
    if orthogonal:
        np.testing.assert_allclose(result.mapping @ result.mapping.T, np.eye(7), atol=1e-9)


def test_steps_that_raise_the_objective_are_undone():
    _, source, target, pairs = problem(seed=7)
    result = align(source, target, pairs=pairs, iterations=2, learning_rate=1e6, neighbours=3, orthogonal=True)
    if result.objective[-1] == result.objective[0]:
        np.testing.assert_array_equal(result.mapping, result.start)
    assert result.objective[-1] <= result.objective[0]


def test_iterations_stop_at_the_smallest_step():
    _, source, target, pairs = problem(seed=8)
    result = align(source, target, pairs=pairs, iterations=50, learning_rate=1e-5, neighbours=3, orthogonal=True)
    assert len(result.objective) == 1
    np.testing.assert_array_equal(result.mapping, result.start)


def test_rcsls_lowers_the_objective_of_noisy_translations():
    rng = np.random.default_rng(9)
    source = rng.normal(size=(80, 6))
    target = source @ np.linalg.qr(rng.normal(size=(6, 6)))[0].T + 0.5 * rng.normal(size=(80, 6))
    pairs = np.stack([np.arange(4, 80)] * 2, axis=1)
    result = align(source, target, pairs=pairs, iterations=10, learning_rate=1.0, neighbours=5, orthogonal=False)
    assert result.objective[-1] < result.objective[0] - 0.01


def test_inputs_are_not_changed():
    _, source, target, pairs = problem(seed=10)
    copies = source.copy(), target.copy()
    align(source, target, pairs=pairs, iterations=2, learning_rate=1.0, neighbours=3, orthogonal=True)
    np.testing.assert_array_equal(source, copies[0])
    np.testing.assert_array_equal(target, copies[1])


@pytest.mark.parametrize(
    ("dimension", "neighbours", "message"),
    [
        (5, 3, "dimension 7 and 5 cannot be aligned"),
        (7, 47, "47 neighbours are asked for, the smaller vocabulary has 46 words"),
    ],
)
def test_unusable_vectors_are_refused(dimension, neighbours, message):
    _, source, target, pairs = problem(seed=11)
    with pytest.raises(InputError, match=message):
        align(
            source,
            target[:, :dimension],
            pairs=pairs,
            iterations=1,
            learning_rate=1.0,
            neighbours=neighbours,
            orthogonal=True,
        )


def test_aligned_vectors_may_start_from_the_identity() -> None:
    random = np.random.default_rng(3)
    vectors = random.normal(size=(30, 4)).astype(np.float32)
    pairs = np.column_stack([np.arange(4, 30), np.arange(4, 30)])
    settings = {"iterations": 0, "learning_rate": 1.0, "neighbours": 2, "orthogonal": True}
    kept = align(vectors, vectors, pairs=pairs, start="identity", **settings)
    assert np.array_equal(kept.mapping, np.eye(4))
