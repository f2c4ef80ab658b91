"""The user's settings: config.yaml, presets and the command line merged, and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError

from crosscap.consistency import check_together
from crosscap.experiments import Settings, merge
from crosscap.faults import Fault, Faults
from crosscap.strict_yaml import as_typed, key_lines, read_mapping

CONFIG = "config.yaml"
SCHEMA = "workflow/schemas/config.schema.yaml"

Places = dict[str, tuple[Path, int] | None]  # file and line, by a key's dotted name; None: on the command line


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
    files = [checkout / CONFIG, *files]
    settings = load_settings(files, arguments=arguments)
    faults = Faults()
    note_faults(settings, schema=load_schema(checkout / SCHEMA), faults=faults)
    locate(faults, files=files, arguments=arguments)
    faults.raise_any()
    return settings


def check_settings(settings: Mapping[str, Any], *, schema: Mapping[str, Any]) -> None:
    """Check each key against the JSON schema, and together the keys of the sections that fit it.

    Raises:
        InputError: all keys that are unknown, missing or out of range, and all that contradict one another.
    """
    faults = Faults()
    note_faults(settings, schema=schema, faults=faults)
    faults.raise_any()


def note_faults(settings: Mapping[str, Any], *, schema: Mapping[str, Any], faults: Faults) -> None:
    """Note what `check_settings` refuses, each fault under its key."""
    refused = schema_faults(settings, schema=schema, faults=faults)
    check_together({section: value for section, value in settings.items() if section not in refused}, faults)


def schema_faults(settings: Mapping[str, Any], *, schema: Mapping[str, Any], faults: Faults) -> set[str]:
    """Note what does not fit the schema, and return the sections that it is in.

    A key that is misspelt is one fault: the one that is missing for it is not told as well.
    """
    errors = list(Draft202012Validator(schema).iter_errors(settings))
    missing = {_place(error): _missing(error) for error in errors if error.validator == "required"}
    unknown = [error for error in errors if error.validator == "additionalProperties"]
    meant = {_place(error): _meant(error, missing.get(_place(error), [])) for error in unknown}
    found: dict[tuple[str, str], None] = {}  # each of several missing keys has an error, and each of these tells all
    for error in errors:
        for key, message in _messages(error, meant.get(_place(error), {})):
            found[".".join([*_place(error), *key]) or "settings", message] = None
    for name, message in found:
        faults.add("D-903", name, None, message)
    return {section for error in errors for section in _place(error)[:1]}


def locate(faults: Faults, *, files: Sequence[str | Path], arguments: Mapping[str, Any]) -> None:
    """Put file and line in the place of each key that has a fault: where it was given last, or else its section.

    What the command line's `arguments` give stays with its key. `files` are such as `load_settings` takes.
    """
    if not faults.found:
        return
    places: Places = {}
    for file in map(Path, files):
        places = _over(places, {name: (file, line) for name, line in key_lines(file).items()})
    places = _over(places, dict.fromkeys(_names(arguments)))
    faults.found = [_located(fault, places) for fault in faults.found]


def _over(places: Places, later: Places) -> Places:
    """Return places with later ones over them, as `merge` does it: a list replaces all items of one before."""
    lists = {above for above, _, last in (name.rpartition(".") for name in later) if last.isdigit()}
    replaced = tuple(f"{name}." for name in lists)
    return {name: place for name, place in places.items() if not name.startswith(replaced)} | later


def _located(fault: Fault, places: Places) -> Fault:
    """Return a fault of a key with the key's place, or that of the nearest key above it that has one."""
    name = fault.file
    while name and name not in places:
        name = name.rpartition(".")[0]
    place = places.get(name)
    return Fault(fault.code, str(place[0]), place[1], f"{fault.file}: {fault.message}") if place else fault


def _names(values: Any, prefix: str = "") -> Iterator[str]:
    """Yield the dotted names of all keys and items of settings, as `key_lines` names them."""
    inner = list(values.items()) if isinstance(values, Mapping) else []
    for place, item in enumerate(values if isinstance(values, list) else []):
        names = [place, item["name"]] if isinstance(item, Mapping) and "name" in item else [place]
        inner += [(name, item) for name in names]
    for key, value in inner:
        yield f"{prefix}{key}"
        yield from _names(value, f"{prefix}{key}.")


def load_schema(path: str | Path) -> Settings:
    """Return the schema of the settings.

    Raises:
        InputError: the file is missing or not YAML.
    """
    faults = Faults()
    schema = read_mapping(Path(path), faults=faults)
    faults.raise_any()
    return schema


def _messages(error: ValidationError, meant: Mapping[str, str]) -> Iterator[tuple[list[str], str]]:
    """Yield what to tell the user of one fault, each with the key below the fault's place, or none."""
    schema: Any = error.schema
    remedy = schema.get("description", "see the comment at the key in config.yaml")
    if error.validator == "additionalProperties":
        for key, near in meant.items():
            keys = f"did you mean {near}?" if near else f"the keys here are {', '.join(schema['properties'])}"
            yield [key], f"there is no such key; {keys}"
    elif error.validator == "required":
        yield from (([key], f"is missing; {remedy}") for key in _missing(error) if key not in meant.values())
    else:
        yield [], f"{error.message}; {remedy}"


def _place(error: ValidationError) -> tuple[str, ...]:
    """Return the keys that lead to a fault."""
    return tuple(map(str, error.absolute_path))


def _missing(error: ValidationError) -> list[str]:
    """Return the keys that are wanted where a fault is, and not there."""
    return [key for key in cast("Any", error.schema)["required"] if key not in cast("Settings", error.instance)]


def _meant(error: ValidationError, missing: Sequence[str]) -> dict[str, str]:
    """Return the known key that each unknown one is spelt most like, first of those that are missing; "" for none."""
    known = list(cast("Any", error.schema)["properties"])
    given = map(str, cast("Settings", error.instance))
    return {key: [*_near(key, missing), *_near(key, known), ""][0] for key in given if key not in known}


def _near(key: str, known: Sequence[str]) -> list[str]:
    """Return the known key that is spelt most like a key, if any is."""
    return get_close_matches(key, known, n=1)
