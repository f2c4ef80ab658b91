"""The imports point one way, and each outside library stays in its place."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from crosscap.sources import library_files

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
LAYERS = [
    {
        *(
            "faults",
            "files",
            "notes",
            "schemas",
            "parquet",
            "seals",
            "tables",
            "jobs",
            "logs",
            "manifests",
            "sources",
            "journal",
            "attempts",
            "tracking",
            "tracking_runs",
            "tracking_store",
            "tracking_uri",
            "devices",
            "strict_yaml",
            "terminal",
        ),
        *("torchvision_import", "folders", "compiled"),
    },
    {"readers", "text", "downloads"},
    {"models", "vision", "evaluation"},
    {"training", "report"},
    {"search", "languages"},
    {
        *("consistency", "contradictions", "experiment_consistency", "experiments", "settings", "text_consistency"),
        *("cli", "commands", "doctor", "planning", "registry", "served", "verification"),
    },
]
LAYER = {part: number for number, parts in enumerate(LAYERS) for part in parts}
MODULES = sorted((SOURCE / "crosscap").rglob("*.py"))
SCRIPTS = sorted((ROOT / "workflow/scripts").glob("*.py"))


@cache
def imported(file: Path) -> frozenset[str]:
    """Return the dotted names that a file imports anywhere, with the names taken from the library's packages."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file} imports relatively"
            names.add(node.module or "")
            if node.module == "crosscap":
                names |= {f"crosscap.{alias.name}" for alias in node.names}
    return frozenset(names)


def part(name: str) -> str | None:
    """Return the first name below the package: ``crosscap.text.tokens`` gives ``text``; None for other libraries."""
    package, _, rest = name.partition(".")
    return rest.split(".")[0] if package == "crosscap" and rest else None


def importers(library: str) -> set[str]:
    """Return the library's modules that import an outside library, as paths below the package."""
    return {
        str(file.relative_to(SOURCE / "crosscap"))
        for file in MODULES
        if any(name.split(".")[0] == library for name in imported(file))
    }


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_a_module_imports_from_lower_layers_or_its_own_package(file: Path) -> None:
    own = file.relative_to(SOURCE / "crosscap").with_suffix("").parts[0]
    if own == "__init__":
        assert not [name for name in imported(file) if part(name)]
        return
    assert own in LAYER, f"{own} has no layer; give it one here and in crosscap/__init__.py"
    for name in imported(file):
        other = part(name)
        if other is not None and other != own:
            same_bottom = LAYER[own] == LAYER[other] and LAYER[own] in (0, len(LAYERS) - 1)
            assert LAYER[other] < LAYER[own] or same_bottom, f"{own} imports {name} from a layer that is not below it"


@pytest.mark.parametrize(
    ("library", "places"),
    [
        ("snakemake", set()),
        ("mlflow", {"tracking_runs.py", "tracking_store.py", "registry.py", "served.py"}),
        ("pyarrow", {"tables.py", "parquet.py", "seals.py"}),
    ],
)
def test_a_library_stays_in_its_place(library: str, places: set[str]) -> None:
    assert importers(library) <= places


@pytest.mark.parametrize(
    "package", ["text", "evaluation", "report", "readers", "tables.py", "tracking.py", "verification"]
)
def test_what_needs_no_torch_does_not_load_it(package: str) -> None:
    torch_users = importers("torch") | importers("torchvision")
    start = SOURCE / "crosscap" / package
    for file in [start] if start.suffix else start.rglob("*.py"):
        reached = {str(Path(used).relative_to(SOURCE / "crosscap")) for used in library_files(file, SOURCE)}
        assert not reached & torch_users, f"{file.name} reaches torch through {sorted(reached & torch_users)}"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_begins_with_the_function_of_its_own_name_and_does_nothing_on_import(script: Path) -> None:
    tree = ast.parse(script.read_text(encoding="utf-8"))
    public = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    assert public[0] == script.stem
    assert ast.get_docstring(tree)
    allowed = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.Expr, ast.If)
    assert all(isinstance(node, allowed) for node in tree.body)
    guards = [ast.unparse(node.test) for node in tree.body if isinstance(node, ast.If)]
    assert guards[-1] == "__name__ == '__main__'"
    assert not any(name.split(".")[0] == "snakemake" for name in imported(script))
