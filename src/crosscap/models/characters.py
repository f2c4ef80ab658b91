"""Words read letter by letter: LIWE's word encoder (LAVSE, Wehrmann et al. 2019)."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from crosscap.text.characters import LONGEST_WORD, PAD

LETTER = 24  # dimension of a symbol's vector
STAGES = (384, 448, 300)  # widths of the layers over a word's symbols
SLOPE = 0.1  # of the leaky ReLU below zero


class CharacterWords(nn.Module):
    """The vectors of a word's symbols one behind the other, through three weight-normalised layers.

    The paper's code writes the layers as convolutions of width 1 over a caption's words, which are linear layers. It
    runs them over padding too, which then enters the batch statistics; here every row is a word. A language adds no
    parameters but the vectors of letters that no other one has. The filler behind a word is zero and stays so.
    """

    def __init__(self, characters: int) -> None:
        """Take the size of the alphabet, its special symbols included."""
        super().__init__()
        self.letters = nn.Embedding(characters, LETTER, padding_idx=PAD)
        widths = (LONGEST_WORD * LETTER, *STAGES)
        self.stages = nn.Sequential(*(_stage(inputs, outputs) for inputs, outputs in pairwise(widths)))
        self.dimension = STAGES[-1]

    def forward(self, symbols: Tensor) -> Tensor:
        """Embed words, none of them padding.

        Shapes:
            symbols [S, 26], any integers -> [S, 300]
        """
        return self.stages(self.letters(symbols.long()).flatten(1))


def _stage(inputs: int, outputs: int) -> nn.Sequential:
    """Return one layer with its normalisation and non-linearity."""
    return nn.Sequential(weight_norm(nn.Linear(inputs, outputs)), nn.BatchNorm1d(outputs), nn.LeakyReLU(SLOPE))
