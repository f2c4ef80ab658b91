"""The word vectors of all languages in one table, and the maps that carry them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from crosscap.devices import moved
from crosscap.models.widening import widened


class WordTable(nn.Module):
    """Word vectors, a block per language or one block for all, each language's carried by a map where there are maps.

    Word ids count through the table. A map R of language l turns its vectors x into R x (AME eq. 4); the maps are
    buffers, because RCSLS updates them outside the optimiser. The special symbols pass through their language's map
    like words, where AME's code leaves them unmapped: an orthogonal map of a learned vector is another learned vector.
    """

    maps: Tensor  # [L, D, D]

    def __init__(self, vectors: Sequence[Tensor], *, languages: int, frozen: bool, mapped: bool) -> None:
        """Take the word vectors of each language, [V_l, D], or one table [V, D] for all of `languages` languages."""
        super().__init__()
        self.words = nn.Embedding.from_pretrained(torch.cat(list(vectors)), freeze=frozen)
        self.dimension = self.words.embedding_dim
        self.mapped = mapped
        sizes = [len(block) for block in vectors]
        starts = [sum(sizes[:number]) for number in range(len(sizes))]
        own = [slice(start, start + size) for start, size in zip(starts, sizes, strict=True)]
        self.blocks = own if len(own) == languages else own * languages
        self.register_buffer("maps", torch.eye(self.dimension).repeat(languages, 1, 1))

    def forward(self, ids: Tensor, languages: Tensor) -> Tensor:
        """Look words up and carry them: ids [C, T], languages [C] -> [C, T, D]."""
        vectors = self.words(ids)
        if not self.mapped:
            return vectors
        carried = torch.empty_like(vectors)
        for language in range(len(self.maps)):
            rows = (languages == language).nonzero().squeeze(1)
            if len(rows):
                rows = moved(rows, vectors.device)
                carried = carried.index_copy(0, rows, widened(vectors[rows] @ self.maps[language].T))
        return carried

    def block(self, language: int) -> Tensor:
        """Return the raw word vectors of a language: [V_l, D]."""
        return self.words.weight[self.blocks[language]]

    def carried_block(self, language: int) -> Tensor:
        """Return the word vectors of a language after its map, as the encoder sees them: [V_l, D]."""
        return self.block(language) @ self.maps[language].T
