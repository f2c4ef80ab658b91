"""No module imports one that imports it back, at its top, within a function or for types alone."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"


def imports(folder: Path) -> dict[str, set[str]]:
    """Return the modules below a folder by their dotted names, each with those that it imports."""
    files = {".".join(file.relative_to(folder).with_suffix("").parts): file for file in folder.rglob("*.py")}
    return {name: imported(file) & files.keys() - {name} for name, file in files.items()}


def imported(file: Path) -> set[str]:
    """Return the dotted names that a file imports; of ``from a import b`` both ``a`` and ``a.b``."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    taken = [(node.module, alias.name) for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names]
    whole = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return whole | {module for module, _ in taken if module} | {f"{module}.{name}" for module, name in taken}


def test_modules_import_each_other_in_one_direction() -> None:
    found = imports(SOURCE)
    assert len(found) > 200
    TopologicalSorter(found).prepare()  # raises CycleError, which names the modules


def test_an_import_within_a_function_closes_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    from b import g\n")
    (tmp_path / "b.py").write_text("import a\n")
    with pytest.raises(CycleError):
        TopologicalSorter(imports(tmp_path)).prepare()
