"""Similarities of captions and images."""

import pytest
import torch

from crosscap.models.similarity import cosine_similarity, order_similarity


def slow_order(captions, images, power):
    """Score one pair at a time, straight from the definition."""
    scores = torch.empty(len(captions), len(images))
    for c, caption in enumerate(captions):
        for i, image in enumerate(images):
            violation = sum(max(0.0, float(a - b)) ** 2 for a, b in zip(caption, image, strict=True))
            scores[c, i] = -violation if power == 2 else -(violation**0.5)
    return scores


def test_order_by_eye():
    captions = torch.tensor([[1.0, 0.0], [0.5, 2.0]])
    images = torch.tensor([[1.0, 1.0], [0.0, 0.0]])
    # the first image dominates the first caption; the second caption exceeds it by 1 in one dimension
    assert order_similarity(captions, images).tolist() == [[0.0, -1.0], [-1.0, -4.25]]


def test_order_is_zero_when_the_image_dominates_and_not_when_swapped():
    generator = torch.Generator().manual_seed(0)
    captions = torch.rand(3, 8, generator=generator)
    images = captions + 0.1
    assert order_similarity(captions, images).diagonal().tolist() == [0.0, 0.0, 0.0]
    assert (order_similarity(images, captions).diagonal() < 0).all()


@pytest.mark.parametrize("power", [1, 2])
def test_order_equals_the_slow_version(power):
    generator = torch.Generator().manual_seed(1)
    captions, images = torch.randn(7, 5, generator=generator), torch.randn(4, 5, generator=generator)
    fast = order_similarity(captions, images, power=power)
    torch.testing.assert_close(fast, slow_order(captions, images, power), atol=1e-5, rtol=1e-5)


def test_powers_rank_alike():
    generator = torch.Generator().manual_seed(2)
    captions, images = torch.randn(6, 5, generator=generator), torch.randn(9, 5, generator=generator)
    squared, root = (order_similarity(captions, images, power=power) for power in (2, 1))
    assert torch.equal(squared.argsort(dim=1), root.argsort(dim=1))


def test_order_gradient_is_the_true_one():
    generator = torch.Generator().manual_seed(3)
    captions = torch.randn(5, 4, generator=generator, dtype=torch.float64, requires_grad=True)
    images = torch.randn(3, 4, generator=generator, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(order_similarity, (captions, images))


def test_order_blocks_change_nothing(monkeypatch):
    generator = torch.Generator().manual_seed(4)
    captions = torch.randn(10, 6, generator=generator, requires_grad=True)
    images = torch.randn(4, 6, generator=generator, requires_grad=True)
    whole = order_similarity(captions, images)
    gradients = torch.autograd.grad(whole.sum(), (captions, images))
    monkeypatch.setattr("crosscap.models.similarity.CHUNK_ELEMENTS", 30)  # one caption a block
    blocked = order_similarity(captions, images)
    torch.testing.assert_close(blocked, whole)
    torch.testing.assert_close(torch.autograd.grad(blocked.sum(), (captions, images)), gradients)


@pytest.mark.parametrize("power", [1, 2])
def test_order_gradient_is_finite_without_violation(power):
    point = torch.ones(2, 3, requires_grad=True)
    order_similarity(point, torch.ones(2, 3), power=power).sum().backward()
    assert torch.isfinite(point.grad).all()


@pytest.mark.parametrize("power", [1, 2])
def test_autocast_changes_no_bit_of_order(power):
    torch.manual_seed(0)
    pair = [torch.randn(rows, 8, requires_grad=True) for rows in (5, 4)]
    found = []
    for enabled in (True, False):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled):
            scores = order_similarity(*pair, power=power)
            found.append([scores, *torch.autograd.grad(scores.sum(), pair)])
    assert found[0][0].dtype == torch.float32
    assert all(map(torch.equal, *found))


def test_cosine_by_eye():
    captions, images = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 3.0], [1.0, 1.0]])
    torch.testing.assert_close(cosine_similarity(captions, images), torch.tensor([[0.0, 0.5**0.5]]))
