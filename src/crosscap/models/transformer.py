"""A small transformer over word vectors, trained from scratch (Vaswani et al. 2017, with normalisation first)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from crosscap.faults import InputError

POSITION_DEVIATION = 0.02  # of the position vectors' start, as in BERT


class SmallTransformer(nn.Module):
    """Word vectors and learned positions through layers of self-attention.

    A caption with more words than there are positions is cut to them. The layers are made one by one, because PyTorch's
    stack of layers starts all of them from the same numbers.
    """

    def __init__(self, width: int, *, layers: int, heads: int, positions: int, dropout: float = 0.0) -> None:
        """Take the dimension of the word vectors, which is the width of all layers.

        Raises:
            InputError: the heads do not divide the width.
        """
        super().__init__()
        if width % heads:
            raise InputError(f"word vectors of dimension {width} cannot be split among {heads} attention heads evenly")
        self.positions = nn.Parameter(torch.randn(positions, width) * POSITION_DEVIATION)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, heads, 4 * width, dropout, activation="gelu", batch_first=True, norm_first=True
            )
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        """Return the states of each caption's words, zero behind its last one; P positions at most.

        Shapes:
            vectors [C, T, W], lengths [C] -> [C, min(T, P), W]
        """
        vectors = vectors[:, : len(self.positions)]
        steps = torch.arange(vectors.shape[1], device=vectors.device)
        padding = steps >= lengths.to(vectors.device)[:, None]  # [C, T]
        states = self.dropout(vectors + self.positions[: len(steps)])
        for layer in self.layers:
            states = layer(states, src_key_padding_mask=padding)
        return self.norm(states).masked_fill(padding[:, :, None], 0.0)
