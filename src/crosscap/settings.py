"""The user's settings: config.yaml, presets and the command line merged, checked, and resolved for each experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError

from crosscap.consistency import check_together
from crosscap.faults import Faults
from crosscap.models.systems import SYSTEMS
from crosscap.strict_yaml import as_typed, read_mapping

Settings = dict[str, Any]


def load_settings(files: Sequence[str | Path], *, arguments: Mapping[str, Any]) -> Settings:
    """Return the settings of `files`, where later ones win, and of the command line's `arguments`, which win over all.

    Raises:
        InputError: a file is not YAML with a mapping at its top, or has equal keys; all faults of all files.
    """
    faults = Faults()
    settings: Settings = {}
    for file in files:
        settings = merge(settings, read_mapping(Path(file), faults=faults))
    faults.raise_any()
    return merge(settings, as_typed(arguments))  # Snakemake reads the command line as YAML 1.1


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> Settings:
    """Return `base` with `changes`, key by key in mappings; lists and values are replaced."""
    merged = dict(base)
    for key, value in changes.items():
        both = isinstance(merged.get(key), Mapping) and isinstance(value, Mapping)
        merged[key] = merge(merged[key], value) if both else value
    return merged


def check_settings(settings: Mapping[str, Any], *, schema: Mapping[str, Any]) -> None:
    """Check each key against the JSON schema, and then the keys together.

    Raises:
        InputError: all keys that are unknown, missing or out of range; or all that contradict one another.
    """
    faults = Faults()
    for error in Draft202012Validator(schema).iter_errors(settings):
        place = ".".join(str(part) for part in error.absolute_path) or "settings"
        for message in _messages(error):
            faults.add("D-903", place, None, message)
    faults.raise_any()
    check_together(settings)


def resolve_experiments(settings: Mapping[str, Any]) -> dict[str, Settings]:
    """Return what each experiment trains, by name: its languages in the data set's order, its overrides applied.

    Keys that are null take the value of the system's recipe. What an experiment does not read becomes None, so that
    changing it does not train anew: the seeds of others, the margin of the other similarity, the temperature of a
    system without softmax.
    """
    dataset = settings["dataset"]
    resolved = {}
    for experiment in settings["experiments"]:
        chosen = experiment.get("languages", dataset["languages"])
        zero_shot = experiment.get("zero_shot", [])
        resolved[experiment["name"]] = {
            "name": experiment["name"],
            "system": experiment["system"],
            "similarity": experiment["similarity"],
            "languages": [code for code in dataset["languages"] if code in chosen and code not in zero_shot],
            "zero_shot": [code for code in dataset["languages"] if code in zero_shot],
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


def load_schema(path: str | Path) -> Settings:
    """Return the schema of the settings.

    Raises:
        InputError: the file is missing or not YAML.
    """
    faults = Faults()
    schema = read_mapping(Path(path), faults=faults)
    faults.raise_any()
    return schema


def _messages(error: ValidationError) -> list[str]:
    """Return what to tell the user of one fault: an unknown key comes with the nearest known one."""
    schema: Any = error.schema
    if error.validator != "additionalProperties":
        return [f"{error.message}; {schema.get('description', 'see the comment at the key in config.yaml')}"]
    known, given = list(schema["properties"]), cast("Settings", error.instance)
    return [f"there is no key {key}; {_suggestion(str(key), known)}" for key in given if key not in known]


def _suggestion(key: str, known: Sequence[str]) -> str:
    """Return a remedy for an unknown key."""
    near = get_close_matches(key, known, n=1)
    return f"did you mean {near[0]}?" if near else f"the keys here are {', '.join(known)}"
