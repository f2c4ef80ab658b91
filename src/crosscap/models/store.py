"""A model on disk: model.safetensors (weights and maps) and model.json (everything else), complete in themselves.

safetensors has no checksum of its own and accepts NaN, so model.json holds the weights' sha256 and both the hash and
the numbers are checked on load; model.json holds its own, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import safetensors
import safetensors.torch
import torch

from crosscap import files
from crosscap.faults import InputError
from crosscap.models.architecture import Architecture
from crosscap.models.description import DESCRIPTION, WEIGHTS, read_description, write_description
from crosscap.models.encoders import word_table
from crosscap.models.joint import JointModel


@dataclass(frozen=True)
class Symbols:
    """What a model reads captions as: the words of each language in the order of their ids, an alphabet, or subwords.

    `tokenizer` is the text of a tokenizers library's tokenizer.json. What a model does not read is empty.
    """

    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    characters: Sequence[str] = ()
    tokenizer: str = ""


@dataclass(frozen=True)
class StoredModel:
    """A model as loaded, in evaluation mode."""

    model: JointModel
    symbols: Symbols
    description: Mapping[str, object]


def words_hash(words: Sequence[str]) -> str:
    """Return the sha256 of a vocabulary: its words in order."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def save_model(model: JointModel, folder: Path, *, symbols: Symbols, facts: Mapping[str, object]) -> None:
    """Write a model folder; `facts` are further plain values to keep with it, such as the settings.

    They may be the description of the model that this one was made from: what it says of that one is replaced.
    """
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    weights = safetensors.torch.save(tensors)
    files.atomic_write(folder / WEIGHTS, weights)
    description = {
        **facts,
        "architecture": model.architecture.as_dict(),
        **{name: _plain(value) for name, value in asdict(symbols).items()},
        "words_sha256": {language: words_hash(words) for language, words in symbols.words.items()},
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
    }
    write_description(folder, description)


def load_model(folder: Path) -> StoredModel:
    """Read a model folder on the CPU.

    Raises:
        InputError: a file is missing, damaged, of another format, or holds NaN.
    """
    description = read_description(folder)
    weights = _read_weights(folder / WEIGHTS, description["weights_sha256"])
    architecture = Architecture.from_dict(description["architecture"])
    # JSON keeps its keys sorted: the blocks of the word table stand in the order of the languages
    words = {code: description["words"][code] for code in architecture.languages if code in description["words"]}
    symbols = Symbols(words=words, characters=description["characters"], tokenizer=description["tokenizer"])
    model = JointModel(architecture, blank_vectors(architecture, symbols), characters=len(symbols.characters))
    model.load_state_dict(weights)
    return StoredModel(model=model.eval(), symbols=symbols, description=description)


def blank_vectors(architecture: Architecture, symbols: Symbols) -> list[torch.Tensor]:
    """Return word vectors of zeros in the shape of a model's table: one for all languages, or one each."""
    vocabularies = list(symbols.words.values())
    if architecture.recipe.vectors == "scratch_shared":
        vocabularies = vocabularies[:1]
    return [torch.zeros(len(words), architecture.text_dimension) for words in vocabularies]


def word_vectors(stored: StoredModel, language: str) -> tuple[list[str], np.ndarray]:
    """Return a language's words and their vectors [V, D] after its map, as the model's text encoder sees them.

    Raises:
        InputError: the model reads no words.
    """
    table = word_table(stored.model.texts)
    if table is None:
        system = stored.model.architecture.system
        raise InputError(f"a model of the system {system} has no word vectors; choose one that reads words")
    index = stored.model.architecture.languages.index(language)
    return list(stored.symbols.words[language]), table.carried_block(index).detach().numpy()


def _plain(value: object) -> object:
    """Return lists where JSON has no tuples."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return list(value) if isinstance(value, (list, tuple)) else value


def _read_weights(path: Path, sha256: str) -> dict[str, torch.Tensor]:
    """Read the weights after checking that they are the ones described, and finite."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; the model is incomplete, train it again")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise InputError(f"{path}: not the weights that {DESCRIPTION} describes (sha256 differs); train it again")
    try:
        weights = safetensors.torch.load(data)
    except safetensors.SafetensorError as error:
        raise InputError(f"{path}: not a safetensors file ({error}); train it again") from error
    for name, tensor in weights.items():
        if not bool(torch.isfinite(tensor).all()):
            raise InputError(f"{path}: {name} holds NaN or infinity; train it again")
    return weights


def settings_hash(settings: Mapping[str, object]) -> str:
    """Return the sha256 of plain settings, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
