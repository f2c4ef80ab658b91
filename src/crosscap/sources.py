"""Which library files a script runs on, found by reading its imports.

The workflow declares these files as inputs of a rule, so that editing one reruns the rules that use it, and no other.
"""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGE = "crosscap"


def library_files(script: str | Path, source_root: str | Path) -> list[str]:
    """Return the library files that `script` imports, directly or through others, as sorted paths.

    `source_root` is the folder that holds the package. Only the package's own modules count; a module's parent
    packages are included, because importing it runs their ``__init__.py``.
    """
    root = Path(source_root)
    todo = [Path(script)]
    seen: set[Path] = set()
    while todo:
        for module in _imported_modules(todo.pop()):
            for file in _files_of(module, root):
                if file not in seen:
                    seen.add(file)
                    todo.append(file)
    return sorted(str(file) for file in seen)


def lock_hash() -> str:
    """Return the sha256 of the lock that the workflow's environment is made from, "" where the package came without."""
    lock = Path(__file__).parents[2] / "requirements.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else ""


@cache
def _imported_modules(file: Path) -> frozenset[str]:
    """Return the dotted names that a file imports from the package; ``from a import b`` may name a module ``a.b``."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), filename=str(file))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.update([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return frozenset(name for name in names if name == PACKAGE or name.startswith(f"{PACKAGE}."))


@cache
def _files_of(module: str, root: Path) -> tuple[Path, ...]:
    """Return the files that importing `module` runs: its parents' ``__init__.py`` and its own file where it has one."""
    parts = module.split(".")
    candidates = [root.joinpath(*parts[: depth + 1], "__init__.py") for depth in range(len(parts))]
    candidates.append(root.joinpath(*parts).with_suffix(".py"))
    return tuple(file for file in candidates if file.is_file())
