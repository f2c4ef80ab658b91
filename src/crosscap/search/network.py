"""Which network makes the features of photos, as the settings, a model's description and an index's manifest say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from crosscap.faults import InputError


@dataclass(frozen=True)
class Network:
    """The network that makes the features of photos, and what it sees of them: as config.yaml's section `features`.

    weights_sha256 is that of the weights the model was trained or its index made with, "" where that is not known.
    """

    backbone: str
    weights: str
    crops: int
    resize: int
    crop: int
    weights_sha256: str = ""

    @classmethod
    def of(cls, facts: Mapping[str, Any], **given: Any) -> Network:
        """Take what a model's description says of its features, and what the user gives instead.

        Raises:
            InputError: something is neither said nor given.
        """
        keys = ("backbone", "weights", "crops", "resize", "crop")
        chosen: dict[str, Any] = {key: given.get(key) or facts.get(key) for key in keys}
        missing = [f"--{key}" for key, value in chosen.items() if not value]
        if missing or chosen["backbone"] == "precomputed":
            raise InputError(
                "the model's description does not say how the features of its photos were made; give "
                f"{', '.join(missing or ['--backbone', '--weights', '--crops'])} as they were"
            )
        numbers = {key: int(chosen[key]) for key in ("crops", "resize", "crop")}
        sha256 = facts.get("weights_sha256", "") if chosen["backbone"] == facts.get("backbone") else ""
        return cls(chosen["backbone"], chosen["weights"], **numbers, weights_sha256=sha256)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON values."""
        return asdict(self)


def network_facts(made_by: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a manifest says of the network of photos, nothing where features were precomputed.

    `made_by` is what the features table says of itself, `given` the settings.
    """
    return Network.of(made_by, **given).as_dict() if given else {}
