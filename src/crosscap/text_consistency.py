"""Checks of what captions are read with: dictionaries, translations, sentence features and transformers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosscap.contradictions import check_path, note
from crosscap.faults import Faults
from crosscap.models.systems import SYSTEMS, System

Section = Mapping[str, Any]


def check_texts(settings: Section, faults: Faults) -> None:
    """Note contradictions of the sections lexicon, translation and sentences, and of what experiments read of them."""
    _check_lexicon(settings, faults)
    _check_translation(settings["translation"], settings["dataset"], faults)
    for experiment in settings["experiments"]:
        _check_origins(experiment, settings, faults)
        _check_transformer(experiment, settings, faults)
    _check_sentences(settings, faults)


def _check_lexicon(settings: Section, faults: Faults) -> None:
    """Check that dictionaries are at hand where languages are aligned, or captions translated with them."""
    folder, translation = settings["lexicon"]["folder"], settings["translation"]
    needed = [
        any(_aligns_words(experiment, settings) for experiment in settings["experiments"]),
        bool(translation["languages"]) and translation["method"] == "dictionary",
        _reads_sentences(settings) and settings["sentences"]["source"] == "vectors",
    ]
    if folder is not None:
        check_path(folder, "lexicon.folder", faults)
    elif settings["dataset"]["reader"] != "scenes" and any(needed):
        message = "is not set; give the folder of the MUSE dictionaries (only scenes make theirs)"
        note(faults, "lexicon.folder", message)


def _check_translation(translation: Section, dataset: Section, faults: Faults) -> None:
    """Check that captions are translated into languages of the data set, and with what."""
    for language in translation["languages"]:
        if language == dataset["hub"]:
            note(faults, "translation.languages", f"{language} is the hub, whose captions are translated; remove it")
        elif language not in dataset["languages"]:
            message = f"{language} is not one of dataset.languages; add it there or remove it here"
            note(faults, "translation.languages", message)
        if translation["method"] == "files":
            check_path(translation["files"].get(language), f"translation.files.{language}", faults)
    if translation["languages"] and translation["method"] == "model" and translation["model"] is None:
        note(faults, "translation.model", "is not set; give a folder or a name on the Hugging Face hub")


def _check_origins(experiment: Section, settings: Section, faults: Faults) -> None:
    """Check that an experiment will find training captions of the origin that it learns from in all its languages."""
    dataset, translation, name = settings["dataset"], settings["translation"], experiment["system"]
    if name not in SYSTEMS:
        return
    training = {**settings["training"], **experiment.get("training", {})}
    learnt = training["machine_captions"] or SYSTEMS[name].machine_captions
    for language in experiment.get("languages", dataset["languages"]):
        if language == dataset["hub"] or language in experiment.get("zero_shot", []):
            continue
        message, translated = "", language in translation["languages"]
        if learnt == "only" and not translated and dataset["reader"] != "folder":  # whose files may name the origin
            message = f"learns from machine translations, and there are none in {language}; add it to"
            message += " translation.languages, or write machine_captions: never"
        elif learnt == "never" and translated and translation["given"] == "drop":
            message = f"learns from no machine translations, and all else in {language} is dropped; write"
            message += " translation.given: keep, or machine_captions: only"
        if message:
            note(faults, f"experiments.{experiment['name']}", message)


def _check_transformer(experiment: Section, settings: Section, faults: Faults) -> None:
    """Check that the heads of a small transformer divide the word vectors, where their dimension is a setting."""
    system, own = SYSTEMS.get(experiment["system"]), experiment.get("training", {})
    if system is None or system.text != "transformer" or {**settings["training"], **own}["pretrained"]:
        return
    heads = {**settings["training"]["transformer"], **own.get("transformer", {})}["heads"]
    dimension = settings["vectors"]["dimension"]
    if settings["vectors"]["source"] == "train" and dimension % heads:
        message = f"{heads} heads do not divide vectors.dimension, {dimension}; choose a divisor"
        note(faults, f"experiments.{experiment['name']}.training.transformer", message)


def _check_sentences(settings: Section, faults: Faults) -> None:
    """Check that the frozen features of captions have a source where a system reads them."""
    sentences = settings["sentences"]
    if not _reads_sentences(settings):
        return
    if sentences["source"] == "model" and sentences["model"] is None:
        note(faults, "sentences.model", "is not set; give the folder or name of a sentence-transformers model")
    for language in settings["dataset"]["languages"]:
        if sentences["source"] == "files":
            check_path(sentences["files"].get(language), f"sentences.files.{language}", faults)


def _aligns_words(experiment: Section, settings: Section) -> bool:
    """Tell whether an experiment starts from aligned word vectors, which a pretrained encoder has no use for."""
    system = SYSTEMS.get(experiment["system"])
    pretrained = {**settings["training"], **experiment.get("training", {})}["pretrained"]
    return system is not None and system.aligned and not (system.text == "transformer" and pretrained)


def _systems(settings: Section) -> list[System]:
    """Return the known systems that the experiments train."""
    names = {experiment["system"] for experiment in settings["experiments"]}
    return [system for name, system in SYSTEMS.items() if name in names]


def _reads_sentences(settings: Section) -> bool:
    """Tell whether an experiment's system reads frozen features of captions."""
    return any(system.text == "sentences" for system in _systems(settings))
