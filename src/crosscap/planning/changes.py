"""Which settings of a job changed, from Snakemake's values before and now and the names that the job's manifest keeps.

Snakemake tells values only, in no order: mappings name their settings themselves, the names of others, such as a
number, are found by the old value among the settings that the last run wrote into the manifest.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from crosscap.tracking_uri import masked

WIDTH = 40  # characters of a setting's value
EXCLUSIVE = re.compile(r"before: (?P<before>.*?) now: (?P<now>.*)$", flags=re.DOTALL)
NOTHING = "<nothing exclusive>"
CHANGED = "its settings changed"
ABSENT = object()

Pair = tuple[str, Any, Any]  # the name of a setting, or "", and its values before and now


def changes(reason: str, stored: Mapping[str, Any]) -> list[str]:
    """Return which settings changed, from what to what, as far as what Snakemake writes of them can be read.

    `stored` are the settings of the last run by their names, as its manifest keeps them, or none.
    """
    found = EXCLUSIVE.search(reason)
    try:
        before, now = (_values(found[side]) for side in ("before", "now")) if found else ([], [])
    except (SyntaxError, TypeError, ValueError):
        return [CHANGED]
    pairs, before, now = _paired(before, now, stored)
    told = [change for name, old, new in pairs for change in _differences(old, new, name)]
    names = [name for value in before if (name := _name(value, stored))]
    return [*told, *(f"{name} changed" for name in names)] or [CHANGED]


def _values(text: str) -> list[Any]:
    """Return the values of Snakemake's list.

    Raises:
        SyntaxError: they cannot be read; ValueError as well.
    """
    return [] if text.strip() == NOTHING else ast.literal_eval(f"[{text.strip()}]")


def _paired(before: list[Any], now: list[Any], stored: Mapping[str, Any]) -> tuple[list[Pair], list[Any], list[Any]]:
    """Return which value became which, and those of which that cannot be told.

    Mappings of the same keys belong together, then the only two mappings that are left; of other values the only two of
    a type, and the only two that are left.
    """
    pairs: list[Pair] = []
    for kind in ("keys", "mappings", "types", "others"):
        for old in list(before):
            olds, news = ([one for one in values if _alike(one, old, kind)] for values in (before, now))
            if len(olds) == len(news) == 1:
                pairs.append(("" if isinstance(old, dict) else _name(old, stored) or "a setting", old, news[0]))
                before = [one for one in before if one is not old]
                now = [one for one in now if one is not news[0]]
    return pairs, before, now


def _alike(one: Any, other: Any, kind: str) -> bool:
    """Return whether two values are mappings of the same keys, mappings, other values of one type, or other values."""
    if isinstance(one, dict) and isinstance(other, dict):
        return kind == "mappings" or (kind == "keys" and one.keys() == other.keys())
    others = not isinstance(one, dict) and not isinstance(other, dict)
    return others and (kind == "others" or (kind == "types" and type(one) is type(other)))


def _name(value: Any, stored: Mapping[str, Any]) -> str:
    """Return the name that a value of the last run had: ``a or b`` where two had it, "" where none."""
    kept = json.loads(json.dumps(masked(value) if isinstance(value, str) else value, default=str))
    return " or ".join(name for name, given in stored.items() if given == kept)


def _differences(before: Any, now: Any, name: str = "") -> Iterator[str]:
    """Yield what changed in settings that may be nested: ``training.epochs changed from 1 to 2``."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*before, *now]):
            inner = f"{name}.{key}" if name else str(key)
            yield from _differences(before.get(key, ABSENT), now.get(key, ABSENT), inner)
    elif now is ABSENT:
        yield f"{name} is gone"
    elif before is ABSENT:
        yield f"{name} is new"
    elif before != now:
        yield f"{name} changed from {_value(before)} to {_value(now)}"


def _value(value: object) -> str:
    """Return a setting's value without passwords, cut where it is long."""
    text = masked(str(value))
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
