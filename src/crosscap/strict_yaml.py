"""Reading of YAML 1.2, strictly.

Snakemake reads configuration files as YAML 1.1, in which `1e-4` is a string and `no` (Norwegian) is false, and of two
equal keys the second silently wins. The loader here is YAML 1.2's core schema, refuses equal keys, and knows no tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.scanner import ScannerError

from crosscap.faults import Faults

# https://yaml.org/spec/1.2.2/#103-core-schema, without octal and hexadecimal numbers, infinities and not-a-number
_CORE_SCHEMA = {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?(0|[1-9][0-9]*)",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
}


_DEEPEST = 50  # brackets within one another
# PyYAML's contexts of what begins and does not end
_BEGUN = ("while scanning a simple key", "while scanning a quoted scalar", "while parsing a flow")


class _Loader(yaml.SafeLoader):
    """Plain scalars are what YAML 1.2 says; PyYAML's own resolvers are left out."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012 - PyYAML's name, filled below

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse tags, which no setting needs, and aliases, of which a few lines make gigabytes."""
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            problem = "aliases (*name) and tags (!name) are not read, write the value itself"
            raise ComposerError(None, None, problem, event.start_mark)
        return super().compose_node(parent, index)

    def fetch_flow_collection_start(self, kind: type[yaml.Token]) -> None:
        """Refuse brackets that are nested deeper than any setting: PyYAML takes a second for each file of them."""
        if self.flow_level >= _DEEPEST:
            raise ScannerError(None, None, f"brackets are nested more than {_DEEPEST} deep", self.get_mark())
        super().fetch_flow_collection_start(kind)


for _kind, _pattern in _CORE_SCHEMA.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"(?:{_pattern})$"), None)


def read_mapping(path: Path, *, faults: Faults) -> dict[str, Any]:
    """Return the mapping in a YAML file; what is wrong with it is noted in `faults`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        node = yaml.compose(text, _Loader)
        for key, key_line in _equal_keys(node):
            faults.add("D-902", path, key_line, f"the key {key} is there twice; keep one")
        settings = yaml.load(text, _Loader)
    except OSError as error:
        faults.add("D-901", path, None, f"cannot be read ({error.strerror}); give a file of settings")
    except UnicodeDecodeError as error:
        faults.add("D-901", path, None, f"is not UTF-8 text ({error.reason}); save it as UTF-8")
    except yaml.MarkedYAMLError as error:
        line, where = _culprit(error)
        faults.add("D-901", path, line, f"is not YAML: {error.problem}; mend {where}")
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a control character, a number without end, brackets
        faults.add("D-901", path, None, f"is not YAML that can be read ({error}); save it again as plain text")
    else:
        if isinstance(settings, dict):
            return settings
        faults.add("D-901", path, None, "has no keys at its top; write sections as in config.yaml")
    return {}


def key_lines(path: Path) -> dict[str, int]:
    """Return the line, from 1, of each key and item of a file that `read_mapping` reads: ``experiments.0.seeds``.

    An item with a name has it in the place of its number, too: ``experiments.ame.seeds``.
    """
    return dict(_lines(yaml.compose(path.read_text(encoding="utf-8-sig"), _Loader)))


def as_typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a command line as YAML 1.2 reads them.

    Snakemake leaves 1e-4 a string, and all that is in brackets, as the 3 of ``training={epochs: 3}``.
    """
    return {key: _typed(value) for key, value in values.items()}


def _typed(value: Any) -> Any:
    """Return a value, whose strings may be numbers, null, true or false, as what they are."""
    if isinstance(value, dict):
        return as_typed(value)
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if not isinstance(value, str) or not value:
        return value
    loader = _Loader("")
    return loader.construct_object(yaml.ScalarNode(loader.resolve(yaml.ScalarNode, value, (True, False)), value))


def _culprit(error: yaml.MarkedYAMLError) -> tuple[int | None, str]:
    """Return the line to be mended, from 1, and words for it.

    What begins and does not end (a key without its colon, a quoted text, a bracket) is told by PyYAML where it begins,
    beside the place at which that was noticed, which may be lines below.
    """
    if error.context_mark is not None and (error.context or "").startswith(_BEGUN):
        return error.context_mark.line + 1, "what begins in that line"
    if error.problem_mark is None:
        return None, "it"
    return error.problem_mark.line + 1, "that line or the one above"


def _lines(node: yaml.Node | None, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Yield the dotted name and the line of each key and item below a node."""
    inner: list[tuple[str, yaml.Node, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        inner = [(str(key.value), key, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        inner = [(name, item, item) for place, item in enumerate(node.value) for name in (str(place), *_named(item))]
    for name, marked, value in inner:
        yield f"{prefix}{name}", marked.start_mark.line + 1
        yield from _lines(value, f"{prefix}{name}.")


def _named(item: yaml.Node) -> list[str]:
    """Return the name that an item has."""
    pairs = item.value if isinstance(item, yaml.MappingNode) else []
    return [str(value.value) for key, value in pairs if key.value == "name"]


def _equal_keys(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    """Yield each key that its mapping already has, with its line from 1."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)  # of a key that is a list or a mapping, which is refused later, what it holds
            if name in seen:
                yield name, key.start_mark.line + 1
            seen.add(name)
            yield from _equal_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _equal_keys(value)
