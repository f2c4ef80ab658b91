"""How captions become the inputs of a text encoder: words, letters, subwords, or frozen features of sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crosscap import tables
from crosscap.faults import InputError
from crosscap.models.architecture import Architecture
from crosscap.models.extension import extend
from crosscap.models.reading import CaptionReader
from crosscap.models.store import StoredModel, Symbols, load_model
from crosscap.training.inputs import read_sentences, read_texts


@dataclass(frozen=True)
class TextInputs:
    """What a trained model needs beside its folder to read captions; empty where it does not.

    zero_shot: languages to add to the model. added: their words in the model's space, a table vectors each, for models
    over words. sentences: frozen features. captions: raw texts.
    """

    zero_shot: Sequence[str] = ()
    added: Sequence[Path] = ()
    sentences: Sequence[Path] = ()
    captions: Sequence[Path] = ()


Reading = Callable[[str, pd.DataFrame], list[np.ndarray]]
"""From a language and rows of its tokens table to each caption's inputs, [T, ...]."""


def reading(
    architecture: Architecture,
    symbols: Symbols,
    *,
    texts: Mapping[str, str],
    sentences: Mapping[str, np.ndarray],
) -> Reading:
    """Return how a model reads captions.

    `texts` and `sentences` are the raw texts and the frozen features by caption id, for models that read those; others
    take them empty.
    """
    reader = CaptionReader(architecture, symbols)

    def inputs(language: str, frame: pd.DataFrame) -> list[np.ndarray]:
        ids = frame["caption_id"]
        return reader.inputs(
            language,
            frame["tokens"],
            texts=lambda: [texts[key] for key in ids],
            features=lambda: _features(ids, sentences),
        )

    return inputs


def load_reader(model: Path, texts: TextInputs) -> tuple[StoredModel, Reading]:
    """Load a model with its further languages, and how it reads captions."""
    added: dict[str, tuple[list[str], np.ndarray]] = {}
    for path in texts.added:
        frame, matrix = tables.read_matrix(path, name="vectors")
        added[path.stem] = frame["word"].tolist(), matrix
    stored = extend(load_model(model), texts.zero_shot, added=added)
    raw, sentences = read_texts(texts.captions), read_sentences(texts.sentences)
    return stored, reading(stored.model.architecture, stored.symbols, texts=raw, sentences=sentences)


def _features(caption_ids: pd.Series, sentences: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Return each caption's frozen feature, [S]."""
    missing = [key for key in caption_ids if key not in sentences]
    if missing:
        raise InputError(f"{len(missing):,} captions have no sentence feature, first: {missing[0]}; make them again")
    return [sentences[key] for key in caption_ids]
