"""A new model folder that reads a further language beside those of a finished model."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crosscap import files
from crosscap.faults import InputError
from crosscap.folders import check_absent, whole_folder
from crosscap.languages.card import added_card, addition_lines
from crosscap.languages.codes import ISO_639_1
from crosscap.languages.retrieval import measure_captions
from crosscap.languages.words import Words, carry_words
from crosscap.models.description import read_description
from crosscap.models.extension import WordVectors, extend, hub_words, reads_own_words
from crosscap.models.store import StoredModel, load_model, save_model
from crosscap.text.one_dictionary import split_dictionary
from crosscap.text.vectors import first_words, select_vectors
from crosscap.text.vocabulary import SPECIALS, listed_vocabulary

logger = logging.getLogger(__name__)

CARD = "CARD.md"
ALIGNMENT: dict[str, Any] = {"iterations": 10, "learning_rate": 1.0, "orthogonal": True}  # as in config.yaml
SEED = 1  # of vectors that are made up: the special symbols', which the hub's replace


@dataclass(frozen=True)
class WordFiles:
    """What a language's words come from.

    vectors: a .vec, .vec.gz or .bin file, of which the first `most_words` words are taken. dictionary: between the
    language and the hub, in either direction; test_dictionary: pairs that measure it, otherwise a fifth of its words.
    hub_vectors: the hub's vectors that the model started from; hub words that it lacks teach nothing.
    """

    vectors: Path
    dictionary: Path
    test_dictionary: Path | None = None
    hub_vectors: Path | None = None
    most_words: int = 50_000
    neighbours: int = 10


@dataclass(frozen=True)
class Captions:
    """Captions in the language, of images in a `split` of a data set's results folder."""

    file: Path
    dataset: Path
    split: str = "test"


def add_language(
    model: Path, output: Path, *, language: str, words: WordFiles | None, captions: Captions | None
) -> dict[str, str]:
    """Write the model folder `output`, which reads `language` too, with its card; return what is to be told of it.

    Raises:
        InputError: an input cannot be used, the model takes no such language, or `output` exists; nothing is written.
    """
    check_absent(output)
    stored = load_model(model)
    _check_language(stored, language)
    _check_reading(stored, words=words, captions=captions)
    facts: dict[str, object] = {"model_weights_sha256": stored.description["weights_sha256"]}
    added: dict[str, WordVectors] = {}
    if words is not None:
        added[language], of_words = _carried(stored, words)
        facts |= {"files_sha256": _hashes(words), **of_words}
    extended = extend(stored, [language], added=added)
    if captions is not None:
        found = measure_captions(
            extended, captions.file, language=language, dataset=captions.dataset, split=captions.split
        )
        facts["retrieval"] = {"file": captions.file.name, "sha256": files.sha256_of(captions.file), **found}
    _write(extended, output, description=_described(stored.description, language, facts))
    return addition_lines(language, facts, hub=stored.model.architecture.hub)


def _check_language(stored: StoredModel, language: str) -> None:
    """Check that the language is a code, and new to the model."""
    if language not in ISO_639_1:
        raise InputError(f"--language {language}: write an ISO 639-1 code, two small letters, such as fr")
    if language in stored.model.architecture.languages:
        known = ", ".join(stored.model.architecture.languages)
        raise InputError(f"--language {language}: the model reads it already; it knows {known}")


def _check_reading(stored: StoredModel, *, words: WordFiles | None, captions: Captions | None) -> None:
    """Check that the files given are those that a model of its kind reads."""
    architecture = stored.model.architecture
    if reads_own_words(stored.model):
        hub_words(stored)  # raises where none can be added, whatever the files
        if words is None:
            raise InputError(f"{architecture.system} reads words; give --vectors and --dictionary")
    elif words is not None:
        raise InputError(f"{architecture.system} needs no word vectors; leave --vectors and --dictionary out")
    if captions is not None and architecture.recipe.text == "sentences":
        raise InputError(
            f"{architecture.system} reads features of sentences, which the workflow makes; leave --captions "
            "out, and measure the language there, by zero_shot"
        )


def _carried(stored: StoredModel, given: WordFiles) -> tuple[WordVectors, dict[str, object]]:
    """Return the words that are added, in the model's space, and the facts of them."""
    architecture = stored.model.architecture
    own = list(listed_vocabulary(first_words(given.vectors, given.most_words))["word"])
    language = Words(own, *select_vectors(given.vectors, own, seed=SEED))
    if (dimension := language.vectors.shape[1]) != architecture.text_dimension:
        raise InputError(
            f"{given.vectors}: vectors of dimension {dimension}, the model's words have dimension "
            f"{architecture.text_dimension}; give vectors of the same dimension"
        )
    names, vectors = hub_words(stored)
    hub = Words(names, vectors, _known(given.hub_vectors, names))
    lexicon, figures = split_dictionary(
        given.dictionary, test=given.test_dictionary, source_words=own, target_words=names
    )
    carried, facts = carry_words(language, hub, lexicon=lexicon, neighbours=given.neighbours, **ALIGNMENT)
    return (own, carried), {**figures, **facts}


def _known(hub_vectors: Path | None, words: Sequence[str]) -> np.ndarray:
    """Return which of the hub's words have a vector of their own: all but the special symbols where no file tells."""
    if hub_vectors is None:
        return np.arange(len(words)) >= len(SPECIALS)
    return select_vectors(hub_vectors, words, seed=SEED)[1]


def _described(description: Mapping[str, object], language: str, facts: Mapping[str, object]) -> dict[str, object]:
    """Return the description of a model with a further language under `added_languages`."""
    before = description.get("added_languages", {})
    assert isinstance(before, dict)
    return {**description, "added_languages": {**before, language: dict(facts)}}


def _write(stored: StoredModel, output: Path, *, description: Mapping[str, object]) -> None:
    """Write the model with its card, whole or not at all."""
    with whole_folder(output) as folder:
        save_model(stored.model, folder, symbols=stored.symbols, facts=description)
        files.atomic_write(folder / CARD, added_card(read_description(folder)).encode())
    logger.info("wrote %s", output)


def _hashes(words: WordFiles) -> dict[str, str]:
    """Return the sha256 of each file that words come from, by what it is: two may have one name."""
    given = {name: getattr(words, name) for name in ("vectors", "dictionary", "test_dictionary", "hub_vectors")}
    return {name: files.sha256_of(path) for name, path in given.items() if path is not None}
