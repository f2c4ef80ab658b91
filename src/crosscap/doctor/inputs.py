"""Which of the user's files a run reads, and the settings that they are read with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosscap.experiments import Settings, resolve_experiments, tables_read
from crosscap.readers.inputs import caption_files, named_paths
from crosscap.readers.sts import parts_of

PARTS = ("", ".0-5000", ".5000-6500")  # of MUSE's dictionary of a direction


@dataclass(frozen=True)
class Inputs:
    """The inputs of a run: plain values, so that they can be the parameters of a rule.

    reader, section, languages, hub, broken_photos: the data set's. tokens, minimum_count: how its words are found.
    features: the file of precomputed ones; network: backbone and weights, where there is none. vectors, extra_text,
    sentences: a file a language, of those that are read. folder, directions, protocol: of the dictionaries from one
    language to another. translated_by, translations: the method, and a file a language. sts: files a language. tags:
    names and truth.
    """

    reader: str
    section: Settings
    languages: list[str]
    hub: str
    broken_photos: str
    tokens: Settings
    minimum_count: int
    features: str | None
    network: dict[str, str]
    vectors: dict[str, str]
    extra_text: dict[str, str]
    sentences: dict[str, str]
    folder: str | None
    directions: list[list[str]]
    protocol: str
    translated_by: str
    translations: dict[str, str]
    sts: dict[str, list[str]]
    tags: dict[str, str]

    def dictionaries(self, source: str, target: str) -> list[Path]:
        """Return the files of a direction, the whole one first, and the test part of the other direction."""
        names = [*(f"{source}-{target}{part}" for part in PARTS), f"{target}-{source}{PARTS[1]}"]
        return [Path(self.folder or "", f"{name}.txt") for name in names]

    def missing(self) -> list[str]:
        """Return the keys of the reader's settings whose files or folder are not there."""
        paths = named_paths(self.reader, settings=self.section, languages=self.languages)
        paths |= {"images": self.section["images"]} if self.section.get("images") else {}
        return [key for key, path in paths.items() if path is None or not Path(path).exists()]

    def files(self) -> list[str]:
        """Return all files and folders that there are, sorted."""
        named = [self.features, *_by_language(self.vectors, self.extra_text, self.sentences, self.translations)]
        named += [str(file) for direction in self.directions for file in self.dictionaries(*direction)]
        named += [str(part) for paths in self.sts.values() for path in paths for part in parts_of(Path(path))]
        named += self.tags.values()
        for matrix in filter(None, [self.features, *self.sentences.values()]):
            named += [str(Path(matrix).with_suffix(".txt")), str(Path(matrix).with_name("names.txt"))]
        if self.reader != "scenes" and not self.missing():
            named += caption_files(self.reader, settings=self.section, languages=self.languages)
            named.append(self.section.get("images"))
        return sorted({path for path in named if path and Path(path).exists()})


def inputs_of(settings: Mapping[str, Any]) -> Inputs:
    """Return what a run with these settings reads."""
    dataset, translation = settings["dataset"], settings["translation"]
    languages, reader = dataset["languages"], dataset["reader"]
    features, tags = settings["features"], settings["benchmarks"]["tags"]
    experiments, folder = list(resolve_experiments(settings).values()), settings["lexicon"]["folder"]
    reads_sentences = any("sentences" in tables_read(experiment) for experiment in experiments)
    source = settings["sentences"]["source"] if reads_sentences else ""
    return Inputs(
        reader=reader,
        section={} if reader == "scenes" else dataset[reader],
        languages=languages,
        hub=dataset["hub"],
        broken_photos=dataset["broken_photos"],
        tokens=settings["tokens"],
        minimum_count=settings["vocabulary"]["minimum_count"],
        features=features["precomputed"],
        network={} if features["precomputed"] else {key: features[key] for key in ("backbone", "weights")},
        vectors=_word_files(settings, "files", experiments, everywhere=source == "vectors"),
        extra_text=_word_files(settings, "train", experiments, everywhere=source == "vectors"),
        sentences=_of(languages, settings["sentences"]["files"] if source == "files" else {}),
        folder=folder,
        directions=_directions(dataset, experiments, everywhere=source == "vectors") if folder else [],
        protocol=settings["lexicon"]["protocol"],
        translated_by=translation["method"] if translation["languages"] else "",
        translations=_translations(settings),
        sts=settings["benchmarks"]["sts"]["files"],
        tags=tags if all(tags.values()) else {},
    )


def _word_files(
    settings: Mapping[str, Any], source: str, experiments: Iterable[Settings], *, everywhere: bool
) -> dict[str, str]:
    """Return the files that word vectors are taken from or trained on, of the languages that need vectors."""
    vectors = settings["vectors"]
    if vectors["source"] != source:
        return {}
    needed = set(settings["dataset"]["languages"]) if everywhere else set()
    for experiment in (experiment for experiment in experiments if "vectors" in tables_read(experiment)):
        needed |= {*experiment["languages"], *experiment["zero_shot"]}
    return _of(sorted(needed), vectors["files" if source == "files" else "extra_text"])


def _directions(dataset: Mapping[str, Any], experiments: Iterable[Settings], *, everywhere: bool) -> list[list[str]]:
    """Return the pairs of languages between which dictionaries are read: both ways, one way where none is trained."""
    hub = dataset["hub"]
    found: set[tuple[str, str]] = set()
    if everywhere:
        found |= {(language, hub) for language in dataset["languages"]}
    for experiment in (experiment for experiment in experiments if "lexicon" in tables_read(experiment)):
        found |= {(language, hub) for language in [*experiment["languages"], *experiment["zero_shot"]]}
        found |= {(hub, language) for language in experiment["languages"]}
    return [list(pair) for pair in sorted(found - {(hub, hub)})]


def _translations(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the file that captions are translated with, by language; none of a model."""
    translation, folder, hub = settings["translation"], settings["lexicon"]["folder"], settings["dataset"]["hub"]
    if translation["method"] == "files":
        return _of(translation["languages"], translation["files"])
    if translation["method"] == "model" or folder is None:
        return {}
    return {language: str(Path(folder, f"{hub}-{language}.txt")) for language in translation["languages"]}


def _of(languages: Iterable[str], files: Mapping[str, str]) -> dict[str, str]:
    """Return the files of some languages that there are; the others are a contradiction of the settings."""
    return {code: files[code] for code in languages if code in files and Path(files[code]).exists()}


def _by_language(*files: Mapping[str, str]) -> list[str]:
    """Return the files of all languages."""
    return [path for of_language in files for path in of_language.values()]
