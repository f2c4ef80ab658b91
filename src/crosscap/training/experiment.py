"""An experiment with its settings resolved, the files it reads, and what its bytes depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch

from crosscap.devices import best_device
from crosscap.models.joint import Architecture
from crosscap.training.state import Settings


@dataclass(frozen=True)
class Experiment:
    """One experiment with its settings resolved: what the workflow hands to the train rule."""

    name: str
    system: str
    similarity: str
    languages: Sequence[str]
    hub: str
    training: Mapping[str, Any]


@dataclass(frozen=True)
class Inputs:
    """The files a run reads; lexicons are keyed like ``de-en``, the lists follow the languages."""

    images: Path
    features: Path
    tokens: Sequence[Path]
    vectors: Sequence[Path]
    mappings: Sequence[Path]
    lexicons: Mapping[str, Path]
    code: Sequence[Path]


def architecture_of(experiment: Experiment, *, feature_dimension: int, word_dimension: int) -> Architecture:
    """Return the architecture that the experiment asks for."""
    return Architecture(
        system=experiment.system,
        similarity="order" if experiment.similarity == "order" else "cosine",
        languages=tuple(experiment.languages),
        hub=experiment.hub,
        maps=experiment.training["maps"] or "none",
        feature_dimension=feature_dimension,
        word_dimension=word_dimension,
        joint_dimension=experiment.training["joint_dimension"],
        order_power=experiment.training["order_power"] or 0,
        absolute=bool(experiment.training["absolute"]),
    )


def loop_settings(experiment: Experiment, *, seed: int) -> Settings:
    """Return the settings that the loop reads; what the system has no use for, None, is 0."""
    training: dict[str, Any] = {key: value or 0 for key, value in experiment.training.items()} | {
        "seed": seed,
        "margin": experiment.training["margin"][experiment.similarity],
        "learning_rate_steps": tuple(experiment.training["learning_rate_steps"]),
    }
    return Settings(**{field.name: training[field.name] for field in fields(Settings)})


def run_fingerprint(experiment: Experiment, inputs: Inputs, *, seed: int) -> dict[str, object]:
    """Return what a run's bytes depend on: each setting, the data, the code, the library and the threads."""
    data = [
        inputs.images,
        inputs.features,
        *inputs.tokens,
        *inputs.vectors,
        *inputs.mappings,
        *inputs.lexicons.values(),
    ]
    return {
        **{key: value for key, value in asdict(experiment).items() if key != "training"},
        **experiment.training,
        "seed": seed,
        "data": _files_hash(data),
        "code": _files_hash(inputs.code),
        "torch": torch.__version__,
        "device": best_device(),
    }


def _files_hash(files: Sequence[Path]) -> str:
    """Return one sha256 for the contents of files, in their order."""
    digests = "".join(hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in files)
    return hashlib.sha256(digests.encode()).hexdigest()
