"""Checks of settings that concern several keys at once, after each key alone has passed the schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crosscap.contradictions import check_codes
from crosscap.contradictions import check_path as _check_path
from crosscap.contradictions import note as _add
from crosscap.downloads.catalogue import find_item, near_names
from crosscap.experiment_consistency import check_experiments, check_names
from crosscap.experiments import trained_languages
from crosscap.faults import Faults
from crosscap.readers.inputs import absent_languages, named_paths
from crosscap.report.published import sources
from crosscap.text_consistency import check_benchmarks, check_texts
from crosscap.tracking_uri import fault_of

Section = Mapping[str, Any]

SCENE_LANGUAGES = ("en", "de", "ja", "fr")  # in which the scenes are described; their own module would load Pillow


def check_together(settings: Section, faults: Faults) -> None:
    """Note what the schema cannot: keys that need, forbid or name one another, and files that must exist.

    A check of sections that `settings` lacks, because the schema refuses them, is left out.
    """
    for check, sections in CHECKS.items():
        if settings.keys() >= set(sections):
            check(settings, faults)


def _check_dataset(settings: Section, faults: Faults) -> None:
    """Check the languages and the section of the chosen reader."""
    dataset = settings["dataset"]
    check_codes(dataset["languages"], "dataset.languages", faults)
    if dataset["hub"] not in dataset["languages"]:
        _add(faults, "dataset.hub", f"{dataset['hub']} is not one of dataset.languages; add it or choose another hub")
    if dataset["reader"] == "scenes":
        for language in sorted(set(dataset["languages"]) - set(SCENE_LANGUAGES)):
            _add(faults, "dataset.languages", f"the scenes are not described in {language}; remove it")
        return
    reader, languages = dataset["reader"], dataset["languages"]
    section, place = dataset[reader], f"dataset.{reader}"
    for key, path in named_paths(reader, settings=section, languages=languages).items():
        _check_path(path, f"{place}.{key}", faults)
    for language in absent_languages(reader, settings=section, languages=languages):
        remedy = f"remove it from dataset.languages{', or add its files to captions' * (reader == 'coco')}"
        _add(faults, place, f"has no captions in {language}; {remedy}")
    if section.get("images") is not None:
        _check_path(section["images"], f"{place}.images", faults)
    elif settings["features"]["precomputed"] is None and "images" in section:
        _add(faults, f"{place}.images", "is not set; set it, or features.precomputed")
    elif settings["features"]["precomputed"] is None:
        _add(faults, "features.precomputed", f"is not set; {reader} has no photos, so give its features")
    percent = section.get("split_percent")
    if percent is not None and (total := sum(percent.values())) != 100:
        _add(faults, f"{place}.split_percent", f"adds up to {total}; make it 100")


def _check_vectors(settings: Section, faults: Faults) -> None:
    """Check that each language has its vectors and that the files exist."""
    vectors = settings["vectors"]
    read = "files" if vectors["source"] == "files" else "extra_text"
    for language in settings["dataset"]["languages"]:
        if read == "files" and language not in vectors["files"]:
            _add(faults, "vectors.files", f"has no file for {language}; add one, or set vectors.source to train")
    for language, file in vectors[read].items():
        _check_path(file, f"vectors.{read}.{language}", faults)
    if 0 < vectors["maximum_ngram"] < vectors["minimum_ngram"]:
        _add(faults, "vectors.maximum_ngram", "is below vectors.minimum_ngram; raise it, or write 0 for no subwords")


def _check_features(settings: Section, faults: Faults) -> None:
    """Check that the files of features or weights exist."""
    features = settings["features"]
    if features["precomputed"] is not None:
        _check_path(features["precomputed"], "features.precomputed", faults)
    elif features["weights"].endswith(".safetensors"):
        _check_path(features["weights"], "features.weights", faults)
    if features["crop"] > features["resize"]:
        _add(faults, "features.crop", f"{features['crop']} is above features.resize, {features['resize']}; lower it")


def _check_folds(settings: Section, faults: Faults) -> None:
    """Check that the scenes can be divided into folds."""
    split, size = (settings["evaluation"][key] for key in ("split", "fold_size"))
    images = settings["dataset"]["scenes"][split]
    if settings["dataset"]["reader"] == "scenes" and size is not None and images % size:
        message = f"{size} does not divide dataset.scenes.{split}, {images}; choose a divisor, or null for no folds"
        _add(faults, "evaluation.fold_size", message)


def _check_tables(settings: Section, faults: Faults) -> None:
    """Check that the published tables are there."""
    for key, kind in {"published": "comparison", "context": "context"}.items():
        known = sources(kind)
        for name in settings["report"][key]:
            if name not in known:
                _add(faults, f"report.{key}", f"there is no table {name}; there are {', '.join(known)}")


def _check_compared(settings: Section, faults: Faults) -> None:
    """Check that the pairs to compare are of experiments that there are, and that share a language."""
    dataset, pairs = settings["dataset"], settings["report"]["compare"]
    measured = {
        experiment["name"]: {*trained_languages(experiment, dataset), *experiment.get("zero_shot", [])}
        for experiment in settings["experiments"]
    } | {"ridge": set(dataset["languages"])}
    for name in sorted({name for pair in pairs for name in pair} - measured.keys()):
        _add(faults, "report.compare", f"there is no experiment {name}; there are {', '.join(measured)}")
    for one, other in (pair for pair in pairs if measured.keys() >= set(pair)):
        if not measured[one] & measured[other]:
            message = f"{one} and {other} are measured in no language in common; remove the pair or choose another"
            _add(faults, "report.compare", message)


def _check_downloads(settings: Section, faults: Faults) -> None:
    """Check that there is what is to be fetched."""
    for name in (name for name in settings["fetch"]["items"] if find_item(name) is None):
        _add(faults, "fetch.items", f"there is nothing named {name}; write {' or '.join(near_names(name))}")


def _check_tracking(settings: Section, faults: Faults) -> None:
    """Check that the tracking store's address is one."""
    if (uri := settings["tracking"]["uri"]) and (fault := fault_of(uri)):
        _add(faults, "tracking.uri", fault)


CHECKS: dict[Callable[[Section, Faults], None], tuple[str, ...]] = {  # and the sections that each reads
    _check_dataset: ("dataset", "features"),
    _check_vectors: ("dataset", "vectors"),
    check_texts: ("dataset", "vectors", "lexicon", "translation", "sentences", "training", "experiments"),
    _check_features: ("features",),
    _check_folds: ("dataset", "evaluation"),
    _check_tables: ("report",),
    _check_compared: ("dataset", "report", "experiments"),
    check_benchmarks: ("dataset", "benchmarks"),
    check_names: ("experiments",),
    check_experiments: ("dataset", "training", "experiments"),
    _check_downloads: ("fetch",),
    _check_tracking: ("tracking",),
}
