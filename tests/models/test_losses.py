"""The ranking loss."""

import pytest
import torch

from crosscap.models.losses import mismatched_pairs, ranking_loss, schedule_hardness, scheduled_ranking_loss

SCORES = torch.tensor([[0.9, 0.8, 0.1], [0.3, 0.5, 0.6], [0.2, 0.1, 0.7]])
ALL_NEGATIVES = ~torch.eye(3, dtype=torch.bool)


def slow_loss(scores, margin, hinge, negatives):
    """Add up the violations of each caption and of each image, one at a time."""
    size, loss = len(scores), 0.0
    for matched in range(size):
        images = [margin + scores[matched, p] - scores[matched, matched] for p in range(size) if negatives[matched, p]]
        captions = [
            margin + scores[q, matched] - scores[matched, matched] for q in range(size) if negatives[q, matched]
        ]
        for violations in (images, captions):
            positive = [max(0.0, float(violation)) for violation in violations]
            loss += sum(positive) if hinge == "sum" else max(positive, default=0.0)
    return loss


def test_by_eye():
    # only caption 0 with image 1 (0.1), caption 1 with images 0 (0) and 2 (0.3), and image 1 with caption 0 (0.5),
    # image 2 with caption 1 (0.1) come within 0.2 of their matched pair
    loss = ranking_loss(SCORES, margin=0.2, hinge="sum", negatives=ALL_NEGATIVES)
    assert float(loss) == pytest.approx(0.1 + 0.3 + 0.5 + 0.1)


@pytest.mark.parametrize("hinge", ["sum", "max"])
@pytest.mark.parametrize("masked", [False, True])
def test_equals_the_slow_version(hinge, masked):
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(8, 8, generator=generator)
    negatives = ~torch.eye(8, dtype=torch.bool)
    if masked:
        negatives &= torch.rand(8, 8, generator=generator) < 0.5
    fast = ranking_loss(scores, margin=0.2, hinge=hinge, negatives=negatives)
    assert float(fast) == pytest.approx(slow_loss(scores, 0.2, hinge, negatives), rel=1e-5)


def test_no_loss_beyond_the_margin():
    assert float(ranking_loss(torch.eye(4), margin=0.2, hinge="sum", negatives=~torch.eye(4, dtype=torch.bool))) == 0


def test_symmetric_in_captions_and_images():
    one = ranking_loss(SCORES, margin=0.2, hinge="max", negatives=ALL_NEGATIVES)
    assert float(ranking_loss(SCORES.T, margin=0.2, hinge="max", negatives=ALL_NEGATIVES)) == pytest.approx(float(one))


def test_captions_of_one_image_are_no_negatives_unless_asked():
    images = torch.tensor([3, 3, 4])
    masked = mismatched_pairs(images, same_image_negatives=False)
    assert masked.tolist() == [[False, False, True], [False, False, True], [True, True, False]]
    mirrored = mismatched_pairs(images, same_image_negatives=True)
    assert mirrored.tolist() == [[False, True, True], [True, False, True], [True, True, False]]


@pytest.mark.parametrize("hardness", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("masked", [False, True])
def test_the_schedule_lies_between_sum_and_max(hardness, masked):
    scores = torch.randn(6, 6, generator=torch.Generator().manual_seed(0))
    negatives = mismatched_pairs(torch.tensor([3, 3, 4, 5, 4, 6]), same_image_negatives=not masked)
    loss = scheduled_ranking_loss(scores, margin=0.2, hardness=hardness, negatives=negatives)
    every, hardest = (slow_loss(scores, 0.2, hinge, negatives) for hinge in ("sum", "max"))
    assert every > 1.2 * hardest
    assert float(loss) == pytest.approx((1 - hardness) * every + hardness * hardest, rel=1e-5)


def test_the_schedule_by_eye():
    # no caption and no image has two wrong counterparts within the margin, so that the sum is the maxima's
    loss = scheduled_ranking_loss(SCORES, margin=0.2, hardness=0.5, negatives=ALL_NEGATIVES)
    assert float(loss) == pytest.approx(0.1 + 0.3 + 0.5 + 0.1)
    # all scores equal: each caption has two violations of 0.2, each image too
    equal = scheduled_ranking_loss(torch.zeros(3, 3), margin=0.2, hardness=0.5, negatives=ALL_NEGATIVES)
    assert float(equal) == pytest.approx(0.5 * 12 * 0.2 + 0.5 * 6 * 0.2)


def test_equal_scores_have_a_finite_gradient():
    scores = torch.zeros(3, 3, requires_grad=True)
    scheduled_ranking_loss(scores, margin=0.2, hardness=0.5, negatives=ALL_NEGATIVES).backward()
    assert scores.grad is not None
    assert scores.grad.isfinite().all()
    assert scores.grad.diagonal().tolist() == pytest.approx([-3.0] * 3)  # 0.5 of 4 violations, 0.5 of 2 maxima
    assert float(scores.grad.sum()) == pytest.approx(0, abs=1e-6)


def test_the_first_step_of_the_schedule():
    assert schedule_hardness(0.991, 1) == pytest.approx(1 - 0.991)
    assert [schedule_hardness(0.0, step) for step in (1, 2)] == [1, 1]  # the hardest from the start
    assert [schedule_hardness(1.0, step) for step in (1, 1000)] == [0, 0]  # never


@pytest.mark.parametrize(
    ("beta", "half", "nearly"),
    [(0.91, 8, 49), (0.99, 69, 459), (0.991, 77, 510), (0.995, 139, 919), (0.999, 693, 4603)],
)
def test_steps_until_the_schedule_is_hard(beta, half, nearly):
    for step, hardness in ((half, 0.5), (nearly, 0.99)):
        assert schedule_hardness(beta, step - 1) < hardness <= schedule_hardness(beta, step)
