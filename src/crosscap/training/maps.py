"""The maps of AME while they are trained: RCSLS every few steps, with step control and orthogonal projection.

Source: Mohammadshahi et al. (2019), eq. 4-6, over Joulin et al. (2018). The alignment loss moves the maps only; the
word vectors move by the ranking loss alone, as in the paper's code. Where its code accepts a step whatever happens, a
step that raises the loss is taken back here and the step size halved.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch

from crosscap.models.words import WordTable
from crosscap.text.alignment import nearest_orthogonal, rcsls
from crosscap.text.normalize import normalize
from crosscap.text.vocabulary import SPECIALS
from crosscap.training.directions import Direction

SMALLEST_STEP = 1e-4  # fastText's align.py stops there


def update_map(
    table: WordTable, direction: Direction, *, learning_rate: float, neighbours: int, orthogonal: bool
) -> tuple[float, float]:
    """Take one step on a map and return the alignment loss before it and the step size to use next time."""
    source, target = (_unit_rows(table, language) for language in (direction.source, direction.target))
    loss_of = partial(rcsls, source=source, target=target, pairs=direction.pairs - len(SPECIALS), neighbours=neighbours)
    mapping = table.maps[direction.source].cpu().numpy()
    loss, gradient = loss_of(mapping)
    candidate = mapping - learning_rate * gradient
    if orthogonal:
        candidate = nearest_orthogonal(candidate)
    if loss_of(candidate)[0] > loss:
        return loss, max(learning_rate / 2, SMALLEST_STEP)
    table.maps[direction.source] = torch.from_numpy(candidate).to(table.maps)
    return loss, learning_rate


def _unit_rows(table: WordTable, language: int) -> np.ndarray:
    """Return a language's word vectors without the special symbols, scaled to length 1 (AME, section 3.2)."""
    return normalize(table.block(language).detach().cpu().numpy()[len(SPECIALS) :])
