"""What a text encoder starts from: symbols, word vectors or a pretrained model, as the system's recipe asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import pandas as pd
import torch
from torch import Tensor, nn

from crosscap.models.pretrained import load_pretrained
from crosscap.models.store import Symbols
from crosscap.text.characters import build_characters
from crosscap.training.experiment import Experiment, Inputs
from crosscap.training.inputs import read_vocabulary, read_words

SCRATCH_RANGE = 0.1  # word vectors from scratch are uniform within it on both sides (order embeddings, LAVSE)


@dataclass(frozen=True)
class Start:
    """What a text encoder starts from; what it does not read is empty.

    spoken: the words or letters of each language, where all share a table of them. configuration: of the body, as JSON.

    Shapes:
        vectors: a table [V_l, D] for each language, or one for all.
    """

    symbols: Symbols
    vectors: Sequence[Tensor] = ()
    body: nn.Module | None = None
    configuration: str = ""
    spoken: Mapping[str, set[str]] = field(default_factory=dict)

    @property
    def text_dimension(self) -> int:
        """Return the dimension of the word vectors, 0 where there are none."""
        return self.vectors[0].shape[1] if self.vectors else 0


def text_start(experiment: Experiment, inputs: Inputs, *, tokens: Mapping[str, pd.DataFrame], seed: int) -> Start:
    """Return what the experiment's text encoder starts from; `tokens` are those it learns from, by language."""
    recipe = experiment.recipe
    if recipe.text == "sentences":
        return Start(Symbols())
    if recipe.text == "characters":
        return _letters(tokens)
    if experiment.training["pretrained"]:
        body, tokenizer = load_pretrained(experiment.training["pretrained"])
        return Start(Symbols(tokenizer=tokenizer), body=body, configuration=body.configuration)
    if recipe.vectors in ("tuned", "frozen"):
        read = read_words(
            inputs.vectors,
            inputs.mappings,
            languages=experiment.languages,
            hub=experiment.hub,
            aligned=recipe.aligned,
        )
        return Start(Symbols(words=read.words), vectors=read.vectors)
    words = dict(zip(experiment.languages, map(read_vocabulary, inputs.vocabularies), strict=True))
    spoken = {language: set(own) for language, own in words.items()}
    if recipe.vectors == "scratch_shared":
        words = merged(words)
    return Start(Symbols(words=words), vectors=_scratch(experiment, words, seed=seed), spoken=spoken)


def merged(words: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return one vocabulary for all languages: a word that two of them share stands there once (CLMR)."""
    together = list(dict.fromkeys(word for own in words.values() for word in own))
    return dict.fromkeys(words, together)


def _letters(tokens: Mapping[str, pd.DataFrame]) -> Start:
    """Return the alphabet of the training captions."""
    captions = {language: frame.loc[frame["split"] == "train", "tokens"] for language, frame in tokens.items()}
    alphabet = build_characters(chain.from_iterable(captions.values()))
    spoken = {language: set("".join(chain.from_iterable(said))) & set(alphabet) for language, said in captions.items()}
    return Start(Symbols(characters=alphabet), spoken=spoken)


def _scratch(experiment: Experiment, words: Mapping[str, Sequence[str]], *, seed: int) -> list[Tensor]:
    """Return random word vectors, a table for each language or one for all."""
    random = torch.Generator().manual_seed(seed)
    sizes = [len(own) for own in words.values()]
    if experiment.recipe.vectors == "scratch_shared":
        sizes = sizes[:1]
    dimension = experiment.training["word_dimension"]
    return [torch.empty(size, dimension).uniform_(-SCRATCH_RANGE, SCRATCH_RANGE, generator=random) for size in sizes]
