"""What is said twice agrees: dependencies, lock, conda environments, rules, versions, commands."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import crosscap
from crosscap.sources import library_files

ROOT = Path(__file__).parents[1]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
DECLARED = [*PROJECT["dependencies"], *(line for group in PROJECT["optional-dependencies"].values() for line in group)]
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))
# where conda-forge's name, or the name that is imported, is not PyPI's
PYPI_NAMES = {
    "pytorch": "torch",
    "PIL": "pillow",
    "MeCab": "mecab-python3",
    "fasttext": "fasttext-wheel",
    "faiss": "faiss-cpu",
    "psycopg2": "psycopg2-binary",
    "yaml": "pyyaml",
    "rattler": "py-rattler",
}
COMMANDS = ["audit", "bench", "clean", "demo", "help", "prove-resume", "report", "search", "test", "test-long", "ui"]


def pypi_name(name: str) -> str:
    """Return a package's name on PyPI in its canonical form."""
    return canonicalize_name(PYPI_NAMES.get(name, name))


def locked() -> dict[str, str]:
    """Return the locked version of each package."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if not line.startswith("#")]
    return {canonicalize_name(item.name): str(item.specifier) for item in requirements}


def environment(path: Path) -> dict[str, str]:
    """Return what a conda environment pins, by PyPI's names, without Python and pip."""
    pins: list[str] = []
    for item in yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"]:
        pins += item["pip"] if isinstance(item, dict) else [item.replace("=", "==", 1)]
    split = [pin.partition("==") for pin in pins]
    return {pypi_name(name): version for name, _, version in split if name not in ("python", "pip")}


def rules() -> dict[str, tuple[str, str]]:
    """Return each rule's conda environment and script, by the names of their files."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow/rules").glob("*.smk"))
    found = {}
    for name, body in re.findall(r"^ *rule (\w+):\n(.*?)(?=^ *rule |\Z)", text, flags=re.MULTILINE | re.DOTALL):
        if script := re.search(r"scripts/(\w+)\.py", body):
            conda = re.search(r"envs/(\w+\.yaml)", body)
            assert conda, f"rule {name} names no environment"
            found[name] = (conda.group(1), script.group(1))
    return found


def outside_imports(script: str) -> set[str]:
    """Return the packages that a script and the library files behind it import, by PyPI's names."""
    path = ROOT / "workflow/scripts" / f"{script}.py"
    return set().union(*(imports_of(Path(file)) for file in [path, *library_files(path, ROOT / "src")]))


@cache
def imports_of(file: Path) -> frozenset[str]:
    """Return the packages that a file imports, by PyPI's names, without Python's, ours and the scripts."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module).split(".")[0])
    folders = (ROOT / "workflow/scripts", ROOT / "benchmarks")
    ours = {"crosscap", "tests", *(path.stem for folder in folders for path in folder.glob("*.py"))}
    return frozenset(pypi_name(name) for name in names - set(sys.stdlib_module_names) - ours)


def test_the_lock_pins_exact_versions_and_no_paths() -> None:
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"#.*|[\w.-]+==[\w.!]+(; python_version [<>]=? \"3\.\d+\")?", line), line


@pytest.mark.parametrize("line", sorted(set(DECLARED)))
def test_the_lock_has_every_dependency_in_a_version_that_it_allows(line: str) -> None:
    requirement = Requirement(line)
    pinned = locked().get(canonicalize_name(requirement.name))
    assert pinned, f"{requirement.name} is not in requirements.lock"
    assert requirement.specifier.contains(pinned.removeprefix("=="))


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_a_conda_environment_pins_what_the_lock_pins(path: Path) -> None:
    pins = environment(path)
    assert pins
    assert {name: f"=={version}" for name, version in pins.items()} == {name: locked().get(name) for name in pins}


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_a_conda_environment_takes_one_channel_one_python_and_pip_where_it_is_needed(path: Path) -> None:
    described = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert described["channels"] == ["conda-forge", "nodefaults"]
    names = [item for item in described["dependencies"] if isinstance(item, str)]
    assert names[0] == "python=3.11"
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains("3.11")
    assert ("pip" in names) == any(isinstance(item, dict) for item in described["dependencies"])


@pytest.mark.parametrize("rule", rules())
def test_a_rule_is_named_like_its_script_and_its_environment_has_what_the_script_imports(rule: str) -> None:
    conda, script = rules()[rule]
    assert script == rule
    missing = outside_imports(script) - set(environment(ROOT / "envs" / conda))
    assert not missing, f"envs/{conda} lacks {sorted(missing)}"


def test_every_environment_is_used_and_every_script_has_a_rule() -> None:
    used = rules().values()
    assert {conda for conda, _ in used} == {path.name for path in ENVIRONMENTS}
    assert {script for _, script in used} == {path.stem for path in (ROOT / "workflow/scripts").glob("*.py")}


def test_every_import_is_a_declared_dependency() -> None:
    declared = {canonicalize_name(Requirement(line).name) for line in DECLARED}
    for folder in ("src", "tests", "benchmarks", "workflow/scripts"):
        for file in (ROOT / folder).rglob("*.py"):
            assert imports_of(file) <= declared, f"{file}: declare {imports_of(file) - declared} in pyproject.toml"


def test_every_dependency_is_imported_somewhere() -> None:
    groups = ("text", "torch", "transformers", "report")
    runtime = [line for name in groups for line in PROJECT["optional-dependencies"][name]]
    imported = set().union(*(outside_imports(script) for _, script in rules().values()))
    names = {canonicalize_name(Requirement(line).name) for line in [*PROJECT["dependencies"], *runtime]}
    # one stands in for fasttext-wheel, transformers imports another, and the rest are imported by name at run time
    by_name = {"torchvision", "transformers", "tokenizers", "sentence-transformers"}
    assert names - imported <= {"fasttext-community", "sentencepiece", *by_name}


def test_snakemake_knows_every_option_of_the_profiles() -> None:
    command = [sys.executable, "-m", "snakemake", "--help"]
    known = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    for profile in ("default", "slurm"):
        described = yaml.safe_load((ROOT / "workflow/profiles" / profile / "config.yaml").read_text(encoding="utf-8"))
        assert not [key for key in described if f"--{key}" not in known]


def test_the_version_is_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == crosscap.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[?v?(\d[\w.]*)", changelog, flags=re.MULTILINE)
    assert newest
    assert newest.group(1) == crosscap.__version__


def test_the_five_papers_are_cited_and_the_licence_is_named() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    first_authors = [paper["authors"][0]["family-names"] for paper in citation["references"]]
    assert first_authors == ["Mohammadshahi", "Gella", "Wehrmann", "Wang", "Aggarwal"]
    assert citation["license"] == PROJECT["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_make_lists_its_commands_and_knows_each() -> None:
    listed = subprocess.run(["make", "-s"], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert sorted(re.findall(r"^make ([a-z-]+)", listed, flags=re.MULTILINE)) == COMMANDS
    for command in COMMANDS:
        subprocess.run(["make", "-n", command], capture_output=True, check=True, cwd=ROOT)


@pytest.mark.parametrize(
    ("made", "opened"),
    [
        (["ame/seed1", "best/seed2", "best/seed1", "later/seed1"], "best/seed2"),  # the first that says search: true
        (["fme/seed1", "later/seed1"], "later/seed1"),
        (["fme/seed1", "fme/seed2"], "fme/seed1"),
    ],
)
def test_make_search_opens_the_index_that_the_settings_ask_for(tmp_path: Path, made: list[str], opened: str) -> None:
    experiments = [
        {"name": "ame", "seeds": [1]},
        {"name": "best", "seeds": [2, 1], "search": True},
        {"name": "later", "seeds": [1], "search": True},
    ]
    settings = {"dataset": {"name": "scenes"}, "experiments": experiments}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    for name in ("Makefile", "requirements.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    for name in made:
        (tmp_path / "results/scenes/models" / name / "index").mkdir(parents=True)
    command = ["make", "--no-print-directory", "-n", "search", f"VENV={Path(sys.executable).parent}"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert shown.rstrip().endswith(f"serve results/scenes/models/{opened}/index")


def test_make_clean_keeps_what_was_measured(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    kept, removed = ("README.md", "benchmarks/rcsls.json"), ("tracking.json", "scenes/report.html")
    for name in (*kept, *removed):
        (tmp_path / "results" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "results" / name).touch()
    subprocess.run(["make", "clean"], capture_output=True, check=True, cwd=tmp_path)
    left = {
        path.relative_to(tmp_path / "results").as_posix() for path in tmp_path.glob("results/**/*") if path.is_file()
    }
    assert left == set(kept)


def test_make_builds_with_what_the_lock_pins() -> None:
    backend = [Requirement(line) for line in PYPROJECT["build-system"]["requires"]]
    assert all(item.specifier.contains(locked()[canonicalize_name(item.name)].removeprefix("==")) for item in backend)
    installs = [line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "--editable" in line]
    assert len(installs) == 1
    assert "--no-build-isolation" in installs[0]


def test_an_old_python_is_refused_with_a_remedy(tmp_path: Path) -> None:
    old = tmp_path / "python3.10"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    for name in ("Makefile", "requirements.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    done = subprocess.run(
        ["make", "test", f"PYTHON={old}"], capture_output=True, text=True, check=False, cwd=tmp_path, env=os.environ
    )
    assert done.returncode != 0
    assert "Crosscap needs Python 3.11, 3.12 or 3.13" in done.stdout
    assert "make PYTHON=python3.12 test" in done.stdout


def test_the_results_guide_names_everything_that_the_rules_write() -> None:
    guide = (ROOT / "results/README.md").read_text(encoding="utf-8")
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow/rules").glob("*.smk"))
    for path in set(re.findall(r'"results/\{dataset\}/([^"]+)"', text)):
        folder, *_, last = [*path.split("/"), path.rpartition("/")[2]]
        name = last if folder == "models" else folder
        if not name.startswith("{"):
            assert re.search(rf"\b{name.partition('.')[0]}\b", guide), f"results/README.md does not describe {path}"
