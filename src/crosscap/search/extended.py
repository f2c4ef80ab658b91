"""The model of an index, loaded, with the languages in it that are added to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crosscap import tables
from crosscap.faults import InputError
from crosscap.models.architecture import Architecture
from crosscap.models.extension import extend, reads_own_words
from crosscap.models.store import StoredModel, load_model, save_model
from crosscap.search import store
from crosscap.search.model import Texts, copy_model, described, write_texts


def load_extended(model: Path, texts: Texts) -> StoredModel:
    """Load a model with the languages to add in it.

    Raises:
        InputError: the model cannot be read, or does not take a language.
    """
    described(model)
    stored = load_model(model)
    new = [language for language in texts.languages if language not in stored.model.architecture.languages]
    words = {}
    for language in new if reads_own_words(stored.model) else ():
        if language not in texts.added:
            raise InputError(f"{model}: no words in {language}; make a model that has them: crosscap add-language")
        frame, matrix = tables.read_matrix(texts.added[language], name="vectors")
        words[language] = (frame["word"].tolist(), matrix)
    return extend(stored, new, added=words)


def write_model(stored: StoredModel, model: Path, texts: Texts, place: Path) -> dict[str, Any]:
    """Write a loaded model into an index, with what it reads queries with, and return what the manifest says of it."""
    architecture, description = stored.model.architecture, dict[str, Any](stored.description)
    if architecture == Architecture.from_dict(description["architecture"]):
        copy_model(model, place, weights_sha256=description["weights_sha256"])
    else:
        save_model(stored.model, place / store.MODEL, symbols=stored.symbols, facts=description)
    return write_texts(architecture, description, model, texts, place)
