"""The contrastive and the distillation loss."""

from math import exp, log

import pytest
import torch

from crosscap.models.contrastive import contrastive_loss, distillation_loss
from crosscap.models.losses import mismatched_pairs

IMAGES = torch.tensor([4, 4, 5, 6])  # two of the pairs share their image


def numbers(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def slow_softmax(values):
    total = sum(exp(value) for value in values)
    return [exp(value) / total for value in values]


def slow_cosine(one, other):
    dot, squares, others = (
        sum(a * b for a, b in zip(x, y, strict=True)) for x, y in ((one, other), (one, one), (other, other))
    )
    return dot / (squares * others) ** 0.5


def slow_contrastive(first, second, temperature, negatives):
    """Average the surprise of each matched item, one at a time, in both directions."""
    size, loss = len(first), 0.0
    for k in range(size):
        seconds = [k] + [j for j in range(size) if j != k and negatives[k][j]]
        firsts = [k] + [j for j in range(size) if j != k and negatives[j][k]]
        loss -= log(slow_softmax([slow_cosine(first[k], second[j]) / temperature for j in seconds])[0])
        loss -= log(slow_softmax([slow_cosine(first[j], second[k]) / temperature for j in firsts])[0])
    return loss / (2 * size)


def slow_distillation(teacher, student, temperature):
    """Average the divergence of the rows and of the columns, one number at a time."""
    size, loss = len(teacher), 0.0
    for matrices in ((teacher, student), (list(zip(*teacher, strict=True)), list(zip(*student, strict=True)))):
        for taught, learned in zip(*matrices, strict=True):
            target, guess = (slow_softmax([value / temperature for value in row]) for row in (taught, learned))
            loss += sum(p * log(p / q) for p, q in zip(target, guess, strict=True))
    return loss / (2 * size)


def test_contrast_by_eye():
    # cosines 1 at the matched pairs and 0 elsewhere: P = e^2 / (e^2 + 1) at temperature 0.5, in each row and column
    loss = contrastive_loss(torch.eye(2), 3 * torch.eye(2), temperature=0.5, negatives=~torch.eye(2, dtype=torch.bool))
    assert float(loss) == pytest.approx(log(1 + exp(-2)))


@pytest.mark.parametrize("same_image_negatives", [False, True])
def test_contrast_equals_the_slow_version(same_image_negatives):
    first, second = numbers(4, 3), numbers(4, 3, seed=1)
    negatives = mismatched_pairs(IMAGES, same_image_negatives=same_image_negatives)
    loss = contrastive_loss(first, second, temperature=0.2, negatives=negatives)
    slow = slow_contrastive(first.tolist(), second.tolist(), 0.2, negatives.tolist())
    assert float(loss) == pytest.approx(slow)


def test_contrast_with_one_sided_negatives():
    first, second = numbers(4, 3), numbers(4, 3, seed=1)
    negatives = torch.tensor([[0, 1, 1, 0], [0, 0, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0]], dtype=torch.bool)
    loss = contrastive_loss(first, second, temperature=0.2, negatives=negatives)
    assert float(loss) == pytest.approx(slow_contrastive(first.tolist(), second.tolist(), 0.2, negatives.tolist()))


def test_contrast_is_the_same_both_ways_and_however_often_a_batch_is_repeated():
    first, second = numbers(4, 3), numbers(4, 3, seed=1)
    negatives = mismatched_pairs(IMAGES, same_image_negatives=False)
    loss = contrastive_loss(first, second, temperature=0.2, negatives=negatives)
    assert float(contrastive_loss(second, first, temperature=0.2, negatives=negatives)) == pytest.approx(float(loss))
    apart = torch.block_diag(negatives, negatives).bool()  # two batches that do not see each other: a mean, not a sum
    twice = contrastive_loss(first.repeat(2, 1), second.repeat(2, 1), temperature=0.2, negatives=apart)
    assert float(twice) == pytest.approx(float(loss))


def test_a_caption_of_the_same_image_gets_no_gradient_from_its_like():
    first, second = numbers(4, 3), numbers(4, 3, seed=1).requires_grad_()
    negatives = mismatched_pairs(torch.tensor([4, 4, 4, 4]), same_image_negatives=False)
    loss = contrastive_loss(first, second, temperature=0.07, negatives=negatives)
    loss.backward()
    assert float(loss.detach()) == 0
    assert second.grad.abs().sum() == 0


@pytest.mark.parametrize("start", [torch.zeros(4, 3), torch.ones(4, 3)])
def test_contrast_of_equals_has_a_finite_gradient(start):
    first, second = start.clone().requires_grad_(), start.clone().requires_grad_()
    negatives = mismatched_pairs(IMAGES, same_image_negatives=False)
    loss = contrastive_loss(first, second, temperature=0.07, negatives=negatives)
    loss.backward()
    assert float(loss.detach()) == pytest.approx((2 * log(3) + 2 * log(4)) / 4)  # nothing is known: 2 or 3 others each
    assert first.grad.isfinite().all()
    assert second.grad.isfinite().all()


def test_distillation_by_eye():
    # the teacher finds all alike, the student is sure: rows and columns each give the divergence of (1/2, 1/2) from it
    teacher, student = torch.zeros(2, 2), torch.log(torch.tensor([[3.0, 1.0], [1.0, 3.0]]))
    expected = 0.5 * log(0.5 / 0.75) + 0.5 * log(0.5 / 0.25)
    assert float(distillation_loss(teacher, student, temperature=1.0)) == pytest.approx(expected)


def test_distillation_equals_the_slow_version():
    teacher, student = numbers(5, 5), numbers(5, 5, seed=1)
    loss = distillation_loss(teacher, student, temperature=0.3)
    assert float(loss) == pytest.approx(slow_distillation(teacher.tolist(), student.tolist(), 0.3))


def test_distillation_from_embeddings_is_the_published_sum_of_two():
    source, target, image = numbers(5, 3), numbers(5, 3, seed=1), numbers(5, 3, seed=2)
    loss = distillation_loss(source @ target.T, image @ target.T, temperature=0.5)
    to_target, to_source = (
        torch.nn.functional.kl_div(learned.log_softmax(1), taught.softmax(1), reduction="batchmean")
        for taught, learned in (
            (source @ target.T / 0.5, image @ target.T / 0.5),
            (target @ source.T / 0.5, target @ image.T / 0.5),
        )
    )
    assert float(loss) == pytest.approx(float(to_target + to_source) / 2)


def test_only_the_student_learns_until_it_agrees():
    teacher, student = numbers(4, 4).requires_grad_(), numbers(4, 4, seed=1).requires_grad_()
    distillation_loss(teacher, student, temperature=0.1).backward()
    assert teacher.grad is None
    assert student.grad.isfinite().all()
    agreeing = teacher.detach().clone().requires_grad_()
    loss = distillation_loss(teacher, agreeing, temperature=0.1)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(0, abs=1e-9)
    assert agreeing.grad.abs().max() < 1e-9


def test_distillation_of_a_sure_teacher_is_finite():
    teacher, student = 100 * torch.eye(3), (-100 * torch.eye(3)).requires_grad_()  # all that it is sure of is denied
    loss = distillation_loss(teacher, student, temperature=0.1)
    loss.backward()
    assert loss.isfinite()
    assert student.grad.isfinite().all()
