"""What is trained: each experiment's settings resolved, and the tables that its training reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosscap.models.systems import SYSTEMS

Settings = dict[str, Any]


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> Settings:
    """Return `base` with `changes`, key by key in mappings; lists and values are replaced."""
    merged = dict(base)
    for key, value in changes.items():
        both = isinstance(merged.get(key), Mapping) and isinstance(value, Mapping)
        merged[key] = merge(merged[key], value) if both else value
    return merged


def trained_languages(experiment: Mapping[str, Any], dataset: Mapping[str, Any]) -> list[str]:
    """Return the languages that an experiment is trained on, as it lists them, or else all of the data set.

    Those that it is measured in without training, `zero_shot`, are no part of them.
    """
    zero_shot = experiment.get("zero_shot", [])
    return [code for code in experiment.get("languages", dataset["languages"]) if code not in zero_shot]


def resolve_experiments(settings: Mapping[str, Any]) -> dict[str, Settings]:
    """Return what each experiment trains, by name: its languages in the data set's order, its overrides applied.

    Keys that are null take the value of the system's recipe. What an experiment does not read becomes None, so that
    changing it does not train anew: the seeds of others, the margin of the other similarity, the temperature of a
    system without softmax.
    """
    dataset = settings["dataset"]
    resolved = {}
    for experiment in settings["experiments"]:
        trained = trained_languages(experiment, dataset)
        resolved[experiment["name"]] = {
            "name": experiment["name"],
            "system": experiment["system"],
            "similarity": experiment["similarity"],
            "languages": [code for code in dataset["languages"] if code in trained],
            "zero_shot": [code for code in dataset["languages"] if code in experiment.get("zero_shot", [])],
            "hub": dataset["hub"],
            "training": _training_read(experiment, merge(settings["training"], experiment.get("training", {}))),
        }
    return resolved


def tables_read(experiment: Mapping[str, Any]) -> set[str]:
    """Return which tables a resolved experiment's training reads beside images, features and tokens."""
    recipe = SYSTEMS[experiment["system"]]
    if recipe.text == "sentences":
        return {"sentences"}
    if experiment["training"]["pretrained"]:
        return {"captions"}
    if recipe.vectors in ("tuned", "frozen"):
        return {"vectors", "mapping", "lexicon"} if recipe.aligned else {"vectors"}
    return set() if recipe.text == "characters" else {"vocabulary"}


def reads_new_texts(system: str, sentences: Mapping[str, Any]) -> bool:
    """Tell whether a model can be asked: not one over features of sentences that are the user's files.

    `sentences` is the settings' section.
    """
    return SYSTEMS[system].text != "sentences" or sentences["source"] != "files"


def _training_read(experiment: Mapping[str, Any], training: Settings) -> Settings:
    """Return `training` with the recipe's values for null, and None for the keys that the experiment does not read."""
    similarity, recipe = experiment["similarity"], SYSTEMS[experiment["system"]]
    for key in ("hinge", "negatives", "machine_captions"):
        training = training | {key: training[key] or getattr(recipe, key)}
    read = {
        "order_power": similarity == "order",
        "absolute": similarity == "order",
        "caption_order": similarity == "order" and len(recipe.terms) > 1,  # the further terms are between captions
        "negatives": any(term.between == "images_captions" for term in recipe.terms),
        "margin": recipe.uses("ranking"),
        "hinge": recipe.uses("ranking"),
        "hinge_decay": recipe.uses("ranking") and training["hinge"] == "schedule",
        "temperature": recipe.uses("contrastive"),
        "transport": recipe.uses("word_alignment"),
        "distillation": recipe.uses("distillation"),
        "tightening": recipe.uses("tightening"),
        "word_dimension": recipe.vectors.startswith("scratch"),
        "region_attention": recipe.images == "regions",
        "transformer": recipe.text == "transformer" and not training["pretrained"],
        "pretrained": recipe.text == "transformer",
        "weight_decay": training["optimiser"] == "adamw",
    } | {key: recipe.maps == "learned" for key in training if key == "maps" or key.startswith("align_")}
    unread = [key for key, is_read in read.items() if not is_read]
    return training | {"margin": {similarity: training["margin"][similarity]}} | dict.fromkeys(unread)
