"""Files compared with the manifests of the jobs that made and read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from crosscap.faults import InputError
from crosscap.files import sha256_of
from crosscap.logs import progress
from crosscap.manifests import FOLDER, RESULTS, TIMESTAMP, Entry, Manifest, digest, read_manifest
from crosscap.verification.findings import Finding, Verified, job_name

JOURNALS = "journal*.jsonl"
KEPT = {"README.md", "snakemake-report.html", TIMESTAMP}  # files that are no job's outputs
APART = re.compile(rf"{FOLDER}|state(\.\d+)?|mlartifacts")  # folders of such: these, states of trainings, MLflow's
DATABASE = "mlflow.db"


def place_of(folder: Path) -> tuple[Path, list[Path]]:
    """Return the working directory that results are in, and the folders of manifests of all or of one data set.

    Raises:
        InputError: the folder holds no results, or they have no manifests.
    """
    folder = folder.resolve()
    if folder.name == RESULTS and folder.parent.name != RESULTS:
        root, owners = folder.parent, [folder, *folder.glob("*/")]
    elif folder.parent.name == RESULTS:
        root, owners = folder.parents[1], [folder]
    else:
        raise InputError(f"{folder}: give the folder {RESULTS} of a run of the workflow, or {RESULTS}/DATASET in it")
    found = sorted(owner / FOLDER for owner in owners if (owner / FOLDER).is_dir())
    if not found:
        raise InputError(f"{folder}: there are no manifests here; run the workflow first, or give another folder")
    return root, found


def read_manifests(folders: list[Path], *, root: Path, verified: Verified) -> list[Manifest]:
    """Return the manifests of the jobs; those that cannot be read become findings."""
    manifests = []
    for path in (file for folder in folders for file in sorted(folder.rglob("*.json"))):
        try:
            manifests.append(read_manifest(path))
        except InputError as error:
            name = path.relative_to(root).as_posix()
            rule = Path(name.partition(f"/{FOLDER}/")[2]).with_suffix("").parts[0]
            verified.findings.append(Finding("manifest", name, rule, str(error).removeprefix(f"{path}: "), rule))
    verified.jobs = len(manifests)
    return manifests


def compare_files(folder: Path, root: Path, manifests: list[Manifest], *, verified: Verified) -> None:
    """Compare outputs and inputs of all jobs with the files on disk, and look for files that no job made."""
    made = {entry["path"]: entry for manifest in manifests for entry in entries(manifest["outputs"])}
    passing = {entry["path"] for job in manifests if job["temporary"] for entry in entries(job["outputs"])}
    sha256 = cache(sha256_of)
    known: set[str] = set()
    for manifest in progress(manifests, unit="job"):
        for entry in entries(manifest["outputs"]):
            for path, expected in _files_of(entry):
                known.add(path)
                found = _difference(root / path, expected, verified) if path not in passing else ""
                if found:
                    kind: Any = "missing" if found == "missing" else "changed"
                    verified.findings.append(Finding(kind, path, job_name(manifest), found, entry["path"]))
        for entry in entries(manifest["inputs"]):
            found = _staleness(root / entry["path"], entry, made.get(entry["path"]), sha256=sha256)
            if found:
                target = next(entries(manifest["outputs"]))["path"]
                verified.findings.append(Finding("stale", entry["path"], job_name(manifest), found, target))
    for path in _unknown(folder, root, known):
        found = "no manifest names it: it was made by no job that ended well"
        verified.findings.append(Finding("unknown", path, "", found, ""))


def entries(named: Mapping[str, Any]) -> Iterator[Entry]:
    """Yield the entries of a manifest's inputs or outputs."""
    for given in named.values():
        yield from given if isinstance(given, list) else [given]


def _files_of(entry: Entry) -> Iterator[tuple[str, Entry]]:
    """Yield the path, bytes and sha256 of each file of an output."""
    if "files" not in entry:
        yield entry["path"], entry
    for name, facts in entry.get("files", {}).items():
        yield f"{entry['path']}/{name}", facts


def _difference(path: Path, expected: Entry, verified: Verified) -> str:
    """Return how a file differs from what the job wrote, "" where it does not."""
    if not path.is_file():
        return "missing"
    verified.files += 1
    verified.size += (size := path.stat().st_size)
    if size != expected["bytes"]:
        return f"{size:,} bytes instead of {expected['bytes']:,}"
    return "" if sha256_of(path) == expected["sha256"] else "other content of the same size"


def _staleness(path: Path, entry: Entry, maker: Entry | None, *, sha256: Any) -> str:
    """Return why an input is not what the job read, "" where it is.

    A file that a job made is taken as that job wrote it: where it has been damaged since, the job is told, not its
    readers.
    """
    if entry["sha256"] is None:
        return ""
    if maker is not None:
        return "" if maker["sha256"] == entry["sha256"] else "it was made anew since"
    if not path.exists():
        return "it is gone"
    return "" if digest(path, sha256) == entry["sha256"] else "it was changed since"


def _unknown(folder: Path, root: Path, known: set[str]) -> Iterator[str]:
    """Yield the files below a folder that no manifest names."""
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        apart = any(map(APART.fullmatch, inner.parts[:-1])) or path.name in KEPT
        apart = apart or path.match(JOURNALS) or path.name.startswith(DATABASE)
        if path.is_file() and not apart and (name := path.relative_to(root).as_posix()) not in known:
            yield name
