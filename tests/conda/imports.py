"""What the scripts of rules import, and what of that an environment lacks."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from crosscap.sources import library_files
from tests.test_packaging import ROOT, rules

IMPORT_EACH = """
import importlib, json, sys
missing = {}
for name in json.load(sys.stdin):
    try:
        importlib.import_module(name)
    except ImportError as error:
        missing[name] = str(error)
print(json.dumps(missing))
"""


def imported(file: Path) -> Iterator[str]:
    """Yield the modules that a file imports, anywhere in it, and those that it loads by their name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module)):
                yield module
            case ast.Call(func=ast.Name(id="load_library"), args=[ast.Constant(value=str(name))]):
                yield name


@cache
def reached(script: str) -> frozenset[str]:
    """Return a script, the library's modules behind it, and all that any of them imports."""
    path = ROOT / "workflow/scripts" / f"{script}.py"
    files = [path, *map(Path, library_files(path, ROOT / "src"))]
    return frozenset({script}.union(*map(imported, files)) - {"__future__"})


def missing_in(prefix: Path, scripts: list[str]) -> dict[str, dict[str, str]]:
    """Return what scripts import and an environment lacks, with the error, by script."""
    names = set().union(*map(reached, scripts))
    first = {"crosscap.torchvision_import"} & names  # it must precede other imports of torchvision
    done = subprocess.run(
        [prefix / "bin/python", "-c", IMPORT_EACH],
        input=json.dumps([*first, *sorted(names - first)]),
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'workflow/scripts'}", "PATH": "/usr/bin:/bin", "HOME": str(prefix)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    missing = json.loads(done.stdout.splitlines()[-1])
    found = {script: {name: error for name, error in missing.items() if name in reached(script)} for script in scripts}
    return {script: names for script, names in found.items() if names}


def scripts_in(environment: Path) -> list[str]:
    """Return the scripts whose rules run in an environment."""
    return [script for conda, script in rules().values() if conda == environment.name]
