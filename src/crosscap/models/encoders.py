"""The encoders: an image's feature and a caption's words into one joint space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from crosscap.models.recurrence import final_state


class ImageEncoder(nn.Module):
    """A linear layer over the L2-normalised feature of a frozen network, L2-normalised (methods of the VSE family)."""

    def __init__(self, feature_dimension: int, joint_dimension: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.project = nn.Linear(feature_dimension, joint_dimension)
        nn.init.xavier_uniform_(self.project.weight)
        nn.init.zeros_(self.project.bias)

    def forward(self, features: Tensor) -> Tensor:
        """Embed features.

        Shapes:
            features [N, F] -> [N, E], rows of length 1
        """
        projected = self.project(self.dropout(functional.normalize(features, dim=1)))
        return functional.normalize(projected, dim=1)


class TextEncoder(nn.Module):
    """One GRU for all languages, over the word vectors of each, carried by a map per language.

    The vectors of all languages stand in one table, a block per language in the order of `languages`; word ids count
    through the table. A map R of language l turns its vectors x into R x before the GRU (AME eq. 4); the maps are
    buffers, because RCSLS updates them outside the optimiser. The special symbols pass through their language's map
    like words, where AME's code leaves them unmapped: an orthogonal map of a learned vector is another learned vector.
    """

    maps: Tensor  # [L, D, D]

    def __init__(
        self,
        vectors: Sequence[Tensor],
        joint_dimension: int,
        *,
        vectors_are: Literal["tuned", "frozen"],
        mapped: bool,
        dropout: float = 0.0,
    ) -> None:
        """Take the word vectors of each language, [V_l, D]."""
        super().__init__()
        self.words = nn.Embedding.from_pretrained(torch.cat(list(vectors)), freeze=vectors_are == "frozen")
        sizes = [len(block) for block in vectors]
        self.offsets = [sum(sizes[:index]) for index in range(len(sizes) + 1)]
        word_dimension = self.words.embedding_dim
        self.mapped = mapped
        self.register_buffer("maps", torch.eye(word_dimension).repeat(len(sizes), 1, 1))
        self.dropout = nn.Dropout(dropout)
        self.recurrence = nn.GRU(word_dimension, joint_dimension, batch_first=True)

    def forward(self, ids: Tensor, lengths: Tensor, languages: Tensor) -> Tensor:
        """Embed captions by the GRU's state after their last symbol; padding never enters.

        Shapes:
            ids [C, T] into the table, lengths [C] on the CPU, languages [C] -> [C, E], rows of length 1
        """
        vectors = self.dropout(self._carry(self.words(ids), languages))  # [C, T, D]
        return functional.normalize(final_state(self.recurrence, vectors, lengths), dim=1)

    def block(self, language: int) -> Tensor:
        """Return the raw word vectors of a language: [V_l, D]."""
        return self.words.weight[self.offsets[language] : self.offsets[language + 1]]

    def carried_block(self, language: int) -> Tensor:
        """Return the word vectors of a language after its map, as the GRU sees them: [V_l, D]."""
        return self.block(language) @ self.maps[language].T

    def _carry(self, vectors: Tensor, languages: Tensor) -> Tensor:
        """Apply each caption's language's map: [C, T, D] -> [C, T, D]."""
        if not self.mapped:
            return vectors
        carried = torch.empty_like(vectors)
        for language in range(len(self.maps)):
            rows = (languages == language).nonzero().squeeze(1)
            carried = carried.index_copy(0, rows, vectors[rows] @ self.maps[language].T)
        return carried
