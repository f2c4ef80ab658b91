"""Reading what a training run needs from the tables of the stages before it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from crosscap import tables
from crosscap.faults import InputError
from crosscap.parquet import Rows
from crosscap.text.lexicon import pair_indices
from crosscap.text.normalize import normalize
from crosscap.text.origins import without_translations
from crosscap.training.experiment import Experiment

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WordInputs:
    """Each language's words and the vectors that training starts from, [V_l, D], in the order of the languages."""

    words: Mapping[str, Sequence[str]]
    vectors: Sequence[Tensor]


def read_words(
    vectors: Sequence[Path], mappings: Sequence[Path], *, languages: Sequence[str], hub: str, aligned: bool
) -> WordInputs:
    """Read each language's vectors, of length 1, and carry them into the hub's space when the system starts aligned.

    `vectors` has a file a language, `mappings` one a language but the hub, both in the order of `languages`.

    Raises:
        InputError: the languages' vectors have different dimensions.
    """
    maps = dict(zip([language for language in languages if language != hub], mappings, strict=True)) if aligned else {}
    words, starts = {}, []
    for language, path in zip(languages, vectors, strict=True):
        frame, matrix = tables.read_matrix(path, name="vectors")
        matrix = np.where(frame["known"].to_numpy()[:, None], normalize(matrix), matrix)
        if language in maps:
            matrix = matrix @ tables.read_matrix(maps[language], name="mapping")[1].T
        words[language] = frame["word"].tolist()
        starts.append(torch.from_numpy(np.ascontiguousarray(matrix, dtype=np.float32)))
    dimensions = {language: block.shape[1] for language, block in zip(languages, starts, strict=True)}
    if len(set(dimensions.values())) > 1:
        raise InputError(f"word vectors of different dimensions: {dimensions}; give all languages vectors of one size")
    return WordInputs(words=words, vectors=starts)


def read_vocabulary(path: Path) -> list[str]:
    """Read a language's words, the special symbols first."""
    return tables.read_table(path, name="vocabulary")["word"].tolist()


def read_pairs(lexicons: Mapping[str, Path], part: str, *, words: Mapping[str, Sequence[str]]) -> dict[str, np.ndarray]:
    """Read the word pairs of a lexicon's part as rows of both vocabularies, [P, 2], keyed like ``de-en``."""
    pairs = {}
    for direction, path in lexicons.items():
        source, target = direction.split("-")
        lexicon = tables.read_table(path, name="lexicon")
        pairs[direction] = pair_indices(lexicon, part, source_words=words[source], target_words=words[target])
    return pairs


def read_images(images: Path, features: Path) -> tuple[pd.DataFrame, Rows, int]:
    """Read the images, their features [N, R F] in the same order, left on disk, and the number R of an image's regions.

    Raises:
        InputError: the features are of other images.
    """
    frame = tables.read_table(images, name="images")
    described, matrix = tables.open_matrix(features, name="features")
    if described["image_id"].tolist() != frame["image_id"].tolist():
        raise InputError(f"{features}: not the features of the images in {images}; make them again")
    return frame, matrix, int(tables.read_metadata(features).get("regions", "1"))


def read_tokens(paths: Sequence[Path], languages: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Read the tokens of each language; translations are not measured on where there are captions of the data set."""
    found = {language: tables.read_table(path, name="tokens") for language, path in zip(languages, paths, strict=True)}
    return {language: without_translations(frame, training=False) for language, frame in found.items()}


def read_sentences(paths: Sequence[Path]) -> dict[str, np.ndarray]:
    """Read the frozen features of sentences by caption id, [S] each."""
    features: dict[str, np.ndarray] = {}
    for path in paths:
        frame, matrix = tables.read_matrix(path, name="sentences")
        features |= zip(frame["caption_id"], matrix, strict=True)
    return features


def read_texts(paths: Sequence[Path]) -> dict[str, str]:
    """Read the raw texts of captions by caption id."""
    texts: dict[str, str] = {}
    for path in paths:
        frame = tables.read_table(path, name="captions")
        texts |= zip(frame["caption_id"], frame["text"], strict=True)
    return texts


def sentence_dimension(sentences: Mapping[str, np.ndarray]) -> int:
    """Return the dimension of the sentences' features, 0 where there are none."""
    return len(next(iter(sentences.values()))) if sentences else 0


def training_captions(tokens: pd.DataFrame, experiment: Experiment, language: str) -> pd.DataFrame:
    """Return a language's tokens without the training captions that the experiment does not learn from.

    `machine_captions` says whether it learns from machine translations: with `only`, from these alone in all languages
    but the hub.

    Raises:
        InputError: no training caption is left.
    """
    policy = experiment.training["machine_captions"]
    machine = tokens["origin"] == "machine"
    if policy == "only" and language != experiment.hub:
        kept = machine
    elif policy == "also":
        kept = pd.Series(True, index=tokens.index)
    else:
        kept = ~machine
    training = tokens["split"] == "train"
    if training.any() and not (training & kept).any():
        has, remedy = ("machine", "also") if machine[training].all() else ("human", "never, or translation.languages")
        raise InputError(
            f"experiment {experiment.name}: the training captions in {language} are all of {has} origin; set "
            f"training.machine_captions: {remedy}"
        )
    return tokens[kept | ~training]
