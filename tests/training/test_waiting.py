"""A training step reads nothing from the device that it computes on."""

import pytest
import torch

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
