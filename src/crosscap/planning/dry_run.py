"""A dry run of Snakemake, read: its jobs with their files and reasons.

The text of a dry run is what Snakemake shows its users; the library does not import Snakemake, whose own
structures change from version to version.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crosscap.faults import InputError

CHECKOUT = Path(__file__).parents[3]
SNAKEFILES = ("Snakefile", "snakefile", "workflow/Snakefile", "workflow/snakefile")  # where Snakemake looks by itself
JOB = re.compile(r"^(?:local)?(?:rule|checkpoint) (\w+):$")
FIELD = re.compile(r"^    (\w[\w-]*): (.*)$")
FOLDERS = ("Base directory", "Working directory")  # in the header: of the workflow, and of its results
FAILURE = re.compile(r"^(?:Error\b|usage:|\w+(?:Error|Exception)\b|snakemake: error)", flags=re.MULTILINE)


@dataclass(frozen=True)
class Job:
    """A job that would run, as Snakemake announces it; files are relative to the working directory where below it."""

    rule: str
    wildcards: dict[str, str]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    benchmark: str
    threads: int
    reason: str


@dataclass(frozen=True)
class DryRun:
    """The jobs that would run, in an order in which they could, and how many there are with those that need not."""

    jobs: tuple[Job, ...]
    total: int
    base: Path
    folder: Path

    @property
    def locked(self) -> bool:
        """Whether another Snakemake works in the folder, or one was killed there."""
        return any(self.folder.glob(".snakemake/locks/*"))


def dry_run(arguments: Sequence[str]) -> DryRun:
    """Ask Snakemake what it would run with these arguments of its command line; nothing is run or made.

    A second dry run, of everything, tells how many jobs there are; both run at once.

    Raises:
        InputError: there is no Snakemake or no Snakefile, or the settings are wrong.
    """
    processes = [_start([*arguments, *further]) for further in ((), ("--forceall",))]
    texts = [process.communicate()[0] for process in processes]
    for process, text in zip(processes, texts, strict=True):
        if process.returncode:
            raise InputError(_failure(text))
    return parse(texts[0], total=len(_jobs(texts[1])))


def parse(text: str, *, total: int) -> DryRun:
    """Read what a dry run writes."""
    header = dict(re.findall(r"^  ([A-Z][\w ()]+): (.*)$", text.partition("Building DAG")[0], flags=re.MULTILINE))
    base, folder = (Path(header.get(name, ".")) for name in FOLDERS)
    return DryRun(_jobs(text), total=total, base=base, folder=folder)


def _start(arguments: Sequence[str]) -> subprocess.Popen[str]:
    """Start a dry run."""
    command = [sys.executable, "-m", "snakemake", *_snakefile(arguments), *arguments, "--dry-run", "--nocolor"]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    )


def _snakefile(arguments: Sequence[str]) -> list[str]:
    """Return the argument that names the workflow of this library where neither the user nor the folder has one."""
    named = any(re.match(r"(-s|--snakefile\b)", argument) for argument in arguments)
    if named or any(Path(name).is_file() for name in SNAKEFILES):
        return []
    if not (CHECKOUT / "Snakefile").is_file():
        raise InputError("there is no Snakefile here; go to the workflow's folder, or give --snakefile FILE")
    return ["--snakefile", str(CHECKOUT / "Snakefile")]


def _failure(text: str) -> str:
    """Return what Snakemake says of a failed dry run, without its header."""
    if "No module named snakemake" in text:
        return "there is no Snakemake beside this Python; install crosscap[workflow], or call .venv/bin/crosscap"
    found = FAILURE.search(text)
    return f"Snakemake cannot plan:\n{text[found.start() :] if found else text}".rstrip()


def _jobs(text: str) -> tuple[Job, ...]:
    """Return the jobs that a dry run announces; those without files of their own, such as `all`, are none."""
    blocks: list[tuple[str, dict[str, str]]] = []
    for line in text.split("\n"):  # names may hold what splitlines would split at
        if match := JOB.match(line):
            blocks.append((match[1], {}))
        elif blocks and (match := FIELD.match(line)):
            blocks[-1][1].setdefault(match[1], match[2])
    return tuple(_job(rule, fields) for rule, fields in blocks if "output" in fields)


def _job(rule: str, fields: dict[str, str]) -> Job:
    """Return a job of the fields that stand below its rule."""
    wildcards = dict(part.split("=", 1) for part in fields.get("wildcards", "").split(", ") if "=" in part)
    return Job(
        rule,
        wildcards=wildcards,
        inputs=_files(fields.get("input", "")),
        outputs=_files(fields["output"]),
        benchmark=fields.get("benchmark", ""),
        threads=int(fields.get("threads", "1")),
        reason=fields.get("reason", ""),
    )


def _files(text: str) -> tuple[str, ...]:
    """Return the files of a field."""
    return tuple(part.removesuffix(" (retrieve from storage)") for part in text.split(", ") if part)
