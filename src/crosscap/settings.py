"""The user's settings: config.yaml, presets and the command line merged, and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError

from crosscap.consistency import check_together
from crosscap.experiments import Settings, merge
from crosscap.faults import Faults
from crosscap.strict_yaml import as_typed, read_mapping

CONFIG = "config.yaml"
SCHEMA = "workflow/schemas/config.schema.yaml"


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
    return merge(settings, as_typed(arguments))


def read_config(checkout: Path, *, files: Sequence[str | Path], arguments: Mapping[str, Any]) -> Settings:
    """Return the settings of a checkout's config.yaml, of the user's `files` and of the command line, all checked.

    Raises:
        InputError: all faults of the files; or else all of what they say.
    """
    settings = load_settings([checkout / CONFIG, *files], arguments=arguments)
    check_settings(settings, schema=load_schema(checkout / SCHEMA))
    return settings


def check_settings(settings: Mapping[str, Any], *, schema: Mapping[str, Any]) -> None:
    """Check each key against the JSON schema, and together the keys of the sections that fit it.

    Raises:
        InputError: all keys that are unknown, missing or out of range, and all that contradict one another.
    """
    faults = Faults()
    refused = schema_faults(settings, schema=schema, faults=faults)
    check_together({section: value for section, value in settings.items() if section not in refused}, faults)
    faults.raise_any()


def schema_faults(settings: Mapping[str, Any], *, schema: Mapping[str, Any], faults: Faults) -> set[str]:
    """Note what does not fit the schema, and return the sections that it is in."""
    refused = set()
    for error in Draft202012Validator(schema).iter_errors(settings):
        place = ".".join(str(part) for part in error.absolute_path) or "settings"
        refused |= {str(part) for part in list(error.absolute_path)[:1]}
        for message in _messages(error):
            faults.add("D-903", place, None, message)
    return refused


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
