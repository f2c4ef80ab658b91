"""The cluster-tightening loss."""

from math import sqrt

import pytest
import torch
from torch.nn import functional

from crosscap.models.losses import mismatched_pairs
from crosscap.models.tightening import tightening_loss

ALL_NEGATIVES = ~torch.eye(2, dtype=torch.bool)


def units(size, seed):
    vectors = torch.randn(size, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return functional.normalize(vectors, dim=1)


def loss_of(images, captions, negatives=ALL_NEGATIVES, **settings):
    settings = {"form": "ratio", "margin": 0.8, "image_weight": 1.0, "text_weight": 1.0, "power": 1} | settings
    return tightening_loss(images, captions, negatives=negatives, **settings)


def distance(one, other):
    return sqrt(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)))


def slow_loss(images, captions, negatives, *, form, margin, image_weight, text_weight, power):
    """Add up the loss of each image, its hardest wrong caption looked for one at a time."""
    loss = 0.0
    for k, (image, right) in enumerate(zip(images, captions, strict=True)):
        others = [captions[q] for q in range(len(captions)) if negatives[q][k]]
        matched = distance(image, right)
        if not others:
            loss += matched if form == "hinge" else 0.0
            continue
        wrong = max(others, key=lambda caption: sum(a * b for a, b in zip(image, caption, strict=True)))
        to_image, to_text = distance(image, wrong), distance(right, wrong)
        if form == "hinge":
            loss += matched + image_weight * max(0, margin - to_image) + text_weight * max(0, margin - to_text)
        else:
            loss += image_weight * matched**power / (to_image**power + 1e-6)
            loss += text_weight * matched**power / (to_text**power + 1e-6)
    return loss


def test_ratio_by_eye():
    # both images are sqrt(2) from their caption; the wrong one is 2 from the image and sqrt(2) from the right caption
    images = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    captions = torch.tensor([[0.0, 1.0], [-1.0, 0.0]])
    # image 0: d(i,t) sqrt 2, d(i,w) 2, d(t,w) sqrt 2; image 1: d(i,t) 2, d(i,w) sqrt 2, d(t,w) sqrt 2
    expected = (sqrt(2) / 2 + 1) + (sqrt(2) + sqrt(2))
    assert float(loss_of(images, captions)) == pytest.approx(expected, rel=1e-5)
    expected = (2 / 4 + 3 * 1) + (2 + 3 * 2)
    assert float(loss_of(images, captions, power=2, text_weight=3.0)) == pytest.approx(expected, rel=1e-5)


def test_hinge_by_eye():
    images = captions = torch.tensor([[1.0, 0.0], [0.0, 1.0]])  # all at home, the others sqrt(2) away
    assert float(loss_of(images, captions, form="hinge")) == pytest.approx(0, abs=1e-5)
    loss = loss_of(images, captions, form="hinge", margin=2.0, image_weight=0.5, text_weight=0.25)
    assert float(loss) == pytest.approx(2 * 0.75 * (2 - sqrt(2)), rel=1e-5)


@pytest.mark.parametrize("form", ["ratio", "hinge"])
@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("same_image_negatives", [False, True])
def test_equals_the_slow_version(form, power, same_image_negatives):
    settings = {"form": form, "power": power, "margin": 1.3, "image_weight": 0.7, "text_weight": 0.4}
    images, captions = units(6, seed=0), units(6, seed=1)
    negatives = mismatched_pairs(torch.tensor([1, 1, 2, 3, 2, 4]), same_image_negatives=same_image_negatives)
    slow = slow_loss(images.tolist(), captions.tolist(), negatives.tolist(), **settings)
    assert float(loss_of(images, captions, negatives, **settings)) == pytest.approx(slow, rel=1e-6)


def test_negatives_are_read_as_captions_by_images():
    images, captions = units(3, seed=0), units(3, seed=1)
    negatives = torch.tensor([[False, True, False], [False, False, True], [True, False, False]])
    settings = {"form": "hinge", "power": 1, "margin": 2.0, "image_weight": 1.0, "text_weight": 1.0}
    slow = slow_loss(images.tolist(), captions.tolist(), negatives.tolist(), **settings)
    assert float(loss_of(images, captions, negatives, **settings)) == pytest.approx(slow, rel=1e-6)


def test_a_caption_of_the_same_image_is_never_the_wrong_one():
    images = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    captions = torch.tensor(
        [[0.6, 0.8], [1.0, 0.0], [0.0, 1.0]]
    )  # the second is the closest to image 0, but it is its own
    masked = mismatched_pairs(torch.tensor([1, 1, 2]), same_image_negatives=False)
    settings = {"form": "hinge", "margin": 2.0, "text_weight": 0.0}
    own, other = (
        float(loss_of(images, captions, negatives, **settings)) for negatives in (masked, masked | ~torch.eye(3).bool())
    )
    # image 0's wrong caption is sqrt(2) away, or none at all if the same image's counts; image 1's sqrt(2) or sqrt(0.8)
    assert other - own == pytest.approx((2 - 0) - (2 - sqrt(2)) + (2 - sqrt(0.8)) - (2 - sqrt(2)), rel=1e-4)


@pytest.mark.parametrize(("form", "expected"), [("ratio", 0.0), ("hinge", 2 * sqrt(2))])
def test_images_without_a_wrong_caption(form, expected):
    images, captions = torch.eye(2).requires_grad_(), torch.eye(2).flip(0)
    loss = loss_of(images, captions, torch.zeros(2, 2, dtype=torch.bool), form=form)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(expected)
    assert images.grad.isfinite().all()


@pytest.mark.parametrize("form", ["ratio", "hinge"])
@pytest.mark.parametrize("power", [1, 2])
def test_zero_distances_have_a_finite_gradient(form, power):
    images, captions = (torch.eye(4)[[0, 0, 0]].requires_grad_() for _ in range(2))
    loss = loss_of(images, captions, ~torch.eye(3, dtype=torch.bool), form=form, power=power)
    loss.backward()
    assert loss.isfinite()
    assert images.grad.isfinite().all()
    assert captions.grad.isfinite().all()


@pytest.mark.parametrize("form", ["ratio", "hinge"])
def test_a_step_downhill_tightens_the_clusters(form):
    images, captions = units(6, seed=2).requires_grad_(), units(6, seed=3).requires_grad_()
    negatives = ~torch.eye(6, dtype=torch.bool)
    before = loss_of(images, captions, negatives, form=form)
    before.backward()
    with torch.no_grad():
        after = loss_of(images - 1e-3 * images.grad, captions - 1e-3 * captions.grad, negatives, form=form)
    assert float(after) < float(before.detach())


def test_a_caption_of_the_same_words_is_not_wrong():
    torch.manual_seed(0)
    images, captions = (functional.normalize(torch.randn(4, 3), dim=1) for _ in range(2))
    captions[1] = captions[0]
    negatives = ~torch.eye(4, dtype=torch.bool)
    without = negatives.clone()
    without[0, 1] = without[1, 0] = False
    settings = {"form": "ratio", "margin": 0.8, "image_weight": 1.0, "text_weight": 1.0, "power": 1.0}
    found = tightening_loss(images, captions, negatives=negatives, **settings)
    assert torch.equal(found, tightening_loss(images, captions, negatives=without, **settings))
    assert found < 100
