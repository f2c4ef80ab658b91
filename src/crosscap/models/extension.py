"""Languages that a model was not trained on, added to a finished one: no images, no captions, no training.

Words of a further language are carried into the space of the model's hub words by a map that a dictionary gives
(Procrustes and RCSLS, `crosscap.text.alignment`), and stand in the word table as a block of their own. Letters,
subwords and frozen sentence features need nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch

from crosscap.faults import InputError
from crosscap.models.encoders import word_table
from crosscap.models.joint import JointModel
from crosscap.models.store import StoredModel, Symbols, blank_vectors, word_vectors
from crosscap.text.normalize import normalize
from crosscap.text.vocabulary import SPECIALS

WordVectors = tuple[Sequence[str], np.ndarray]  # words and their vectors [V, D], the special symbols first


def reads_own_words(model: JointModel) -> bool:
    """Tell whether a model reads each language by words of its own, and not by letters, subwords or words in common."""
    return word_table(model.texts) is not None and model.architecture.recipe.vectors != "scratch_shared"


def hub_words(stored: StoredModel) -> WordVectors:
    """Return a model's words of the hub and their vectors, to which a further language is aligned.

    Raises:
        InputError: the model has no words of the hub, or its words are not aligned, so that it can take no language.
    """
    architecture = stored.model.architecture
    if not architecture.recipe.aligned or architecture.pretrained:
        raise InputError(f"{architecture.system} takes no words of a further language; fme, ame and cl2cm do")
    return word_vectors(stored, architecture.hub)


def carried_words(vectors: np.ndarray, mapping: np.ndarray, *, hub: np.ndarray) -> np.ndarray:
    """Return a language's word vectors in the space of the hub's words as the text encoder sees them.

    Tuned vectors are not of length 1, so the carried ones take the median length of the hub's; the special symbols
    are the hub's own.

    Shapes:
        vectors [V, D], mapping [D, D], hub [W, D], the special symbols first in both -> [V, D]
    """
    length = np.median(np.linalg.norm(hub[len(SPECIALS) :], axis=1))
    carried = length * normalize(vectors @ mapping.T)
    carried[: len(SPECIALS)] = hub[: len(SPECIALS)]
    made: np.ndarray = carried.astype(np.float32)
    return made


def extend(stored: StoredModel, languages: Sequence[str], *, added: Mapping[str, WordVectors]) -> StoredModel:
    """Return the model with further languages behind its own; `added` has the carried words of each, if it reads words.

    Raises:
        InputError: the model has a text encoder for each language, or words of a language are missing.
    """
    old = stored.model
    if not languages:
        return stored
    if old.architecture.recipe.encoders == "per_language":
        raise InputError(f"{old.architecture.system} has a text encoder a language; train it in {', '.join(languages)}")
    architecture = replace(old.architecture, languages=(*old.architecture.languages, *languages))
    words, weights = dict(stored.symbols.words), old.state_dict()
    if old.architecture.recipe.vectors == "scratch_shared":
        words |= dict.fromkeys(languages, next(iter(words.values())))
    elif reads_own_words(old):
        if missing := [language for language in languages if language not in added]:
            raise InputError(f"no word vectors for {', '.join(missing)}; add the language to the model first")
        words |= {language: list(added[language][0]) for language in languages}
        blocks = [torch.from_numpy(added[language][1]) for language in languages]
        weights["texts.table.words.weight"] = torch.cat([weights["texts.table.words.weight"], *blocks])
    if "texts.table.maps" in weights:
        identity = torch.eye(weights["texts.table.maps"].shape[1]).repeat(len(languages), 1, 1)
        weights["texts.table.maps"] = torch.cat([weights["texts.table.maps"], identity])
    symbols = Symbols(words=words, characters=stored.symbols.characters, tokenizer=stored.symbols.tokenizer)
    model = JointModel(architecture, blank_vectors(architecture, symbols), characters=len(symbols.characters))
    model.load_state_dict(weights)
    return StoredModel(model=model.eval(), symbols=symbols, description=stored.description)
