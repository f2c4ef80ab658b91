"""What torchvision's source says is what torchvision does."""

from __future__ import annotations

from crosscap.doctor.networks import published_weights
from crosscap.torchvision_import import models
from crosscap.vision.backbones import backbone_names


def test_the_networks_and_their_weights_are_torchvisions() -> None:
    expected = {name: list(models.get_model_weights(name).__members__) for name in backbone_names()}
    assert published_weights() == expected


def test_without_torchvision_nothing_is_known(monkeypatch) -> None:
    monkeypatch.setattr("crosscap.doctor.networks.find_spec", lambda name: None)
    assert published_weights() == {}
