"""The learning rate over the steps."""

import pytest
import torch
from torch import nn

from crosscap.training.optimisation import learning_rate_factor, make_optimiser

NO_WARMUP = {"steps": 0, "start": 0.5, "end": 2.0}


def factor(step, epoch=0, *, after=(), unit="steps", warmup=NO_WARMUP, decay=0.25):
    return learning_rate_factor(step, epoch=epoch, decay=decay, decay_after=after, unit=unit, warmup=warmup)


def test_it_stays_without_steps_and_warmup():
    assert factor(0) == factor(10_000, epoch=50) == 1.0


def test_it_falls_after_epochs():
    assert [factor(0, epoch, after=(15, 20), unit="epochs", decay=0.1) for epoch in (14, 15, 20)] == pytest.approx(
        [1, 0.1, 0.01]
    )


def test_it_falls_after_steps():
    lavse = (10_000, 12_000, 14_000)
    assert [factor(step, after=lavse) for step in (9_999, 10_000, 13_000)] == [1, 0.25, 0.0625]


def test_lavses_warm_up_goes_from_a_half_to_double_and_stays():
    warmup = {"steps": 4000, "start": 0.5, "end": 2.0}
    assert factor(0, warmup=warmup) == 0.5
    assert factor(3999, warmup=warmup) == pytest.approx(2.0)
    assert factor(2000, warmup=warmup) == pytest.approx(0.5 + 1.5 * 2000 / 3999)
    assert factor(9000, warmup=warmup) == 2.0
    assert factor(10_000, after=(10_000,), warmup=warmup) == 0.5


def test_a_warm_up_of_one_step_ends_at_once():
    assert factor(1, warmup={"steps": 1, "start": 0.5, "end": 2.0}) == 2.0


@pytest.mark.parametrize(("name", "kind"), [("adam", "Adam"), ("adamax", "Adamax"), ("adamw", "AdamW")])
def test_the_optimiser_is_the_one_named(name, kind):
    parameter = nn.Parameter(torch.ones(2))
    optimiser = make_optimiser([parameter], name=name, learning_rate=0.1, weight_decay=0.5)
    assert type(optimiser).__name__ == kind
    parameter.grad = torch.zeros(2)
    optimiser.step()
    assert torch.equal(parameter.detach(), torch.full((2,), 0.95 if name == "adamw" else 1.0))
