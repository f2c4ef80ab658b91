"""The training loop."""

import itertools
from dataclasses import replace

import pytest
import torch

from crosscap.faults import InputError
from crosscap.models.systems import SYSTEMS

STEPS = 32  # 4 epochs of 8 batches

pytestmark = pytest.mark.xdist_group("loop")  # one worker makes the shared trainings


@pytest.fixture(scope="module")
def kept():
    """Hold the trainers that have run to their end, by their settings."""
    return {}


@pytest.fixture
def finished(make_trainer, kept):
    """Return a function that gives a trainer which has run to its end: the same to all tests of equal settings."""

    def run(**settings):
        if (key := repr(settings)) not in kept:
            kept[key] = make_trainer(**settings)
            assert kept[key].run()
            kept[key].checkpoint.unlink(missing_ok=True)
        return kept[key]

    return run


def weights(trainer):
    return trainer.model.state_dict()


def assert_equal(one, other):
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("similarity", ["cosine", "order"])
@pytest.mark.parametrize("hinge", ["sum", "max"])
def test_training_learns(finished, similarity, hinge):
    trainer = finished(similarity=similarity, hinge=hinge)
    losses = [row["value"] for row in trainer.progress.history if row["metric"] == "loss"]
    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_learns(make_trainer, system):
    trainer = make_trainer(system=system, similarity="cosine", epochs=8, learning_rate_steps=[])
    before = {(row["language"], row["metric"]): row["value"] for row in first_validation(trainer)}
    trainer.run()
    assert trainer.progress.best_score > before["all", "rsum"] + 40
    losses = [row["value"] for row in trainer.progress.history if row["metric"] == "loss"]
    assert losses[-1] < losses[0]


def first_validation(trainer):
    trainer._validate_if_due()
    found = list(trainer.progress.history)
    trainer.progress.history.clear()
    trainer.progress = replace(trainer.progress, history=[], best_score=-1.0, validated=-1)
    return found


@pytest.mark.parametrize("system", ["parallel", "liwe", "cl2cm", "zero-shot"])
def test_every_kind_of_system_goes_on_to_the_same_bytes(make_trainer, finished, system):
    whole = finished(system=system)
    asked = itertools.count(1)
    assert not make_trainer(system=system, stop=lambda: next(asked) == 6).run()
    resumed = make_trainer(system=system)
    assert resumed.run()
    assert_equal(weights(whole), weights(resumed))
    assert whole.progress == resumed.progress


def test_each_term_of_the_loss_is_followed(finished):
    trainer = finished(system="cl2cm")
    last = {row["metric"]: row["value"] for row in trainer.progress.history if row["step"] == trainer.progress.step}
    terms = [f"loss_{term.name}" for term in SYSTEMS["cl2cm"].terms]
    assert last["loss"] == pytest.approx(sum(last[name] for name in terms))


def test_same_seed_same_bytes_other_seed_others(make_trainer, finished):
    again = make_trainer(seed=1)
    again.run()
    runs = [finished(), again, finished(seed=2)]
    assert_equal(weights(runs[0]), weights(runs[1]))
    assert runs[0].progress == runs[1].progress
    assert not torch.equal(weights(runs[0])["images.project.weight"], weights(runs[2])["images.project.weight"])


@pytest.mark.parametrize("stop_after", [1, 3, 7, 8, 9, 20, 31])
def test_a_stopped_run_goes_on_to_the_same_bytes(make_trainer, finished, stop_after):
    warming = {"warmup": {"steps": 20, "start": 0.5, "end": 2.0}}  # the learning rate is another in every step
    whole = finished(**warming)
    asked = itertools.count(1)
    assert not make_trainer(stop=lambda: next(asked) == stop_after, **warming).run()
    resumed = make_trainer(**warming)
    assert resumed.run()
    assert_equal(weights(whole), weights(resumed))
    assert whole.progress == resumed.progress


def test_a_killed_run_goes_on_from_its_last_checkpoint(make_trainer, finished):
    whole = finished()
    asked = itertools.count(1)

    def killed():
        if next(asked) == 17:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_trainer(stop=killed).run()
    resumed = make_trainer()
    resumed.run()
    assert_equal(weights(whole), weights(resumed))
    assert whole.progress.history == resumed.progress.history


def test_the_best_weights_are_kept(finished):
    trainer = finished()
    scores = [row["value"] for row in trainer.progress.history if (row["language"], row["metric"]) == ("all", "rsum")]
    assert trainer.progress.best_score == max(scores)
    assert_equal(weights(trainer), trainer.best)


def test_patience_ends_training(make_trainer):
    trainer = make_trainer(learning_rate=0.0, align_every=0, patience=3)
    trainer.run()
    assert trainer.progress.stale == 3
    assert trainer.progress.step < STEPS


def test_the_learning_rate_falls_at_its_step(finished):
    trainer = finished()
    rates = {row["step"]: row["value"] for row in trainer.progress.history if row["metric"] == "learning_rate"}
    assert rates[STEPS] == pytest.approx(0.001)
    assert rates[5] == pytest.approx(0.01)


def test_only_ame_moves_the_maps_and_the_hub_stays(finished):
    trainer = finished()
    identity = torch.eye(8)
    assert torch.equal(trainer.model.texts.table.maps[0], identity)
    moved = trainer.model.texts.table.maps[1]
    assert not torch.allclose(moved, identity)
    torch.testing.assert_close(moved.T @ moved, identity)


def test_frozen_vectors_stay(make_trainer):
    trainer = make_trainer(system="fme")
    before = trainer.model.texts.table.words.weight.clone()
    trainer.run()
    assert torch.equal(trainer.model.texts.table.words.weight, before)


def test_alignment_brings_the_languages_together(make_trainer):
    ratios = {}
    for every in (0, 1):
        trainer = make_trainer(align_every=every, patience=100)
        trainer.checkpoint.unlink(missing_ok=True)
        trainer.run()
        found = [row["value"] for row in trainer.progress.history if row["metric"] == "alignment_ratio"]
        ratios[every] = found[-1] + found[-2]
    assert ratios[1] > ratios[0]


def test_each_validation_is_reported_once_and_in_order(make_trainer):
    steps = []
    trainer = make_trainer(report=lambda step, figures: steps.append(step))
    trainer.run()
    assert steps == sorted(set(steps)) == [0, 5, 8, 10, 15, 16, 20, 24, 25, 30, 32]


def test_the_maps_are_followed(finished):
    trainer = finished()
    rows = [row for row in trainer.progress.history if row["language"] == "de-en"]
    losses = [row["value"] for row in rows if row["metric"] == "alignment_loss"]
    assert len(losses) == 10  # at each validation after the first map step
    assert losses[-1] < losses[0]
    assert all(row["value"] < 1e-5 for row in rows if row["metric"] == "orthogonality")


@pytest.mark.parametrize(("negatives", "batches"), [("mixed", 8), ("same_language", 8)])
def test_epochs_are_counted_by_their_own_batches(finished, negatives, batches):
    trainer = finished(negatives=negatives)
    epochs = {row["step"]: row["epoch"] for row in trainer.progress.history}
    assert epochs[0] == 0
    assert epochs[5] == round(5 / batches, 3)
    assert epochs[STEPS] == 4


@pytest.mark.parametrize("align_every", [0, 2])
def test_divergence_is_an_error_that_says_what_to_do(make_trainer, align_every):
    spoiled = []

    def spoil(step, figures):
        assert not spoiled  # nothing is measured after it
        trainer.model.images.project.weight.data.fill_(float("nan"))
        spoiled.append(step)

    trainer = make_trainer(report=spoil, align_every=align_every)
    with pytest.raises(InputError, match=r"is nan by step [1-5]: .*diverged; lower training\.learning_rate"):
        trainer.run()
    assert not trainer.checkpoint.exists()


def test_a_diverged_training_leaves_the_last_good_state(make_trainer, finished):
    whole = finished()
    asked = itertools.count(1)

    def spoil():
        if next(asked) == 17:
            trainer.model.images.project.weight.data.fill_(float("nan"))
        return False

    trainer = make_trainer(stop=spoil)
    with pytest.raises(InputError, match="diverged"):
        trainer.run()
    resumed = make_trainer()
    assert resumed.run()
    assert_equal(weights(whole), weights(resumed))
    assert whole.progress == resumed.progress
