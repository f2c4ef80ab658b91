"""An image as several regions, each with its own feature, and their mean as the image (LAVSE, Wehrmann et al. 2019)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from crosscap.models.widening import unit

SLOPE = 0.1  # of the leaky ReLU below zero

Attention = Literal["none", "self"]


class RegionEncoder(nn.Module):
    """A linear layer and a leaky ReLU over each region, L2-normalised, and the mean over the regions, L2-normalised.

    With `attention` `self`, the regions first look at one another: the code's `hierarchical` encoder, as `none` is its
    `simple` one. An image with one region needs no other treatment.
    """

    def __init__(
        self, feature_dimension: int, joint_dimension: int, *, attention: Attention = "none", dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.attention = SelfAttention(feature_dimension) if attention == "self" else nn.Identity()
        self.dropout = nn.Dropout(dropout)
        self.project = nn.Linear(feature_dimension, joint_dimension)
        nn.init.xavier_uniform_(self.project.weight)
        nn.init.zeros_(self.project.bias)

    def forward(self, features: Tensor) -> Tensor:
        """Embed images by their regions.

        Shapes:
            features [N, R, F] -> [N, E], rows of length 1
        """
        projected = self.project(self.dropout(self.attention(features)))  # [N, R, E]
        regions = unit(functional.leaky_relu(projected, SLOPE))
        return unit(regions.mean(dim=1))


class SelfAttention(nn.Module):
    """Attention among an image's regions, added to them with a learned scale that starts at 0.

    The form is that of Zhang et al. 2019 (SAGAN): narrow queries and keys, and no division by the root of their width.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        narrow = max(1, dimension // 8)
        self.query = nn.Linear(dimension, narrow)
        self.key = nn.Linear(dimension, narrow)
        self.value = nn.Linear(dimension, dimension)
        self.scale = nn.Parameter(torch.zeros(1))

    def forward(self, regions: Tensor) -> Tensor:
        """Let each region take in the others: [N, R, F] -> [N, R, F]."""
        seen = functional.scaled_dot_product_attention(
            self.query(regions), self.key(regions), self.value(regions), scale=1.0
        )
        return regions + self.scale * seen
