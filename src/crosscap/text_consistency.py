"""Checks of what captions and benchmarks' texts are read with: dictionaries, translations, features, transformers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosscap.contradictions import check_languages, check_path, note
from crosscap.experiments import reads_new_texts, resolve_experiments, tables_read
from crosscap.faults import Faults
from crosscap.models.systems import SYSTEMS
from crosscap.readers.sts import parts_of
from crosscap.report.names import LANGUAGES

Section = Mapping[str, Any]

# settings that have a key for each language
BY_LANGUAGE = {"vectors": ("files", "extra_text"), "translation": ("files", "codes"), "sentences": ("files",)}


def check_texts(settings: Section, faults: Faults) -> None:
    """Note contradictions of the sections vectors, lexicon, translation and sentences, and of who reads them."""
    known = [experiment for experiment in settings["experiments"] if experiment["system"] in SYSTEMS]
    experiments = resolve_experiments({**settings, "experiments": known}).values()
    read = {table for experiment in experiments for table in tables_read(experiment)}
    for section, keys in BY_LANGUAGE.items():
        for key in keys:
            # a language that the data set leaves out may keep its files, as those of a preset do; jp or uk is a slip
            slips = [code for code in settings[section][key] if code not in LANGUAGES]
            check_languages(slips, f"{section}.{key}", settings["dataset"]["languages"], faults)
    _check_lexicon(settings, read, faults)
    _check_translation(settings["translation"], settings["dataset"], faults)
    if "sentences" in read:
        _check_sentences(settings["sentences"], settings["dataset"]["languages"], faults)
    for experiment in known:
        _check_search(experiment, settings["sentences"], faults)
    for experiment in experiments:
        _check_origins(experiment, settings, faults)
        _check_transformer(experiment, settings["vectors"], faults)


def check_benchmarks(settings: Section, faults: Faults) -> None:
    """Check that the benchmarks' files exist, and that they are in languages of the data set."""
    benchmarks, dataset = settings["benchmarks"], settings["dataset"]
    check_languages(benchmarks["sts"]["files"], "benchmarks.sts.files", dataset["languages"], faults)
    for language, paths in benchmarks["sts"]["files"].items():
        for part in (part for path in paths for part in parts_of(Path(path))):
            check_path(str(part), f"benchmarks.sts.files.{language}", faults)
    tags = benchmarks["tags"]
    if any(tags.values()):
        for key, path in tags.items():
            check_path(path, f"benchmarks.tags.{key}", faults)


def _check_lexicon(settings: Section, read: set[str], faults: Faults) -> None:
    """Check that dictionaries are at hand where languages are aligned, or captions translated with them."""
    folder, translation = settings["lexicon"]["folder"], settings["translation"]
    needed = [
        "lexicon" in read,
        bool(translation["languages"]) and translation["method"] == "dictionary",
        "sentences" in read and settings["sentences"]["source"] == "vectors",
    ]
    if folder is not None:
        check_path(folder, "lexicon.folder", faults)
    elif settings["dataset"]["reader"] != "scenes" and any(needed):
        message = "is not set; give the folder of the MUSE dictionaries (only scenes make theirs)"
        note(faults, "lexicon.folder", message)


def _check_translation(translation: Section, dataset: Section, faults: Faults) -> None:
    """Check that captions are translated into languages of the data set, and with what."""
    check_languages(translation["languages"], "translation.languages", dataset["languages"], faults)
    if dataset["hub"] in translation["languages"]:
        message = f"{dataset['hub']} is the hub, whose captions are translated; remove it"
        note(faults, "translation.languages", message)
    if translation["method"] == "files":
        for language in translation["languages"]:
            check_path(translation["files"].get(language), f"translation.files.{language}", faults)
    if translation["languages"] and translation["method"] == "model" and translation["model"] is None:
        note(faults, "translation.model", "is not set; give a folder or a name on the Hugging Face hub")


def _check_sentences(sentences: Section, languages: Sequence[str], faults: Faults) -> None:
    """Check that the frozen features of captions, which a system reads, have a source."""
    if sentences["source"] == "model" and sentences["model"] is None:
        note(faults, "sentences.model", "is not set; give the folder or name of a sentence-transformers model")
    if sentences["source"] == "files":
        for language in languages:
            check_path(sentences["files"].get(language), f"sentences.files.{language}", faults)


def _check_search(experiment: Section, sentences: Section, faults: Faults) -> None:
    """Check that a model with a search index can read what is searched for."""
    if experiment.get("search") and not reads_new_texts(experiment["system"], sentences):
        message = "a query has no feature where sentences.source is files; write search: false, or another source"
        note(faults, f"experiments.{experiment['name']}.search", message)


def _check_origins(experiment: Section, settings: Section, faults: Faults) -> None:
    """Check that an experiment will find training captions of the origin that it learns from in all its languages."""
    dataset, translation = settings["dataset"], settings["translation"]
    learnt = experiment["training"]["machine_captions"]
    for language in (code for code in experiment["languages"] if code != dataset["hub"]):
        message, translated = "", language in translation["languages"]
        if learnt == "only" and not translated and dataset["reader"] != "folder":  # whose files may name the origin
            message = f"learns from machine translations, and there are none in {language}; add it to"
            message += " translation.languages, or write machine_captions: never"
        elif learnt == "never" and translated and translation["given"] == "drop":
            message = f"learns from no machine translations, and all else in {language} is dropped; write"
            message += " translation.given: keep, or machine_captions: only"
        if message:
            note(faults, f"experiments.{experiment['name']}", message)


def _check_transformer(experiment: Section, vectors: Section, faults: Faults) -> None:
    """Check that the heads of a small transformer divide the word vectors, where their dimension is a setting."""
    transformer, dimension = experiment["training"]["transformer"], vectors["dimension"]
    if transformer and vectors["source"] == "train" and dimension % transformer["heads"]:
        message = f"{transformer['heads']} heads do not divide vectors.dimension, {dimension}; choose a divisor"
        note(faults, f"experiments.{experiment['name']}.training.transformer", message)
