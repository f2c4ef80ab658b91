"""The conda environments are complete: the workflow runs in them, and each has what the scripts of its rules import.

There is no conda here and no conda-forge: a stand-in solves and links (`standin.py`), from a channel of thin packages
(`channel.py`) that link to what pip has installed. So the tests show what an environment lacks, and not whether
conda-forge has what it lists.
"""

from __future__ import annotations

import base64
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from tests.conda.channel import conda_name, write_channel
from tests.conda.imports import missing_in, scripts_in
from tests.test_packaging import ENVIRONMENTS, PROJECT, ROOT, rules

pytestmark = [
    pytest.mark.conda,
    pytest.mark.xdist_group("conda"),  # one worker makes the shared run
    pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the environments pin Python 3.11; run with 3.11"),
]

# of settings that the tiny run does not have: downloads, and what a user gives instead of computing it
OTHER_SETTINGS = {"fetch_item", "read_features", "select_vectors"}
TABLES = ["features.parquet", "vectors/de.parquet", "mapping/de-en.parquet", "models/mono-de/seed1/metrics.parquet"]


@pytest.fixture(scope="session")
def conda(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stand-in for conda, with a channel."""
    folder = tmp_path_factory.mktemp("standin")
    write_channel(folder / "channels/conda-forge")
    (folder / "bin").mkdir()
    command = shlex.join([sys.executable, str(Path(__file__).with_name("standin.py"))])
    (folder / "bin/conda").write_text(f'#!/bin/sh\nSTANDIN_ROOT={shlex.quote(str(folder))} exec {command} "$@"\n')
    (folder / "bin/conda").chmod(0o755)
    (folder / "bin/activate").write_text('export PATH="$1/bin:$PATH" CONDA_PREFIX="$1"\n')
    return folder


def create(conda: Path, described: dict, folder: Path) -> subprocess.CompletedProcess[str]:
    """Let the stand-in make an environment in a new folder, of what its file would say."""
    file = folder.with_suffix(".yaml")
    file.write_text(yaml.safe_dump(described))
    command = [conda / "bin/conda", "env", "create", "--quiet", "--no-default-packages"]
    return subprocess.run([*command, "--file", file, "--prefix", folder], capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def snakemakes(conda: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of what the workflow itself stands on, so that no job finds more beside its own environment."""
    lines = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["workflow"]]
    names = [conda_name(Requirement(line).name) for line in lines]
    folder = tmp_path_factory.mktemp("snakemake") / "environment"
    made = create(conda, {"channels": ["conda-forge", "nodefaults"], "dependencies": ["python=3.11", *names]}, folder)
    assert made.returncode == 0, made.stderr
    return folder


def run_workflow(python: Path, *arguments: str | Path, folder: Path, path: list[Path]) -> None:
    """Run the tiny workflow in a folder, with no variable but what it needs."""
    searched = os.pathsep.join([*map(str, path), "/usr/bin", "/bin"])
    arguments = ("--cores", "2", "--max-threads", "1", "--configfile", ROOT / "tests/config.yaml", *arguments)
    run = subprocess.run(
        [
            python,
            "-m",
            "snakemake",
            "--snakefile",
            folder / "copy/Snakefile",
            "--directory",
            folder / "work",
            *arguments,
        ],
        env={"PATH": searched, "HOME": str(folder), "OMP_NUM_THREADS": "1", "NUMBA_DISABLE_JIT": "1"},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-20000:]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the workflow, and of its library."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "copy").mkdir()
    for name in ("Snakefile", "config.yaml"):
        shutil.copy2(ROOT / name, folder / "copy")
    for name in ("workflow", "src", "envs"):
        shutil.copytree(ROOT / name, folder / "copy" / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="session")
def work(conda: Path, snakemakes: Path, folder: Path) -> Path:
    """The working directory of the tiny workflow's run in conda environments, from nothing to the report."""
    arguments = ["--software-deployment-method", "conda"]
    run_workflow(snakemakes / "bin/python", *arguments, folder=folder, path=[snakemakes / "bin", conda / "bin"])
    return folder / "work"


def test_every_rule_runs_in_its_own_environment(work: Path) -> None:
    assert (work / "results/scenes/report.html").is_file()
    files = (path for path in (work / ".snakemake/metadata").rglob("*") if path.is_file())
    jobs = [json.loads(path.read_text()) for path in files]
    ran_in = {job["rule"]: base64.b64decode(job["conda_env"] or "").decode() for job in jobs}
    expected = {rule: (ROOT / "envs" / name).read_text() for rule, (name, _) in rules().items()}
    assert ran_in == {rule: expected[rule] for rule in ran_in}
    assert set(expected) - set(ran_in) == OTHER_SETTINGS


def test_what_is_computed_in_conda_environments_is_the_same_to_the_byte(work: Path, folder: Path) -> None:
    made = folder / "made in conda"
    work.rename(made)
    try:
        targets = [f"results/scenes/{name}" for name in TABLES]
        python = Path(sys.executable)
        run_workflow(python, "--", *targets, folder=folder, path=[python.parent])
        for target in targets:
            assert (work / target).read_bytes() == (made / target).read_bytes(), target
    finally:
        shutil.rmtree(work, ignore_errors=True)
        made.rename(work)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda path: path.stem)
def test_an_environment_has_all_that_its_rules_import(environment: Path, work: Path) -> None:
    made = {path.read_text(): path.with_suffix("") for path in (work / ".snakemake/conda").glob("*.yaml")}
    assert missing_in(made[environment.read_text()], scripts_in(environment)) == {}


@pytest.mark.parametrize(
    ("name", "package"), [("text", "sacremoses"), ("torch", "sentence-transformers"), ("report", "numba")]
)
def test_a_package_that_an_environment_does_not_list_is_missed(
    name: str, package: str, conda: Path, tmp_path: Path
) -> None:
    environment = ROOT / "envs" / f"{name}.yaml"
    described = yaml.safe_load(environment.read_text())
    described["dependencies"] = [item for item in described["dependencies"] if not str(item).startswith(f"{package}=")]
    assert create(conda, described, tmp_path / "environment").returncode == 0
    missing = missing_in(tmp_path / "environment", scripts_in(environment))
    module = package.replace("-", "_")
    assert missing
    assert all(f"No module named '{module}'" in " ".join(errors.values()) for errors in missing.values())


@pytest.mark.parametrize(
    ("described", "said"),
    [
        (
            {"channels": ["conda-forge"], "dependencies": ["numpy"]},
            "defaults",
        ),  # conda's own channel, which costs money
        ({"channels": ["conda-forge", "nodefaults"], "dependencies": ["numpy=1.0.0"]}, "numpy"),
        ({"channels": ["conda-forge", "nodefaults"], "dependencies": ["python", {"pip": ["six==1.17.0"]}]}, "pip"),
    ],
    ids=["channel", "version", "pip"],
)
def test_the_stand_in_makes_no_environment_of_what_is_not_there(
    described: dict, said: str, conda: Path, tmp_path: Path
) -> None:
    made = create(conda, described, tmp_path / "environment")
    assert made.returncode != 0
    assert said in made.stderr
    assert not (tmp_path / "environment/bin").exists()
