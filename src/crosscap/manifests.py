"""What each job of the workflow was made from and what it made: a manifest a job, which `crosscap verify` recomputes.

A manifest names the rule with its settings, and the digests of its inputs, code, locked packages and outputs. It holds
no time, no name of a machine and no path of the working directory, so that two runs in two folders leave equal bytes.
A job that fails or is killed leaves none.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from crosscap.files import known_sha256
from crosscap.notes import read_sealed, write_sealed
from crosscap.sources import lock_hash
from crosscap.tracking_uri import masked

FORMAT = "1"
RESULTS, FOLDER = "results", "manifests"
PACKAGE = Path(__file__).parent
TIMESTAMP = ".snakemake_timestamp"  # which Snakemake leaves in folders that rules make
PHOTOS = ("folder", "photos")  # the inputs that are the user's photos: the table images has the digest of each
AGAIN = "run the workflow again, or check with the version of Crosscap that wrote it"

Manifest = Mapping[str, Any]
Entry = dict[str, Any]  # of a file or folder: path, sha256 (None: not checked), and of an output bytes or files
Entries = dict[str, Any]  # an entry, or a list of them, by the name that the rule gives it


class Job(Protocol):
    """What a script is given by Snakemake, as far as it is read here."""

    rule: str
    threads: int
    scriptdir: Any
    wildcards: Any
    params: Any
    input: Any
    output: Any
    log: Any


@contextmanager
def recorded(job: Job, *, temporary: bool, unchecked: Sequence[str]) -> Iterator[None]:
    """Remove a job's manifest, and write a new one when the block ends well.

    `temporary` says that the outputs are removed once they were read. `unchecked` are names of inputs that may change
    without the job's being out of date, such as those that say only where something is.
    Inputs are hashed before the block, so that a change meanwhile does not pass for what was read.
    """
    path = manifest_path(job.log[0], job.wildcards.get("dataset"))
    path.unlink(missing_ok=True)
    made_from = {
        "rule": job.rule,
        "wildcards": dict(job.wildcards.items()),
        "params": _plain(json.loads(json.dumps(dict(job.params.items()), default=str))),
        "threads": job.threads,
        "code": _code_digest(job),
        "lock": lock_hash(),
        "temporary": temporary,
        "inputs": _inputs(job, unchecked),
    }
    yield
    write_sealed(path, made_from | {"outputs": _entries(job.output.items(), _output)}, format=FORMAT)


def manifest_path(log: str, dataset: str | None) -> Path:
    """Return where a job's manifest is: ``logs/scenes/a/b.log`` gives ``results/scenes/manifests/a/b.json``."""
    parts = Path(log).with_suffix(".json").parts[1:]
    return Path(RESULTS, dataset, FOLDER, *parts[1:]) if dataset else Path(RESULTS, FOLDER, *parts)


def read_manifest(path: Path) -> Manifest:
    """Read a job's manifest.

    Raises:
        InputError: it is damaged or of another format.
    """
    return read_sealed(path, kind="manifest", format=FORMAT, remedy=AGAIN)


def files_below(folder: Path) -> list[Path]:
    """Return the files below a folder, but Snakemake's own, in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != TIMESTAMP)


def digest(path: Path, sha256: Callable[[Path], str] = known_sha256) -> str:
    """Return the sha256 of a file, or of a folder: of its files' names and digests."""
    if not path.is_dir():
        return sha256(path)
    lines = [f"{sha256(file)}  {file.relative_to(path).as_posix()}\n" for file in files_below(path)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _inputs(job: Job, unchecked: Sequence[str]) -> Entries:
    """Return the inputs but for library files, which `code` stands for; of the user's photos only the folder's name."""

    def entry(path: str, name: str) -> Entry:
        photos = name in PHOTOS and not Path(_named(path)).is_relative_to(RESULTS)
        return {"path": _named(path), "sha256": None if name in unchecked or photos else digest(Path(path))}

    return _entries(((name, given) for name, given in job.input.items() if not _is_library(given)), entry)


def _output(path: str, _: str) -> Entry:
    """Return the entry of an output; of a folder with all its files."""
    place = Path(path)
    if not place.is_dir():
        return {"path": _named(path), "sha256": digest(place), "bytes": place.stat().st_size}
    files = {
        file.relative_to(place).as_posix(): {"sha256": known_sha256(file), "bytes": file.stat().st_size}
        for file in files_below(place)
    }
    return {"path": _named(path), "sha256": digest(place), "files": files}


def _entries(items: Any, entry: Callable[[str, str], Entry]) -> Entries:
    """Return the entries of a rule's files by their names: one where a name is one file, else a list of them."""
    return {
        name: entry(given, name) if isinstance(given, str) else [entry(path, name) for path in given]
        for name, given in items
    }


def _code_digest(job: Job) -> str:
    """Return one sha256 for the script and the library's files among the inputs, whatever folder they are in."""
    given = [path for _, paths in job.input.items() if _is_library(paths) for path in _listed(paths)]
    places = {Path(path).resolve().relative_to(PACKAGE).as_posix(): Path(path) for path in given}
    places["script"] = Path(job.scriptdir, f"{job.rule}.py")
    lines = [f"{known_sha256(path)}  {name}\n" for name, path in sorted(places.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _is_library(given: str | Sequence[str]) -> bool:
    """Tell whether inputs are files of this package."""
    paths = _listed(given)
    return bool(paths) and all(Path(path).resolve().is_relative_to(PACKAGE) for path in paths)


def _listed(given: str | Sequence[str]) -> Sequence[str]:
    """Return the paths of a name of a rule's files."""
    return [given] if isinstance(given, str) else given


def _named(path: str) -> str:
    """Return a path relative to the working directory where it is below it, and as it was given elsewhere."""
    whole, here = Path(os.path.abspath(path)), Path.cwd()  # noqa: PTH100  links are left as they are
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else str(path)


def _plain(value: Any) -> Any:
    """Return a value of JSON with the passwords of all addresses in it masked."""
    if isinstance(value, dict):
        return {masked(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return masked(value) if isinstance(value, str) else value
