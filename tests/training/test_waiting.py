"""A training step reads nothing from the device that it computes on."""

import pytest
import torch

from crosscap.models import recurrence
from crosscap.models.systems import SYSTEMS
from tests.training.waiting import watching


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_step_waits_for_nothing(make_trainer, monkeypatch, system, precision):
    trainer = make_trainer(system=system, precision=precision, distillation={"temperature": 0.1, "from_step": 1})
    batches = [torch.from_numpy(batch) for batch in trainer._batches()[:2]]
    with watching(trainer, monkeypatch) as watch:
        for batch in batches:
            trainer._step(batch)
        assert watch.waited == []
        assert all(map(watch.is_there, trainer.losses.values()))


@pytest.mark.parametrize("system", ["ame", "parallel", "liwe"])
def test_the_gru_of_a_gpu_waits_for_nothing_and_gives_the_same(make_trainer, monkeypatch, system):
    trainers = [make_trainer(system=system, dropout=0.0, clip_norm=1e9) for _ in range(2)]
    batch = torch.from_numpy(trainers[0]._batches()[0])
    trainers[0]._step(batch)
    monkeypatch.setattr(recurrence, "_sorted_state", recurrence._library_state)
    with watching(trainers[1], monkeypatch) as watch:
        trainers[1]._step(batch)
        assert watch.waited == []
    for one, other in zip(*(trainer.parameters for trainer in trainers), strict=True):
        torch.testing.assert_close(one.grad, other.grad, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize(
    "wait",
    [
        lambda weight: weight.sum().item(),
        lambda weight: float(weight[0, 0] + 1),
        lambda weight: (weight > 0).nonzero(),
        lambda weight: weight[weight > 0],
        lambda weight: weight[torch.tensor([0, 1])],
    ],
)
def test_what_waits_is_noted(make_trainer, monkeypatch, wait):
    trainer = make_trainer()
    with watching(trainer, monkeypatch) as watch, torch.no_grad():
        wait(trainer.model.images.project.weight)
        assert watch.waited
