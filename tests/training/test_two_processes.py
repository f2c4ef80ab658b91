"""Training on one batch in two processes: what benchmarks/two_processes.py measures, on small models."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    import two_processes

    monkeypatch.setattr(two_processes, "ROUNDS", 1)
    return two_processes


def test_halves_of_a_batch_make_the_gradients_of_the_whole(benchmark: ModuleType) -> None:
    sizes = {"languages": 2, "words": 20, "images": 8, "joint": 16}
    found = benchmark.in_processes(benchmark.compare, [{"system": name, **sizes} for name in ("ame", "parallel")])
    for kept in found:
        assert kept["error"] < 1e-6
        assert kept["apart"] > 0.1  # without the other half's negatives they are others
        assert kept["captions"] == 16
