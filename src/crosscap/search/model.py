"""The model of an index: its folder with further languages in it, and what it reads queries with beside that."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosscap import tables
from crosscap.faults import InputError
from crosscap.models.description import DESCRIPTION
from crosscap.models.extension import extend, reads_own_words
from crosscap.models.store import StoredModel, load_model, save_model
from crosscap.search import store
from crosscap.search.sentences import EncodedSentences, Sentences, read_means, write_means
from crosscap.text.tokens import token_settings


@dataclass(frozen=True)
class Texts:
    """What a model needs beside its folder to read queries; empty where it does not.

    languages: to add to the model. added: their words in the model's space, a table vectors by language, for models
    over words. vectors, mappings: tables by language, of which features of sentences are made; or the name or folder of
    a sentence-transformers `encoder`.
    """

    languages: Sequence[str] = ()
    added: Mapping[str, Path] = field(default_factory=dict)
    vectors: Mapping[str, Path] = field(default_factory=dict)
    mappings: Mapping[str, Path] = field(default_factory=dict)
    encoder: str = ""


def texts_beside(model: Path, languages: Sequence[str], encoder: str) -> Texts:
    """Return what the workflow's results folder, where a model lies in one, has for it, for the languages to add."""
    results = model.resolve().parents[3] if len(model.resolve().parents) > 3 else model
    added = {code: path for code in languages if (path := model.parent / "languages" / f"{code}.parquet").is_file()}
    vectors = {path.stem: path for path in sorted((results / "vectors").glob("*.parquet"))}
    mappings = {path.stem.split("-")[0]: path for path in sorted((results / "mapping").glob("*.parquet"))}
    return Texts(languages, added, vectors=vectors, mappings=mappings, encoder=encoder)


def load_extended(model: Path, texts: Texts) -> StoredModel:
    """Load a model with the languages to add in it.

    Raises:
        InputError: the model cannot be read, or does not take a language.
    """
    below = model / DESCRIPTION, model / store.MODEL / DESCRIPTION
    if not below[0].is_file() and below[1].is_file():
        raise InputError(f"{below[0]}: no such file; give the folder {store.MODEL} in it: {below[1].parent}")
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
    """Write the model into an index, with what it reads queries with, and return what the manifest says of it.

    Raises:
        InputError: the model reads features of sentences and there is nothing to make them with.
    """
    architecture, described = stored.model.architecture, stored.description["architecture"]
    assert isinstance(described, Mapping)
    if list(architecture.languages) == described["languages"]:
        (place / store.MODEL).mkdir()
        for path in (path for path in sorted(model.iterdir()) if path.suffix in (".json", ".safetensors")):
            shutil.copyfile(path, place / store.MODEL / path.name)
    else:
        save_model(stored.model, place / store.MODEL, symbols=stored.symbols, facts=stored.description)
    if architecture.recipe.text == "sentences" and not texts.encoder:
        missing = [language for language in architecture.languages if language not in texts.vectors]
        if missing:
            raise InputError(
                f"{model}: reads features of sentences; give what makes them, a sentence-transformers model, with "
                f"--sentences (there are no word vectors in {', '.join(missing)} to take the mean of)"
            )
        own = {language: texts.vectors[language] for language in architecture.languages}
        write_means(own, texts.mappings, place / store.WORDS)
    return model_facts(stored) | {"encoder": texts.encoder if architecture.recipe.text == "sentences" else ""}


def sentences_of(place: Path, manifest: store.Manifest) -> Sentences | None:
    """Return what makes features of sentences for the model of an index, None where it does not read any."""
    if manifest["encoder"]:
        return EncodedSentences(manifest["encoder"])
    return read_means(place / store.WORDS) if (place / store.WORDS).is_dir() else None


def model_facts(stored: StoredModel) -> dict[str, Any]:
    """Return what a manifest says of the model."""
    architecture, described = stored.model.architecture, stored.description
    return {
        "model": {key: described.get(key, "") for key in ("experiment", "seed", "paper", "fidelity", "weights_sha256")},
        "similarity": architecture.similarity,
        "languages": list(architecture.languages),
        "tokens": token_settings(described),
    }


def facts_of(stored: StoredModel, name: str) -> Mapping[str, Any]:
    """Return what a model's description says of how something was made, nothing where it is too old to say so."""
    facts = stored.description.get(name)
    return facts if isinstance(facts, Mapping) else {}
