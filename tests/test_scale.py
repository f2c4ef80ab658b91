"""docs/scale.md: every number of its tables follows from the rates and assumptions that it states."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/scale.md").read_text(encoding="utf-8")


@pytest.fixture
def scale(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import scale

    return scale


def test_the_page_is_what_its_rates_give(scale: ModuleType) -> None:
    rates = scale.rates_in(PAGE)
    assert rates.keys() == scale.MEASURED.keys()
    assert scale.filled(PAGE, rates) == PAGE


def test_each_rate_changes_the_page(scale: ModuleType) -> None:
    rates = scale.rates_in(PAGE)
    for name in rates:
        assert scale.filled(PAGE, rates | {name: 3 * rates[name]}) != PAGE


def test_costs_by_hand(scale: ModuleType) -> None:
    rates = dict.fromkeys(scale.MEASURED, 1.0)
    coco, large = scale.costs(rates, 36_000), scale.costs(rates, 40_000_000)
    assert coco["photos hashed"] == "10 h"
    assert coco["features on a GPU, assumed"] == "0.0115 h"  # 36,000 x 23.1e9 / 20e12 = 41.6 s
    assert coco["shards of features gathered"] == "80 h"  # four times 512 numbers, read and written
    assert large["lists of candidates"] == "1.11 h"  # four parts of 100 times 100,000 images: 4 x 100^1.5 s
    assert coco["a query, every image scored"] == "0.36 ms"
    assert large["a query by candidates, all parts at once"] == "10 ms"
    assert large["AME trained on COCO, one seed, on two cores"] == "73.8 h"  # 30 x 1,132,870 / 128 steps of a second


def test_storage_by_hand(scale: ModuleType) -> None:
    room = scale.storage({"row": 100.0}, 1_000_000)
    assert room["photos"] == "100 GB"
    assert room["features.parquet, once more while shards are gathered"] == "8.19 GB"
    assert room["index: embeddings"] == "1.02 GB"
    assert room["images.parquet"] == "0.1 GB"


def test_rates_are_taken_from_what_benchmarks_left(
    scale: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "KEPT", tmp_path)
    assert scale.rates_found() == {}
    (tmp_path / "languages.json").write_text('{"figures": [{"path": "a training step of AME", "value": 0.123456}]}')
    assert scale.rates_found() == {"step": 0.123}
