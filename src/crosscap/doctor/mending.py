"""Settings with something else in the place of each fault, so that the inputs that the sound keys name can be checked.

Nothing that is put in place names a file: a key that may be left out is left out, an unknown one too; another gets the
value of the shipped settings, or else the least that the schema takes: null, no file, the smallest number.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError

from crosscap.experiments import Settings, merge
from crosscap.faults import InputError

MOST = 1000  # faults, which are mended one by one
LEAST: dict[str, Any] = {"boolean": False, "integer": 0, "number": 0, "string": "en"}  # fits names, languages and paths

Place = tuple[str | int, ...]


def mend(
    settings: Mapping[str, Any], *, schema: Mapping[str, Any], shipped: Mapping[str, Any]
) -> tuple[Settings, set[Place]]:
    """Return settings that fit the schema, and the places at which they were mended; `shipped` fits it, or is empty.

    Raises:
        InputError: there are more faults than are mended.
    """
    mended, places = deepcopy(dict(settings)), set[Place]()
    validator = Draft202012Validator(schema)
    for _ in range(MOST):
        error = next(validator.iter_errors(mended), None)
        if error is None:
            return mended, places
        places |= _mend_one(mended, error, schema=schema, shipped=shipped)
    raise InputError(f"config.yaml: after {MOST} faults there are more: {error and error.message}; mend some first")


def _mend_one(
    settings: Settings, error: ValidationError, *, schema: Mapping[str, Any], shipped: Mapping[str, Any]
) -> set[Place]:
    """Mend one fault in place, and return where it was."""
    place, held = tuple(error.absolute_path), cast("Settings", error.instance)
    described = _described(place, schema)
    if error.validator == "additionalProperties":
        wrong = {(*place, key) for key in held if key not in described["properties"]}
    elif error.validator == "required":
        wrong = {(*place, key) for key in described["required"] if key not in held}
    else:
        wrong = {place}
    for *above, key in set(wrong):
        holder = _value(settings, tuple(above))
        if isinstance(holder, list):  # told by the list: to delete an item gives those behind it other numbers
            wrong = wrong - {(*above, key)} | {tuple(above)}
        if isinstance(holder, list) or key not in _described(tuple(above), schema).get("required", ()):
            del holder[key]
        elif shipped and not any(isinstance(step, int) for step in above):
            holder[key] = deepcopy(_value(shipped, (*above, key)))
        else:
            holder[key] = _least(_described((*above, key), schema), schema)
    return wrong


def _value(settings: Any, place: Place) -> Any:
    """Return what stands at a place."""
    for key in place:
        settings = settings[key]
    return settings


def _described(place: Place, schema: Mapping[str, Any]) -> Settings:
    """Return the schema of a place, with what it refers to."""
    found = _resolved(schema, schema)
    for key in place:
        inner = found["items"] if isinstance(key, int) else found.get("properties", {}).get(key)
        found = _resolved(found.get("additionalProperties", {}) if inner is None else inner, schema)
    return found


def _resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Settings:
    """Return a part of the schema together with what it refers to, such as ``#/$defs/count``."""
    if "$ref" not in part:
        return dict(part)
    referred = schema["$defs"][part["$ref"].rpartition("/")[2]]
    return merge(_resolved(referred, schema), {key: value for key, value in part.items() if key != "$ref"})


def _least(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """Return the least value that a part of the schema takes."""
    part = _resolved(part, schema)
    kinds = [part["type"]] if isinstance(part.get("type"), str) else part.get("type", [])
    if "anyOf" in part:
        return _least(part["anyOf"][0], schema)
    if "null" in kinds or None in part.get("enum", []):
        return None
    if "enum" in part:
        return part["enum"][0]
    if kinds == ["object"]:
        whole = part | {"$defs": schema["$defs"]}
        return {key: _least(_described((key,), whole), schema) for key in part.get("required", ())}
    if kinds == ["array"]:
        return [_least(part["items"], schema) for _ in range(part.get("minItems", 0))]
    return part.get("minimum", part["exclusiveMinimum"] + 1 if "exclusiveMinimum" in part else LEAST[kinds[0]])
