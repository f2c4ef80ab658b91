"""Batch normalisation folded into convolutions: fewer passes, the same features."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from crosscap.torchvision_import import models
from crosscap.vision.folding import fold_batch_norms

PIXELS = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))


def trained(network: nn.Module) -> nn.Module:
    """Give every normalisation statistics and a scale that training could have left."""
    generator = torch.Generator().manual_seed(2)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for values in (module.running_mean, module.bias.data):
                values.normal_(0, 0.1, generator=generator)
            for values in (module.running_var, module.weight.data):
                values.uniform_(0.5, 1.5, generator=generator)
    return network.eval()


def norms(network: nn.Module) -> int:
    """Count the batch normalisations."""
    return sum(isinstance(module, nn.BatchNorm2d) for module in network.modules())


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("resnet18", 0),
        ("mobilenet_v2", 0),
        ("efficientnet_b0", 0),
        ("shufflenet_v2_x0_5", 0),
        ("regnet_y_400mf", 0),
        ("densenet121", 62),  # 58 dense layers, three transitions and the end normalise before a convolution
        ("vgg11_bn", 0),
    ],
)
def test_a_folded_network_computes_the_same(name: str, left: int) -> None:
    network = trained(models.get_model(name, weights=None))
    folded = fold_batch_norms(network)
    assert norms(network) > norms(folded) == left
    with torch.inference_mode():
        expected = network(PIXELS)
        torch.testing.assert_close(folded(PIXELS), expected, rtol=1e-4, atol=1e-5 * float(expected.abs().max()))
        torch.testing.assert_close(folded(PIXELS[:1]), expected[:1], rtol=1e-4, atol=1e-5 * float(expected.abs().max()))


def test_by_eye() -> None:
    network = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.BatchNorm2d(1, eps=0)).eval()
    network[0].weight.data.fill_(3)
    network[1].running_mean.fill_(1)
    network[1].running_var.fill_(4)
    folded = fold_batch_norms(network)
    (convolution,) = (module for module in folded.modules() if isinstance(module, nn.Conv2d))
    assert (convolution.weight.item(), convolution.bias.item()) == (1.5, -0.5)  # (3 x - 1) / 2


def test_a_convolution_that_others_read_too_is_left_alone() -> None:
    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.convolution, self.norm = nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            convolved = self.convolution(pixels)
            return convolved + self.norm(convolved)

    network = trained(Both())
    folded = fold_batch_norms(network)
    assert norms(folded) == 1
    torch.testing.assert_close(folded(PIXELS), network(PIXELS))


def test_a_network_without_batch_norms_is_itself() -> None:
    network = models.get_model("squeezenet1_1", weights=None).eval()
    assert fold_batch_norms(network) is network
