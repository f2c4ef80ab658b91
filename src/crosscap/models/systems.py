"""The published systems as recipes: what differs between the papers, at a glance.

Sources: Mono, FME and AME are Mohammadshahi, Lebret and Aberer (2019), "Aligning Multilingual Word Embeddings for
Cross-Modal Retrieval Task". Where the paper's print and its code differ, the recipe follows the paper and `config.yaml`
offers the code's value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class System:
    """What makes a system.

    vectors: `tuned` word vectors start from pretrained ones and are trained; `frozen` ones stay as they are.
    aligned: every language's pretrained vectors are first carried into the hub's space by the alignment stage.
    maps: `learned` maps carry each language's tuned vectors and are updated by RCSLS while the model is trained.
    fidelity: whether the recipe follows the paper's text, its code, or is a reconstruction from other sources.
    """

    paper: str
    vectors: Literal["tuned", "frozen"]
    aligned: bool
    maps: Literal["none", "learned"]
    fidelity: Literal["paper", "code", "reconstruction"]


AME_PAPER = "Mohammadshahi et al. 2019"

SYSTEMS: dict[str, System] = {
    # one language a model, its own tuned vectors, ranking loss only
    "mono": System(paper=AME_PAPER, vectors="tuned", aligned=False, maps="none", fidelity="paper"),
    # all languages share an encoder over aligned vectors that never change
    "fme": System(paper=AME_PAPER, vectors="frozen", aligned=True, maps="none", fidelity="paper"),
    # as FME, but the vectors are tuned for retrieval while RCSLS keeps the languages together
    "ame": System(paper=AME_PAPER, vectors="tuned", aligned=True, maps="learned", fidelity="paper"),
}
