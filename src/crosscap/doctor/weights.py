"""The backbone's weights: a file's fit the network, published ones are at hand or can be downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from crosscap.doctor.findings import Findings
from crosscap.doctor.networks import published_weights


def check_weights(network: Mapping[str, str], findings: Findings) -> None:
    """Check the weights' file against the network, and warn of weights that must be downloaded first."""
    if not network or network["backbone"] not in published_weights():
        return
    name, weights = network["backbone"], network["weights"]
    if weights.endswith(".safetensors") and Path(weights).exists():
        with findings.check("weights of the backbone", code="D-212", file=weights):
            from crosscap.vision.backbones import load_backbone

            load_backbone(name, weights=weights)
    elif weights in published_weights()[name]:
        _warn_of_download(name, weights, findings)


def _warn_of_download(name: str, weights: str, findings: Findings) -> None:
    """Warn of published weights that are not in torch's folder yet."""
    import torch

    from crosscap.torchvision_import import models

    url = models.get_model_weights(name)[weights].url
    path = Path(torch.hub.get_dir(), "checkpoints", Path(urlsplit(url).path).name)
    if path.exists():
        findings.note("weights of the backbone", f"{path.name} is at hand")
    else:
        message = f"are not in {path.parent} and will be downloaded from {url}; without network, put the file there"
        findings.warnings.add("D-212", "features.weights", None, message)
