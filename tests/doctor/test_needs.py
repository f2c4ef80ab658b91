"""How much room a run is said to need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crosscap.doctor.needs import needed_memory, needed_on_disk
from crosscap.experiments import merge
from crosscap.settings import load_settings

SHIPPED = load_settings([Path(__file__).parents[2] / "config.yaml"], arguments={})
OWN = merge(SHIPPED, {"dataset": {"reader": "folder", "languages": ["en", "de"]}})


def figures(images: int, *, shape: list[int]) -> dict[str, Any]:
    """What a data set with one caption an image and language holds."""
    splits = {"train": images, "val": 0, "test": 0}
    return {
        "counts": {"images": splits, "captions": {"en": splits, "de": splits}},
        "features": {"shape": shape},
        "vocabulary": {"en": 9000, "de": 1000},
        "vectors": {"en": {"dimension": 300}, "de": {"dimension": 300}},
    }


def test_features_and_vectors_take_what_their_numbers_take() -> None:
    needed = needed_on_disk(OWN, figures(31_000, shape=[2048]))
    assert needed["features"] == 508  # megabytes: 2 x 31,000 x 2,048 x 4 bytes
    assert needed["vectors"] == 12  # 10,000 x 300 x 4 bytes
    assert needed_memory(OWN, figures(31_000, shape=[2048])) == 1000 + 634


def test_each_seed_is_a_model_and_its_embeddings() -> None:
    one = merge(OWN, {"experiments": [SHIPPED["experiments"][0]]})
    two = merge(OWN, {"experiments": [SHIPPED["experiments"][0] | {"seeds": [1, 2]}]})
    known = figures(10**6, shape=[36, 2048])
    for part in ("models", "embeddings"):
        assert abs(needed_on_disk(two, known)[part] - 2 * needed_on_disk(one, known)[part]) <= 1


def test_what_is_not_known_is_rounded_up() -> None:
    known, unknown = needed_on_disk(OWN, figures(100, shape=[512])), needed_on_disk(OWN, {})
    assert unknown["models"] > known["models"]
    assert unknown["features"] == 0
    assert needed_on_disk(SHIPPED, {})["features"] == 37  # of 1,100 scenes
