"""Which maps AME trains: from which language onto which, by which pairs of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Direction:
    """A map's task: carry `source` words onto `target` words.

    Shapes:
        pairs [P, 2]: rows of the source's and the target's vocabulary.
    """

    source: int
    target: int
    pairs: np.ndarray

    def name(self, languages: Sequence[str]) -> str:
        """Return the direction as ``de-en``."""
        return f"{languages[self.source]}-{languages[self.target]}"


def directions(
    languages: Sequence[str], *, hub: str, maps: str, pairs: Mapping[str, np.ndarray]
) -> tuple[Direction, ...]:
    """Return which maps are trained: each language onto the hub, and with ``both`` the hub onto the other language too.

    `pairs` is keyed like ``de-en``.
    """
    index = {language: number for number, language in enumerate(languages)}
    others = [language for language in languages if language != hub]
    wanted = [(language, hub) for language in others]
    if maps == "both":
        wanted += [(hub, language) for language in others]
    return tuple(Direction(index[s], index[t], pairs[f"{s}-{t}"]) for s, t in wanted)
