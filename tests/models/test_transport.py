"""The alignment of words by optimal transport."""

from itertools import permutations
from math import exp, log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscap.models.transport import sinkhorn, word_alignment_loss


def numbers(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def uniform(problems, size):
    return torch.full((problems, size), 1 / size, dtype=torch.float64)


def transport(cost, *, epsilon=0.05, iterations=500):
    """Align with all words weighing the same."""
    problems, rows, columns = cost.shape
    return sinkhorn(
        cost,
        first_weights=uniform(problems, rows),
        second_weights=uniform(problems, columns),
        epsilon=epsilon,
        iterations=iterations,
    )


def slow_plan(cost, epsilon, iterations):
    """Scale the rows and then the columns of the kernel in turn, without logarithms."""
    rows, columns = len(cost), len(cost[0])
    plan = [[exp(-value / epsilon) for value in row] for row in cost]
    for _ in range(iterations):
        plan = [[value / sum(row) / rows for value in row] for row in plan]
        totals = [sum(row[n] for row in plan) for n in range(columns)]
        plan = [[value / totals[n] / columns for n, value in enumerate(row)] for row in plan]
    return plan


def slow_loss(first, second, epsilon, iterations, temperature):
    """Average the cross-entropy of the words of one caption pair in both directions, on plain lists of unit vectors."""
    cosines = [[sum(x * y for x, y in zip(a, b, strict=True)) for b in second] for a in first]
    plan = slow_plan([[1 - value for value in row] for row in cosines], epsilon, iterations)
    loss = 0.0
    for masses, likes in ((plan, cosines), (list(zip(*plan, strict=True)), list(zip(*cosines, strict=True)))):
        for mass, like in zip(masses, likes, strict=True):
            total = sum(exp(value / temperature) for value in like)
            guesses = [value / temperature - log(total) for value in like]
            loss -= sum(m / sum(mass) * guess for m, guess in zip(mass, guesses, strict=True)) / len(masses)
    return loss


def alignment(first, second, first_lengths, second_lengths, *, epsilon=0.05, iterations=30, temperature=0.07):
    return word_alignment_loss(
        first,
        second,
        first_lengths=torch.tensor(first_lengths),
        second_lengths=torch.tensor(second_lengths),
        epsilon=epsilon,
        iterations=iterations,
        temperature=temperature,
    )


def test_plan_by_eye():
    # two words each, the matched ones at no cost: each takes e^10 / (e^10 + 1) of its half along
    plan = transport(torch.tensor([[[0.0, 1.0], [1.0, 0.0]]], dtype=torch.float64), epsilon=0.1)
    matched, other = 0.5 / (1 + exp(-10)), 0.5 / (1 + exp(10))
    assert plan[0].flatten().tolist() == pytest.approx([matched, other, other, matched])


def test_plan_equals_the_slow_version():
    cost = numbers(3, 4, 6).abs()
    plan = transport(cost, epsilon=0.3, iterations=7)
    for problem in range(3):
        slow = torch.tensor(slow_plan(cost[problem].tolist(), 0.3, 7), dtype=torch.float64)
        torch.testing.assert_close(plan[problem], slow)


@settings(max_examples=25)
@given(seed=st.integers(0, 1000), rows=st.integers(1, 6), columns=st.integers(1, 6), scale=st.floats(0.01, 0.5))
def test_marginals(seed, rows, columns, scale):
    first, second = numbers(2, rows, seed=seed).softmax(1), numbers(2, columns, seed=seed + 1).softmax(1)
    cost = numbers(2, rows, columns, seed=seed + 2).sigmoid() * scale
    plan = sinkhorn(cost, first_weights=first, second_weights=second, epsilon=0.2, iterations=500)
    assert (plan >= 0).all()
    torch.testing.assert_close(plan.sum(dim=2), first, atol=1e-5, rtol=0)
    torch.testing.assert_close(plan.sum(dim=1), second)


@pytest.mark.parametrize("seed", range(3))
def test_symmetric(seed):
    cost = numbers(1, 3, 5, seed=seed).sigmoid()
    torch.testing.assert_close(
        transport(cost, epsilon=0.2), transport(cost.transpose(1, 2), epsilon=0.2).transpose(1, 2), atol=1e-5, rtol=0
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_smaller_epsilon_pays_less_and_approaches_the_best_assignment(seed):
    cost = numbers(1, 4, 4, seed=seed).sigmoid()
    best = min(sum(float(cost[0, m, n]) for m, n in enumerate(order)) for order in permutations(range(4)))
    epsilons = (1.0, 0.1, 0.02)
    paid = [4 * float((transport(cost, epsilon=epsilon, iterations=2000) * cost).sum()) for epsilon in epsilons]
    assert paid == sorted(paid, reverse=True)
    for epsilon, price in zip(
        epsilons, paid, strict=True
    ):  # the entropy of a plan and of an assignment are log 4 apart
        assert best - 1e-6 <= price <= best + 4 * epsilon * log(4)


def test_the_best_assignment_is_found():
    # the first word's cheapest counterpart must be left to the second
    cost = torch.tensor([[0.0, 0.1, 0.9], [0.1, 0.7, 0.8], [0.8, 0.6, 0.3]], dtype=torch.float64)
    order = min(permutations(range(3)), key=lambda order: sum(float(cost[m, n]) for m, n in enumerate(order)))
    assert order == (1, 0, 2)
    plan = 3 * transport(cost[None], epsilon=0.02)[0]
    torch.testing.assert_close(plan, torch.eye(3, dtype=torch.float64)[list(order)], atol=5e-3, rtol=0)


def test_a_tiny_epsilon_does_not_underflow():
    plan = sinkhorn(
        torch.tensor([[[1.0, 2.0], [2.0, 1.0]]]),  # exp(-1 / 0.001) is zero in any precision
        first_weights=torch.full((1, 2), 0.5),
        second_weights=torch.full((1, 2), 0.5),
        epsilon=0.001,
        iterations=10,
    )
    assert plan[0].flatten().tolist() == pytest.approx([0.5, 0, 0, 0.5])


def test_what_weighs_nothing_gets_nothing():
    cost = numbers(2, 3, 4).sigmoid().requires_grad_()
    first = torch.tensor([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]], dtype=torch.float64)
    second = torch.tensor([[0.0, 0.5, 0.25, 0.25], [1.0, 0.0, 0.0, 0.0]], dtype=torch.float64)
    plan = sinkhorn(cost, first_weights=first, second_weights=second, epsilon=0.1, iterations=200)
    assert plan[0, 2].tolist() == [0, 0, 0, 0]
    assert plan[0, :, 0].tolist() == [0, 0, 0]
    torch.testing.assert_close(plan[1, :, 0], first[1])  # all there is goes to the only word
    alone = sinkhorn(
        cost[:1, :2, 1:], first_weights=first[:1, :2], second_weights=second[:1, 1:], epsilon=0.1, iterations=200
    )
    torch.testing.assert_close(plan[:1, :2, 1:], alone)
    (plan * cost).sum().backward()
    assert cost.grad.isfinite().all()


def test_alignment_by_eye():
    # each word has its like at cosine 1 and the other at 0: nearly all mass on it, and its softmax is e / (e + 1)
    words = torch.eye(2)[None]
    loss = alignment(words, words, [2], [2], temperature=1.0)
    assert float(loss) == pytest.approx(2 * log(1 + exp(-1)), rel=1e-4)
    # a caption of one word: its row of the plan is spread evenly over two others, which find nothing but it
    assert float(alignment(words[:, :1], words, [1], [2], temperature=1.0)) == pytest.approx(log(1 + exp(-1)) + 0.5)


def test_alignment_equals_the_slow_version():
    first, second = numbers(3, 5, 4), numbers(3, 6, 4, seed=1)
    first_lengths, second_lengths = [5, 1, 3], [2, 6, 4]
    loss = alignment(first, second, first_lengths, second_lengths, epsilon=0.2, iterations=5, temperature=0.3)
    units = [torch.nn.functional.normalize(states, dim=2) for states in (first, second)]
    slow = [
        slow_loss(units[0][pair, :rows].tolist(), units[1][pair, :columns].tolist(), 0.2, 5, 0.3)
        for pair, (rows, columns) in enumerate(zip(first_lengths, second_lengths, strict=True))
    ]
    assert float(loss) == pytest.approx(sum(slow) / 3)


@pytest.mark.parametrize("filler", [0.0, 7.0, 1e4])
def test_padding_changes_nothing(filler):
    first, second = numbers(3, 5, 4), numbers(3, 6, 4, seed=1)
    padded = [torch.cat([states, torch.full((3, 4, 4), filler)], dim=1).requires_grad_() for states in (first, second)]
    loss = alignment(*padded, [5, 1, 3], [2, 6, 4])
    loss.backward()
    assert float(loss.detach()) == pytest.approx(float(alignment(first, second, [5, 1, 3], [2, 6, 4])))
    assert padded[0].grad[1, 1:].abs().sum() == 0
    assert padded[1].grad[0, 2:].abs().sum() == 0
    assert padded[0].grad.isfinite().all()
    assert padded[1].grad.isfinite().all()


def test_alignment_is_the_same_both_ways():
    first, second = numbers(2, 3, 4), numbers(2, 5, 4, seed=1)
    one = alignment(first, second, [3, 2], [5, 4], iterations=1000, epsilon=0.2)
    other = alignment(second, first, [5, 4], [3, 2], iterations=1000, epsilon=0.2)
    assert float(one) == pytest.approx(float(other))


def test_lengths_beyond_the_states_count_as_all_of_them():
    first, second = numbers(2, 3, 4), numbers(2, 5, 4, seed=1)
    cut = alignment(first, second, [9, 3], [5, 8])
    assert float(cut) == float(alignment(first, second, [3, 3], [5, 5]))


def test_the_plan_is_taken_as_given():
    first, second = numbers(1, 3, 4).requires_grad_(), numbers(1, 3, 4, seed=1)
    alignment(first, second, [3], [3], epsilon=0.3, iterations=50, temperature=0.3).backward()
    units = [torch.nn.functional.normalize(states, dim=2) for states in (first, second)]
    cosines = units[0] @ units[1].transpose(1, 2)
    plan = transport(1 - cosines.detach(), epsilon=0.3, iterations=50)
    logits = cosines / 0.3
    given_plan = -(plan * (logits.log_softmax(dim=2) + logits.log_softmax(dim=1))).sum()  # its rows sum to 1/3 each
    (expected,) = torch.autograd.grad(given_plan, first)
    torch.testing.assert_close(first.grad, expected, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_equal_words_have_a_finite_gradient(value):
    first, second = torch.full((2, 3, 4), value, requires_grad=True), torch.full((2, 4, 4), value, requires_grad=True)
    loss = alignment(first, second, [3, 1], [4, 2])
    loss.backward()
    assert float(loss.detach()) == pytest.approx((log(3) + log(4) + log(2)) / 2)  # chance, in each direction
    assert first.grad.isfinite().all()
    assert second.grad.isfinite().all()
