"""The model of an index: its folder, and what it reads queries with beside that."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosscap import files
from crosscap.faults import InputError
from crosscap.models.architecture import Architecture
from crosscap.models.description import DESCRIPTION, WEIGHTS, read_description
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


def described(model: Path) -> Mapping[str, Any]:
    """Return the description of the model in a folder.

    Raises:
        InputError: there is none, or it is damaged.
    """
    below = model / DESCRIPTION, model / store.MODEL / DESCRIPTION
    if not below[0].is_file() and below[1].is_file():
        raise InputError(f"{below[0]}: no such file; give the folder {store.MODEL} in it: {below[1].parent}")
    return read_description(model)


def copy_model(model: Path, place: Path, *, weights_sha256: str) -> None:
    """Copy the folder of a model into an index.

    The weights are held against their hash only; whether they are finite and fit the architecture is seen when the
    index is opened, which loads them.

    Raises:
        InputError: the weights are not those of its description.
    """
    (place / store.MODEL).mkdir()
    for path in (path for path in sorted(model.iterdir()) if path.suffix in (".json", ".safetensors")):
        shutil.copyfile(path, place / store.MODEL / path.name)
    copied = place / store.MODEL / WEIGHTS
    if not copied.is_file() or files.sha256_of(copied) != weights_sha256:
        raise InputError(f"{model / WEIGHTS}: not the weights that {DESCRIPTION} describes; train it again")


def write_texts(
    architecture: Architecture, description: Mapping[str, Any], model: Path, texts: Texts, place: Path
) -> dict[str, Any]:
    """Write what a model reads queries with into an index, and return what the manifest says of the model.

    Raises:
        InputError: the model reads features of sentences and there is nothing to make them with.
    """
    if architecture.recipe.text == "sentences" and not texts.encoder:
        missing = [language for language in architecture.languages if language not in texts.vectors]
        if missing:
            raise InputError(
                f"{model}: reads features of sentences; give what makes them, a sentence-transformers model, with "
                f"--sentences (there are no word vectors in {', '.join(missing)} to take the mean of)"
            )
        own = {language: texts.vectors[language] for language in architecture.languages}
        write_means(own, texts.mappings, place / store.WORDS)
    return {
        "model": {
            key: description.get(key, "") for key in ("experiment", "seed", "paper", "fidelity", "weights_sha256")
        },
        "similarity": architecture.similarity,
        "languages": list(architecture.languages),
        "tokens": token_settings(description),
        "encoder": texts.encoder if architecture.recipe.text == "sentences" else "",
    }


def sentences_of(place: Path, manifest: store.Manifest) -> Sentences | None:
    """Return what makes features of sentences for the model of an index, None where it does not read any."""
    if manifest["encoder"]:
        return EncodedSentences(manifest["encoder"])
    return read_means(place / store.WORDS) if (place / store.WORDS).is_dir() else None


def facts_of(description: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return what a model's description says of how something was made, nothing where it is too old to say so."""
    facts = description.get(name)
    return facts if isinstance(facts, Mapping) else {}
