"""The networks of torchvision and the names of their weights, read from its source.

To import torchvision takes seconds, and this is asked for before anything is computed.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from difflib import get_close_matches
from fnmatch import fnmatch
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from crosscap.doctor.findings import Findings

UNUSABLE = ("squeezenet*", "googlenet", "inception_v3")  # as crosscap.vision.backbones says


def check_network(network: Mapping[str, str], findings: Findings) -> None:
    """Check that torchvision has the backbone, and weights of that name for it."""
    known = published_weights()
    if not network or not known:
        return
    with findings.check("backbone and weights", code="D-212", file="features"):
        name, weights = network["backbone"], network["weights"]
        if name not in known:
            near = get_close_matches(name, known, n=3) or sorted(known)
            message = f"torchvision has no network {name!r} that can be used; write {' or '.join(near)}"
            findings.faults.add("D-212", "features.backbone", None, message)
        elif problem := _problem(weights, known[name]):
            findings.faults.add("D-212", "features.weights", None, f"{name} has no weights {weights!r}; {problem}")


def published_weights() -> dict[str, list[str]]:
    """Return the names of each usable network's weights; nothing where torchvision is not installed."""
    spec = find_spec("torchvision")
    folders = (spec.submodule_search_locations if spec else None) or []
    found = {name: weights for folder in folders for name, weights in _networks_of(folder).items()}
    return {name: weights for name, weights in found.items() if not any(fnmatch(name, known) for known in UNUSABLE)}


def _problem(weights: str, published: list[str]) -> str | None:
    """Return the remedy where weights are neither a published name nor a file nor a seed."""
    number = weights.removeprefix("seed:")
    if weights in published or weights.endswith(".safetensors"):
        return None
    if number != weights and number.isascii() and number.isdigit() and int(number) < 2**63:
        return None
    return f"write {', '.join(published)}, a .safetensors file, or seed: and a whole number, such as seed:2019"


@cache
def _networks_of(folder: str) -> dict[str, list[str]]:
    """Return the networks of torchvision in a folder, and the names of their weights."""
    found: dict[str, list[str]] = {}
    for file in Path(folder, "models").glob("*.py"):
        found |= _networks(ast.parse(file.read_text(encoding="utf-8")))
    return found


def _networks(tree: ast.Module) -> dict[str, list[str]]:
    """Return the networks that a module registers, and the names of the weights that their decorators name."""
    classes = {node.name: _members(node) for node in tree.body if isinstance(node, ast.ClassDef)}
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {
        node.name: classes.get(_weights_class(node), [])
        for node in functions
        if any(ast.unparse(decorator).startswith("register_model(") for decorator in node.decorator_list)
    }


def _members(node: ast.ClassDef) -> list[str]:
    """Return the names that a class assigns."""
    targets = [target for line in node.body if isinstance(line, ast.Assign) for target in line.targets]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _weights_class(node: ast.FunctionDef) -> str:
    """Return the class of a network's weights, out of its annotation: ``Optional[ResNet18_Weights]``."""
    annotations = [argument.annotation for argument in node.args.kwonlyargs if argument.arg == "weights"]
    found = [ast.unparse(annotation) for annotation in annotations if annotation]
    return found[0].removeprefix("Optional[").removesuffix("]") if found else ""
