"""The one whole run that all tests here share: they belong to one group, so that one of pytest's processes makes it.

It is of a copy of the workflow (so that library files can be edited) and in another working directory, whose name has a
space and Japanese letters.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dry_runs import jobs, plan
from tests.workflow.runs import ROOT, TINY, snakemake


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workflow and its library."""
    target = tmp_path_factory.mktemp("copy")
    for name in ("Snakefile", "config.yaml"):
        shutil.copy2(ROOT / name, target)
    for name in ("workflow", "src", "envs"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    return target


@pytest.fixture(scope="session")
def folder(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working directory of the one whole run."""
    work = tmp_path_factory.mktemp("work") / "with space 日本"
    work.mkdir()
    arguments = ["--cores", "2", "--max-threads", "1", "--configfile", ROOT / "tests/config.yaml"]
    run = snakemake(*arguments, copy=copy, folder=work, PYTHONHASHSEED="1")
    assert run.returncode == 0, run.stdout[-20000:]
    return work


@pytest.fixture
def dry_run(copy: Path, folder: Path, tmp_path: Path) -> Callable[..., dict[str, int]]:
    """A function that says which jobs would run after a change of the tiny settings."""

    def planned(changes: dict[str, Any] | None = None, *, text: str = "") -> dict[str, int]:
        part = tmp_path / "part.yaml"
        part.write_text(text or yaml.safe_dump(TINY | (changes or {})))
        return jobs(plan("--dry-run", "--configfile", part, copy=copy, folder=folder))

    return planned


@pytest.fixture
def edited(copy: Path) -> Iterator[Callable[..., None]]:
    """A function that appends a line to a library file of the copy; all is undone afterwards."""
    kept: dict[Path, str] = {}

    def append(name: str, line: str = "# edited\n") -> None:
        file = copy / "src/crosscap" / name
        kept[file] = file.read_text()
        file.write_text(kept[file] + line)

    yield append
    for file, text in kept.items():
        file.write_text(text)


@pytest.fixture
def altered() -> Iterator[Callable[..., None]]:
    """A function that appends a line to a file, at a time if asked; all is undone afterwards, the file's times too."""
    kept: dict[Path, tuple[bytes, os.stat_result]] = {}

    def append(file: Path, line: str = "# altered\n", *, seconds: float | None = None) -> None:
        kept[file] = (file.read_bytes(), file.stat())
        file.write_bytes(kept[file][0] + line.encode())
        if seconds is not None:
            os.utime(file, (seconds, seconds))

    yield append
    for file, (content, status) in kept.items():
        file.write_bytes(content)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
