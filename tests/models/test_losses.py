"""The ranking loss."""

import pytest
import torch

from crosscap.models.losses import mismatched_pairs, ranking_loss

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
