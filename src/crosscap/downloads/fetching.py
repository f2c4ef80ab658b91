"""Items of the catalogue brought to the disk: downloaded, verified, unpacked, and noted in a receipt."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from crosscap.downloads.catalogue import find_item, near_names
from crosscap.downloads.items import FreeItem, ManualItem, RemoteFile
from crosscap.downloads.transfer import discard, download
from crosscap.downloads.unpacking import check_gzip, unpack
from crosscap.faults import InputError
from crosscap.files import sha256_of
from crosscap.notes import read_note, write_note

Entry = dict[str, Any]

logger = logging.getLogger(__name__)


def fetch(name: str, *, folder: Path, receipt: Path, mirrors: Mapping[str, str]) -> None:
    """Bring an item of the catalogue to `folder` and write its receipt; what is there as it should be stays.

    Raises:
        InputError: there is no such item, it must be got by hand and is not there, or its download failed.
    """
    item = find_item(name)
    if item is None:
        raise InputError(f"fetch.items: there is nothing named {name}; write {' or '.join(near_names(name))}")
    if isinstance(item, ManualItem):
        _require(item, folder)
        write_note(receipt, {"item": name, "licence": item.licence, "found": list(item.needs)})
        return
    logger.info("%s: %s; licence: %s", name, item.note, item.licence)
    fetch_files(item, folder=folder, receipt=receipt, mirrors=mirrors)


def fetch_files(item: FreeItem, *, folder: Path, receipt: Path, mirrors: Mapping[str, str]) -> None:
    """Download what is missing of an item's files; those of an earlier call that failed half-way stay.

    Raises:
        InputError: a download failed, is not what it should be, or a file here is not the one that was fetched.
    """
    known = _read_receipt(receipt)
    entries = [_present(file, folder, known.get(file.url)) or _fetch_file(file, folder, mirrors) for file in item.files]
    write_note(receipt, {"item": item.name, "licence": item.licence, "files": entries})


def mirrored(url: str, mirrors: Mapping[str, str]) -> str:
    """Return an address with its beginning replaced as the longest fitting key of `mirrors` says."""
    for prefix in sorted(mirrors, key=len, reverse=True):
        if url.startswith(prefix):
            return mirrors[prefix] + url.removeprefix(prefix)
    return url


def _require(item: ManualItem, folder: Path) -> None:
    """Refuse an item that the user must get by hand, unless it is there."""
    missing = [str(folder / path) for path in item.needs if not (folder / path).exists()]
    if missing:
        steps = [f"{number}. {step.format(folder=folder)}" for number, step in enumerate(item.steps, start=1)]
        head = f"{item.name} must be got by hand (licence: {item.licence}); missing: {', '.join(missing)}"
        raise InputError("\n  ".join([f"{head}. Then run this again:", *steps]))


def _read_receipt(receipt: Path) -> dict[str, Entry]:
    """Return the entries of an earlier receipt by address; none where there is none that can be read."""
    with suppress(InputError):
        return {entry["url"]: entry for entry in read_note(receipt).get("files", [])}
    return {}


def _present(file: RemoteFile, folder: Path, entry: Entry | None) -> Entry | None:
    """Return the entry of a file that is there, from an earlier call or put by hand; None where it is to be fetched."""
    if entry is not None and all((folder / made["path"]).is_file() for made in entry["made"]):
        for made in entry["made"]:
            if sha256_of(folder / made["path"]) != made["sha256"]:
                path = folder / made["path"]
                raise InputError(f"{path}: not as it was fetched; remove it to fetch it again, or keep it elsewhere")
        return entry
    names = [str(Path(file.target, name)) for name in file.creates] or [file.target]
    paths = [folder / name for name in names]
    if not all(path.is_file() for path in paths):
        return None
    found = None
    if file.unpack == "none":
        try:
            found = _verify(file, paths[0], str(paths[0]))
        except InputError as error:
            raise InputError(f"{error}; remove the file to fetch it again") from error
    logger.info("%s: already there", ", ".join(map(str, paths)))
    return _entry(file, folder, paths, found)


def _fetch_file(file: RemoteFile, folder: Path, mirrors: Mapping[str, str]) -> Entry:
    """Download one file, verify it and put it in its place."""
    url, target = mirrored(file.url, mirrors), folder / file.target
    # in a folder of their own, since readers take all files that lie beside the target
    place = (target.parent if file.unpack == "none" else target) / "unfinished"
    part = place / f"{file.url.rpartition('/')[2]}.part"
    remedy = _remedy(file, folder)
    try:
        download(url, part)
    except InputError as error:
        _remove_if_empty(place)
        raise InputError(f"{error}; {remedy}") from error
    try:
        found = _verify(file, part, url)
        paths = [part.replace(target)] if file.unpack == "none" else unpack(part, target, kind=file.unpack, url=url)
    except InputError as error:
        raise InputError(f"{error}; what was downloaded is removed; {remedy}") from error
    finally:
        discard(part)
        _remove_if_empty(place)
    return _entry(file, folder, paths, found)


def _verify(file: RemoteFile, path: Path, url: str) -> str:
    """Check a file's size, sha256 and, of a .gz, its end; return its sha256."""
    size = path.stat().st_size
    if file.size is not None and size != file.size:
        raise InputError(f"{url}: {size:,} bytes where {file.size:,} are expected")
    found = sha256_of(path)
    if file.sha256 is not None and not found.startswith(file.sha256):
        raise InputError(f"{url}: its sha256 is {found} where {file.sha256} is expected")
    if file.url.endswith(".gz"):
        check_gzip(path, url)
    return found


def _remedy(file: RemoteFile, folder: Path) -> str:
    """Return what to do when a download fails."""
    path = folder / file.target
    place = f"put it at {path}" if file.unpack == "none" else f"unpack it to {path}"
    return f"run this again, name another source under fetch.mirrors, or get {file.url} by hand and {place}"


def _entry(file: RemoteFile, folder: Path, paths: list[Path], downloaded: str | None) -> Entry:
    """Return what a receipt says of a file: where it came from, what was expected, and what was made of it."""
    whole = downloaded if file.unpack == "none" else None
    made = [
        {"path": path.relative_to(folder).as_posix(), "size": path.stat().st_size, "sha256": whole or sha256_of(path)}
        for path in paths
    ]
    known = file.sha256 if file.sha256 is not None else "not known; what was found stands here"
    return {"url": file.url, "expected_sha256": known, "downloaded_sha256": downloaded, "made": made}


def _remove_if_empty(folder: Path) -> None:
    """Remove a folder unless it holds something, such as another download under way."""
    with suppress(OSError):
        folder.rmdir()
