"""The loss of a batch: which captions meet which images and which captions, by each recipe."""

import dataclasses

import pytest
import torch

from crosscap.models.losses import schedule_hardness
from crosscap.models.systems import SYSTEMS
from crosscap.training.objective import batch_loss, encode_batch, losses_per_row

MARGIN = 0.2


def whole_batch(trainer):
    """Return the first batch of the first epoch."""
    return torch.from_numpy(trainer._batches()[0])


def losses(trainer, batch, *, step=1, **changes):
    trainer.model.eval()
    settings = dataclasses.replace(trainer.settings, **changes)
    encoded = encode_batch(trainer.model, trainer.train, batch, precision="float32")
    return batch_loss(trainer.model, encoded, settings, step=step)


def detached(loss):
    return float(loss.detach())


def embeddings(trainer):
    """Return the embedding of every training caption and of its image."""
    trainer.model.eval()
    captions = trainer.train
    every = torch.arange(len(captions))
    texts = trainer.model.embed_captions(*captions.texts(every))
    images = trainer.model.embed_images(captions.features)
    return texts.detach(), images.detach()


def hinge_sums(scores, images):
    """Return the sum and the maximum of hinges, one entry at a time; scores [B][B] of matched pairs k, k."""
    total, rows, columns = 0.0, [0.0] * len(images), [0.0] * len(images)
    for p in range(len(images)):
        for q in range(len(images)):
            if images[p] == images[q]:
                continue
            against_row = max(0.0, MARGIN + float(scores[p, q]) - float(scores[p, p]))
            against_column = max(0.0, MARGIN + float(scores[p, q]) - float(scores[q, q]))
            total += against_row + against_column
            rows[p], columns[q] = max(rows[p], against_row), max(columns[q], against_column)
    return total, sum(rows) + sum(columns)


def matched(trainer, first, second=None):
    """Return the scores of matched captions against their images, or against captions, and the image of each."""
    texts, images = embeddings(trainer)
    rows = trainer.train.image_rows
    if second is None:
        return texts[first] @ images[rows[first]].T, rows[first].tolist()
    return texts[first] @ texts[second].T, rows[first].tolist()


def test_pivot_ranks_each_languages_captions_against_the_images(make_trainer):
    trainer = make_trainer(system="pivot", similarity="cosine")
    batch = whole_batch(trainer)
    expected = sum(hinge_sums(*matched(trainer, batch[:, language]))[0] for language in (0, 1))
    found = losses(trainer, batch)
    assert found.keys() == {"ranking_images_captions"}
    assert detached(found["ranking_images_captions"]) == pytest.approx(expected, rel=1e-4)


def test_parallel_ranks_the_captions_of_two_languages_too(make_trainer):
    trainer = make_trainer(system="parallel", similarity="cosine")
    batch = whole_batch(trainer)
    expected = hinge_sums(*matched(trainer, batch[:, 0], batch[:, 1]))[0]
    assert detached(losses(trainer, batch)["ranking_captions_captions"]) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("system", ["clmr", "liwe"])
def test_lavse_ties_images_to_the_hub_alone_and_hardens_its_hinges(make_trainer, system):
    trainer = make_trainer(system=system, similarity="cosine", dropout=0.0)
    batch, step = whole_batch(trainer), 7
    found = losses(trainer, batch, step=step)
    for name, beta, pairs in (
        ("ranking_images_hub", 0.991, (batch[:, 0],)),
        ("ranking_hub_captions", 0.91, (batch[:, 0], batch[:, 1])),
    ):
        total, hardest = hinge_sums(*matched(trainer, *pairs))
        hardness = 1 - beta**step
        assert detached(found[name]) == pytest.approx((1 - hardness) * total + hardness * hardest, rel=1e-3)


def test_mixed_negatives_are_of_all_languages(make_trainer):
    trainer = make_trainer(system="ame", similarity="cosine")
    batch = whole_batch(trainer)
    assert batch.shape[1] == 1
    assert len(trainer.train.languages[batch[:, 0]].unique()) == 2
    expected = hinge_sums(*matched(trainer, batch[:, 0]))[0]
    assert detached(losses(trainer, batch)["ranking_images_captions"]) == pytest.approx(expected, rel=1e-4)


def test_a_row_without_a_caption_in_a_language_takes_no_part_in_it(make_trainer):
    trainer = make_trainer(system="parallel", similarity="cosine")
    batch = whole_batch(trainer)
    batch[0, 1] = -1
    expected = hinge_sums(*matched(trainer, batch[:, 0]))[0] + hinge_sums(*matched(trainer, batch[1:, 1]))[0]
    found = losses(trainer, batch)
    assert detached(found["ranking_images_captions"]) == pytest.approx(expected, rel=1e-4)
    expected = hinge_sums(*matched(trainer, batch[1:, 0], batch[1:, 1]))[0]
    assert detached(found["ranking_captions_captions"]) == pytest.approx(expected, rel=1e-4)


def test_the_weights_of_terms_come_from_the_recipe_unless_set(make_trainer):
    trainer = make_trainer(system="cl2cm")
    batch = whole_batch(trainer)
    plain = losses(trainer, batch, step=9)
    name = "word_alignment_hub_captions"
    doubled = losses(trainer, batch, step=9, loss_weights={name: 0.2})
    assert detached(doubled[name]) == pytest.approx(2 * detached(plain[name]), rel=1e-4)
    assert detached(doubled["contrastive_hub_captions"]) == pytest.approx(detached(plain["contrastive_hub_captions"]))


def test_distillation_begins_at_its_step_and_teaches_the_student_only(make_trainer):
    trainer = make_trainer(system="cl2cm")
    batch = whole_batch(trainer)
    assert detached(losses(trainer, batch, step=3)["distillation_hub_captions"]) == 0.0
    loss = losses(trainer, batch, step=4)["distillation_hub_captions"]
    assert detached(loss) > 0
    loss.backward()
    assert trainer.model.texts.teacher.weight.grad is None
    assert trainer.model.texts.student.weight.grad.abs().sum() > 0


def test_measuring_does_not_move_the_hinges_schedule(make_trainer, monkeypatch):
    # the published code counts validations as steps
    seen = []

    def noting(beta, step):
        seen.append((beta, step))
        return schedule_hardness(beta, step)

    monkeypatch.setattr("crosscap.training.objective.schedule_hardness", noting)
    trainer = make_trainer(system="liwe", validate_every=1, epochs=2)
    trainer.run()
    steps = range(1, 2 * len(trainer._batches()) + 1)
    assert seen == [(beta, step) for step in steps for beta in (0.991, 0.91)]  # with images, then between captions


def test_a_sum_is_noted_for_each_row_and_a_mean_as_it_is(make_trainer):
    trainer = make_trainer(system="cl2cm")
    found = losses(trainer, whole_batch(trainer))
    noted = losses_per_row(found, system=SYSTEMS["cl2cm"], rows=8)
    assert float(noted["contrastive_hub_captions"]) == pytest.approx(detached(found["contrastive_hub_captions"]))
    trainer = make_trainer(system="ame")
    found = losses(trainer, whole_batch(trainer))
    noted = losses_per_row(found, system=SYSTEMS["ame"], rows=8)
    assert float(noted["ranking_images_captions"]) == pytest.approx(detached(found["ranking_images_captions"]) / 8)
