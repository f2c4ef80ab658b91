"""Architectures of models small enough for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crosscap.models.architecture import Architecture


def small_architecture(system: str, **changes: Any) -> Architecture:
    """Return a system's architecture in English and German, with other fields where a test says so."""
    made = Architecture(
        system=system,
        similarity="cosine",
        languages=("en", "de"),
        hub="en",
        maps="hub",
        feature_dimension=3,
        text_dimension=0,
        joint_dimension=4,
        order_power=0,
        absolute=False,
        layers=1,
        heads=2,
        positions=9,
    )
    return replace(made, **changes)
