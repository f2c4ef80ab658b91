"""A channel of thin conda packages: each only links to what pip has installed of one distribution.

The names, versions and dependencies are those of the installed distributions, so that a solver brings into an
environment what conda-forge's would, and an import of anything else fails there.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rattler.index import index_fs

CONDA_NAMES = {"torch": "pytorch"}
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
SITE_PACKAGES = f"lib/{PYTHON}/site-packages"
BUILD = "standin_0"


def write_channel(folder: Path) -> None:
    """Write a channel of Python and all that is installed, but Crosscap, into a new folder."""
    target = folder / "noarch"
    target.mkdir(parents=True)
    base = Path(sys.executable).resolve()
    version = ".".join(map(str, sys.version_info[:3]))
    settings = f"home = {base.parent}\ninclude-system-site-packages = false\nversion = {version}\n"
    _write_package(target, "python", version, links={"bin/python": base}, texts={"pyvenv.cfg": settings})
    found = [item for item in distributions() if canonicalize_name(item.name) != "crosscap"]
    owners = _owners(found)
    for item in found:
        links = {f"{SITE_PACKAGES}/{path}": Path(str(item.locate_file(path))) for path in _links(item, owners)}
        depends = sorted({conda_name(name) for name in _needed(item, extras=frozenset())} | {"python"})
        _write_package(target, conda_name(item.name), item.version, links=links, depends=depends)
    asyncio.run(index_fs(folder))


def conda_name(name: str) -> str:
    """Return the name on conda-forge of a distribution of PyPI."""
    canonical = canonicalize_name(name)
    return CONDA_NAMES.get(canonical, canonical)


def _needed(item: Distribution, *, extras: frozenset[str]) -> Iterator[str]:
    """Yield the distributions that one needs on this machine; pip has seen to their versions."""
    for requirement in map(Requirement, item.requires or []):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            yield requirement.name
            if requirement.extras:
                yield from _needed(distribution(requirement.name), extras=frozenset(requirement.extras))


def _files(item: Distribution) -> list[PurePosixPath]:
    """Return the files of a distribution below site-packages, without the bytecode of single modules."""
    files = [PurePosixPath(file) for file in item.files or []]
    return [file for file in files if file.parts[0] not in ("..", "__pycache__")]


def _owners(found: list[Distribution]) -> dict[PurePosixPath, set[str]]:
    """Return whose files are below each folder of site-packages."""
    owners: dict[PurePosixPath, set[str]] = defaultdict(set)
    for item in found:
        name = item.name  # read once: it is parsed each time
        for file in _files(item):
            for parent in file.parents[:-1]:
                owners[parent].add(name)
    return owners


def _links(item: Distribution, owners: dict[PurePosixPath, set[str]]) -> set[PurePosixPath]:
    """Return what stands for a distribution's files: the highest folders that are its alone, and single files."""
    links, own = set(), {item.name}
    for file in _files(item):
        alone = (parent for parent in reversed(file.parents[:-1]) if owners[parent] == own)
        links.add(next(alone, file))
    return links


def _write_package(
    folder: Path,
    name: str,
    version: str,
    *,
    links: dict[str, Path],
    texts: dict[str, str] | None = None,
    depends: list[str] | None = None,
) -> None:
    """Write a package for every platform: links to files and folders that are here, and texts."""
    record = {"name": name, "version": version, "build": BUILD, "build_number": 0, "depends": depends or []}
    record |= {"noarch": "generic", "subdir": "noarch", "timestamp": 0}
    entries = [{"_path": path, "path_type": "softlink"} for path in sorted(links)]
    entries += [{"_path": path, "path_type": "hardlink"} for path in texts or {}]
    information = {
        "info/index.json": json.dumps(record),
        "info/paths.json": json.dumps({"paths": entries, "paths_version": 1}),
    }
    with tarfile.open(folder / f"{name}-{version}-{BUILD}.tar.bz2", "w:bz2") as package:
        for path, text in (information | (texts or {})).items():
            member = tarfile.TarInfo(path)
            member.size = len(data := text.encode())
            package.addfile(member, io.BytesIO(data))
        for path, target in sorted(links.items()):
            member = tarfile.TarInfo(path)
            member.type, member.linkname = tarfile.SYMTYPE, str(target)
            package.addfile(member)
