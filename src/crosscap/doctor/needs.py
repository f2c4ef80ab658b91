"""How much room a run will take on disk and in memory: rounded up from the settings and what is known of the inputs."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from crosscap.doctor.room import MEGABYTE
from crosscap.experiments import resolve_experiments

FLOAT = 4  # bytes
WIDEST = 4096  # numbers of a feature where it is not known: those of VGG, the widest of torchvision's networks
WORDS = 20_000  # of a language, where its captions are not known
LAYERS = 12  # squares of the joint dimension in the weights of a recurrent text encoder, and a transformer's layers
PRETRAINED = 180_000_000  # weights of bert-base-multilingual-cased
COPIES = 8  # of a model's weights: itself, and two saved states with the weights, the best ones and Adam's two moments
OTHERS = 200  # megabytes: tables of texts and ranks, the report, the tracking store
BESIDE = 1000  # megabytes of memory for Python and its libraries
HELD = 2.5  # times the features in memory, as one job extracts them or a baseline centres them


def needed_on_disk(settings: Mapping[str, Any], figures: Mapping[str, Any]) -> dict[str, int]:
    """Return the megabytes that features, word vectors, models, embeddings with their indexes, and the rest take."""
    words, dimension = _words(settings, figures), _dimension(settings, figures)
    images, captions, width = _images(settings, figures), _captions(settings, figures), _width(figures)
    experiments = resolve_experiments(settings)
    models = embeddings = 0
    for experiment in settings["experiments"]:
        training, seeds = experiments[experiment["name"]]["training"], len(experiment["seeds"])
        joint = training["joint_dimension"]
        weights = words * dimension + width * joint + LAYERS * joint * joint
        weights += PRETRAINED if training["pretrained"] else 0
        models += seeds * COPIES * FLOAT * weights
        embeddings += seeds * 2 * FLOAT * joint * (images + captions)  # and once more in an index
    sizes = {
        "features": 2 * FLOAT * images * width,  # of the shards, and joined
        "vectors": FLOAT * words * dimension,
        "models": models,
        "embeddings": embeddings,
    }
    return {name: -(-size // MEGABYTE) for name, size in sizes.items()} | {"others": OTHERS}


def needed_memory(settings: Mapping[str, Any], figures: Mapping[str, Any]) -> int:
    """Return the megabytes of memory that the largest stage takes: the one that holds all features."""
    return BESIDE + int(HELD * FLOAT * _images(settings, figures) * _width(figures) / MEGABYTE)


def _images(settings: Mapping[str, Any], figures: Mapping[str, Any]) -> int:
    """Return the number of images, 0 where it is not known."""
    scenes = settings["dataset"]["scenes"]
    known = {split: scenes[split] for split in ("train", "val", "test")}
    generated = settings["dataset"]["reader"] == "scenes"
    return sum((known if generated else figures.get("counts", {}).get("images", {})).values())


def _captions(settings: Mapping[str, Any], figures: Mapping[str, Any]) -> int:
    """Return the number of captions; a language of the scenes has one an image."""
    if settings["dataset"]["reader"] == "scenes":
        return len(settings["dataset"]["languages"]) * _images(settings, figures)
    return sum(sum(splits.values()) for splits in figures.get("counts", {}).get("captions", {}).values())


def _words(settings: Mapping[str, Any], figures: Mapping[str, Any]) -> int:
    """Return the number of words of all languages."""
    known = figures.get("vocabulary", {})
    return sum(known.get(language, WORDS) for language in settings["dataset"]["languages"])


def _dimension(settings: Mapping[str, Any], figures: Mapping[str, Any]) -> int:
    """Return the largest dimension of word vectors, from files, trained, or from scratch."""
    given = [found["dimension"] for found in figures.get("vectors", {}).values()]
    return max([*given, settings["vectors"]["dimension"], settings["training"]["word_dimension"]])


def _width(figures: Mapping[str, Any]) -> int:
    """Return the numbers of an image's feature, of all its regions."""
    shape = figures.get("features", {}).get("shape")
    return prod(shape) if shape else WIDEST
