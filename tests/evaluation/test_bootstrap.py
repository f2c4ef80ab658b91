"""The bootstrap: against a slow loop over its draws, in blocks of any size."""

from __future__ import annotations

import numpy as np
import pytest

from crosscap.evaluation import bootstrap
from crosscap.evaluation.bootstrap import draw_counts, mean_intervals


def test_the_intervals_are_those_of_a_slow_loop() -> None:
    values = np.random.default_rng(1).standard_normal((30, 3)) * [1, 10, 0]
    draws = np.random.default_rng(5).integers(0, 30, size=(400, 30))
    means = [[float(np.mean([values[row, column] for row in draw])) for column in range(3)] for draw in draws]
    expected = np.quantile(means, [0.025, 0.975], axis=0)
    assert mean_intervals(values, resamples=400, random_seed=5) == pytest.approx(expected, abs=1e-12)


def test_the_interval_of_a_mean_is_as_wide_as_its_standard_error_says() -> None:
    values = np.random.default_rng(2).standard_normal((500, 1))
    low, high = mean_intervals(values, resamples=4000, random_seed=1)[:, 0]
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 500**0.5, rel=0.05)


@pytest.mark.parametrize("elements", [1, 70, 1000])
def test_the_draws_do_not_depend_on_how_many_are_held_at_once(elements: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.concatenate([block.copy() for block in draw_counts(7, resamples=25, generator=np.random.default_rng(3))])
    monkeypatch.setattr(bootstrap, "BLOCK_ELEMENTS", elements)
    blocks = [block.copy() for block in draw_counts(7, resamples=25, generator=np.random.default_rng(3))]
    assert np.array_equal(np.concatenate(blocks), whole)
    assert max(block.size for block in blocks) <= max(7, elements)
    assert whole.shape == (25, 7)
    assert (whole.sum(axis=1) == 7).all()
