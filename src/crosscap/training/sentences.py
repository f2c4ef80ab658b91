"""Frozen features of captions and of benchmark texts, from whichever source the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from crosscap import tables
from crosscap.faults import InputError
from crosscap.text.sentences import hub_vectors, mean_vectors
from crosscap.vision.precomputed import read_features


@dataclass(frozen=True)
class SentenceSource:
    """Where features of sentences come from.

    vectors and mappings: tables a language (the hub has no map), when source is vectors. files: the user's features a
    language. model: a sentence-transformers model, which reads `batch_size` texts at once.
    """

    source: Literal["vectors", "model", "files"]
    vectors: Mapping[str, Path] = field(default_factory=dict)
    mappings: Mapping[str, Path] = field(default_factory=dict)
    files: Mapping[str, str | Path] = field(default_factory=dict)
    model: str = ""
    batch_size: int = 64


def sentence_features(tokens: pd.DataFrame, texts: Mapping[str, str], source: SentenceSource) -> np.ndarray:
    """Return the features of the rows of a table `tokens`, of one or several languages; `texts` are raw, by caption id.

    Shapes:
        result: [rows, S] float32.

    Raises:
        InputError: a language or caption has no features, or those of the languages have different dimensions.
    """
    if source.source == "model":
        from crosscap.models.pretrained_sentences import sentence_vectors  # loads torch, which vectors do without

        return sentence_vectors(
            [texts[key] for key in tokens["caption_id"]], source.model, batch_size=source.batch_size
        )
    rows = {str(language): places for language, places in tokens.groupby("language").indices.items()}
    blocks = [_of_language(tokens.iloc[places], language, source) for language, places in rows.items()]
    if len({block.shape[1] for block in blocks}) != 1:
        raise InputError(f"features of sentences of {_sizes(blocks)} numbers; give all languages features of one size")
    features = np.empty((len(tokens), blocks[0].shape[1]), dtype=np.float32)
    features[np.concatenate(list(rows.values()))] = np.concatenate(blocks)
    return features


def _of_language(tokens: pd.DataFrame, language: str, source: SentenceSource) -> np.ndarray:
    """Return the features of one language's captions."""
    given: Mapping[str, str | Path] = source.files if source.source == "files" else source.vectors
    if language not in given:
        raise InputError(
            f"there is nothing to make features of sentences in {language} of; add it to dataset.languages"
        )
    if source.source == "files":
        features = read_features(Path(given[language]), tokens["caption_id"].tolist(), item="caption")
        if features.ndim != 2:
            raise InputError(f"{given[language]}: expected [captions, width], found {list(features.shape)}")
        return features
    words, vectors = tables.read_matrix(given[language], name="vectors")
    path = source.mappings.get(language)
    mapping = None if path is None else tables.read_matrix(path, name="mapping")[1]
    return mean_vectors(tokens["tokens"], hub_vectors(words, vectors, mapping))


def _sizes(blocks: list[np.ndarray]) -> str:
    """Return the different widths of arrays for a message."""
    return " and ".join(str(width) for width in sorted({block.shape[1] for block in blocks})) or "no"
