"""An experiment with its settings resolved, the files it reads, and what its bytes depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch

from crosscap.devices import device_kind
from crosscap.files import known_sha256
from crosscap.models.architecture import Architecture
from crosscap.models.systems import SYSTEMS, System
from crosscap.training.state import Settings

SECTIONS = ("hinge_decay", "loss_weights", "transport", "distillation", "tightening", "warmup")  # settings in mappings


@dataclass(frozen=True)
class Experiment:
    """One experiment with its settings resolved: what the workflow hands to the train rule."""

    name: str
    system: str
    similarity: str
    languages: Sequence[str]
    hub: str
    training: Mapping[str, Any]

    @property
    def recipe(self) -> System:
        """Return the system."""
        return SYSTEMS[self.system]


@dataclass(frozen=True)
class Inputs:
    """The files a run reads; lexicons are keyed like ``de-en``, the lists follow the languages.

    What the experiment's system does not read is empty: vectors, mappings and lexicons of pretrained word vectors,
    vocabularies of words from scratch, sentences (frozen features), captions (raw text for subwords).
    """

    images: Path
    features: Path
    tokens: Sequence[Path]
    vectors: Sequence[Path]
    vocabularies: Sequence[Path]
    mappings: Sequence[Path]
    lexicons: Mapping[str, Path]
    sentences: Sequence[Path]
    captions: Sequence[Path]
    code: Sequence[Path]


def architecture_of(
    experiment: Experiment, *, feature_dimension: int, regions: int, text_dimension: int, pretrained: str
) -> Architecture:
    """Return the architecture that the experiment asks for; `pretrained` is the body's configuration, "" for none."""
    training = experiment.training
    small = training["transformer"] or {}
    return Architecture(
        system=experiment.system,
        similarity="order" if experiment.similarity == "order" else "cosine",
        languages=tuple(experiment.languages),
        hub=experiment.hub,
        maps=training["maps"] or "none",
        feature_dimension=feature_dimension,
        text_dimension=text_dimension,
        joint_dimension=training["joint_dimension"],
        order_power=training["order_power"] or 0,
        absolute=bool(training["absolute"]),
        regions=regions,
        region_attention=training["region_attention"] or "none",
        caption_order=training["caption_order"] or "symmetric",
        layers=small.get("layers", 0),
        heads=small.get("heads", 0),
        positions=small.get("positions", 0),
        pretrained=pretrained,
    )


def loop_settings(experiment: Experiment, *, seed: int) -> Settings:
    """Return the settings that the loop reads; what the system has no use for, None, is 0 or empty."""
    training = dict(experiment.training)
    margin = training["margin"] or {}
    sections = {key: training[key] or {} for key in SECTIONS}
    plain = {key: value or 0 for key, value in training.items()}
    chosen: dict[str, Any] = (
        plain
        | sections
        | {
            "seed": seed,
            "margin": margin.get(experiment.similarity, 0.0),
            "learning_rate_steps": tuple(training["learning_rate_steps"]),
        }
    )
    return Settings(**{field.name: chosen[field.name] for field in fields(Settings)})


def run_fingerprint(experiment: Experiment, inputs: Inputs, *, seed: int) -> dict[str, object]:
    """Return what a run's bytes depend on: each setting, the data by its kinds, the code, the library, the threads."""
    data = {
        "images": [inputs.images],
        "features": [inputs.features],
        "tokens": inputs.tokens,
        "vectors": inputs.vectors,
        "vocabularies": inputs.vocabularies,
        "mappings": inputs.mappings,
        "lexicons": list(inputs.lexicons.values()),
        "sentences": inputs.sentences,
        "captions": inputs.captions,
        "pretrained": pretrained_files(experiment.training["pretrained"]),
    }
    return {
        **{key: value for key, value in asdict(experiment).items() if key != "training"},
        **experiment.training,
        "seed": seed,
        **{f"data.{kind}": _files_hash(files) for kind, files in data.items() if files},
        "code": _files_hash(inputs.code),
        "torch": torch.__version__,
        "device": device_kind(),  # not its number: a run goes on on another GPU
    }


def pretrained_files(name: str | None) -> list[Path]:
    """Return the files of a pretrained model that is a folder; a model of the hub is known by its name alone."""
    folder = Path(name or "")
    return sorted(file for file in folder.iterdir() if file.is_file()) if name and folder.is_dir() else []


def _files_hash(files: Sequence[Path]) -> str:
    """Return one sha256 for the contents of files, in their order."""
    digests = "".join(known_sha256(file) for file in files)
    return hashlib.sha256(digests.encode()).hexdigest()
