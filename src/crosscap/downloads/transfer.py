"""One file over HTTP: streamed to a part that a later call goes on with, however the transfer ended.

Beside the part lies a note of the address and of what the server calls this version of the file (its ETag, or the date
of its last change). Only a part of the same version is gone on with: the request says so with If-Range (RFC 9110,
13.1.5), and a server that has another version, or knows no ranges, sends the file anew from its start.
"""

from __future__ import annotations

import logging
import math
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException, HTTPMessage, HTTPResponse, IncompleteRead
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from crosscap.faults import InputError
from crosscap.logs import progress
from crosscap.notes import read_note, write_note

CHUNK = 1 << 20  # bytes read at once
TIMEOUT = 60.0  # seconds that a server may say nothing
WAITS = (1.0, 2.0, 4.0, 8.0)  # seconds before another try; they start again whenever a try brought something
PASSING = (408, 425, 429, 500, 502, 503, 504)  # states of HTTP that may be gone a moment later
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)\Z")

logger = logging.getLogger(__name__)


class CutError(Exception):
    """A transfer ended before the file did, and another try may go on."""


class _OnlyTheWeb(HTTPRedirectHandler):
    """Follow redirections to http and https, and never from https to http."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """Return the next request, or refuse it."""
        old, new = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if new not in ("http", "https") or (old, new) == ("https", "http"):
            raise InputError(f"{req.full_url}: redirects to {newurl}, which is not as safe; get the file by hand")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def download(url: str, part: Path) -> None:
    """Download `url` to `part`, going on with what is there of the same version.

    The note about the part stays, so that a whole part that was not yet used is known as one.

    Raises:
        InputError: the address is wrong, the file is not there, the disk is too small, or no try got through.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise InputError(f"{url}: only http and https are fetched")
    part.parent.mkdir(parents=True, exist_ok=True)
    waits = list(WAITS)
    while True:
        before = _size(part)
        try:
            _try_once(url, part)
        except (CutError, URLError, HTTPException, ConnectionError, TimeoutError) as error:
            if _size(part) > before:
                waits = list(WAITS)
            if not waits:
                raise InputError(f"{url}: no connection, or none that lasts ({_reason(error)})") from error
            logger.info("%s: %s; trying again in %.0f s", url, _reason(error), waits[0])
            time.sleep(waits.pop(0))
        else:
            return


def note_file(part: Path) -> Path:
    """Return where the note about a part lies."""
    return part.with_name(f"{part.name}.json")


def discard(part: Path) -> None:
    """Remove a part and its note."""
    part.unlink(missing_ok=True)
    note_file(part).unlink(missing_ok=True)


def _try_once(url: str, part: Path) -> None:
    """Ask for what is missing of a file and write it, once."""
    version = _known_version(url, part)
    start = _size(part) if version is not None else 0
    request = Request(url, headers={"Accept-Encoding": "identity", "User-Agent": "crosscap"})
    if version is not None and start:
        request.add_header("Range", f"bytes={start}-")
        request.add_header("If-Range", version)
    try:
        response = build_opener(_OnlyTheWeb).open(request, timeout=TIMEOUT)
    except HTTPError as error:
        _refused(error, url, part, resumed=bool(start))
        return
    with response:
        start = start if response.status == 206 else 0
        total = _total(response, start, part)
        write_note(note_file(part), {"url": url, "version": _version(response)})
        _check_space(part, total, start)
        _write(response, part, start, total)


def _refused(error: HTTPError, url: str, part: Path, *, resumed: bool) -> None:
    """Take an answer that is not the file: the file is whole already, gone, or to be tried again."""
    if error.code == 416 and resumed:
        if (error.headers.get("Content-Range") or "").removeprefix("bytes */") == str(_size(part)):
            return
        discard(part)
        raise CutError("the server knows no such range; from the start again") from error
    if error.code in PASSING:
        raise CutError(f"the server answers {error.code} {error.reason}") from error
    raise InputError(f"{url}: the server answers {error.code} {error.reason}") from error


def _total(response: HTTPResponse, start: int, part: Path) -> int | None:
    """Return the bytes of the whole file; None where the server does not say."""
    if response.status != 206:
        length = response.headers.get("Content-Length")
        return int(length) if length is not None else None
    found = _RANGE.match(response.headers.get("Content-Range") or "")
    if found is None or int(found[1]) != start:
        discard(part)  # else what is written would not be the file
        raise CutError(f"the server sent another range than bytes {start}-; from the start again")
    return int(found[2]) if found[2] != "*" else None


def _version(response: HTTPResponse) -> str | None:
    """Return what If-Range may ask for: a strong ETag or a date; None where the server gives neither."""
    tag = response.headers.get("ETag")
    return tag if tag is not None and not tag.startswith("W/") else response.headers.get("Last-Modified")


def _check_space(part: Path, total: int | None, start: int) -> None:
    """Refuse a file that does not fit on the disk before it fills it."""
    free = shutil.disk_usage(part.parent).free
    if total is not None and total - start > free:
        needed = f"{(total - start) / 1e6:,.0f} MB are needed and {free / 1e6:,.0f} MB free"
        raise InputError(f"{part.parent}: {needed}; make room, or set fetch.folder to a larger disk")


def _write(response: HTTPResponse, part: Path, start: int, total: int | None) -> None:
    """Write the answer's body at the end of the part, or as a new one."""
    count = None if total is None else math.ceil((total - start) / CHUNK)
    with part.open("ab" if start else "wb") as file:
        for chunk in progress(_chunks(response), total=count, unit="MiB"):
            file.write(chunk)
    if total is not None and _size(part) < total:
        raise CutError(f"the connection ended after {_size(part):,} of {total:,} bytes")


def _chunks(response: HTTPResponse) -> Iterator[bytes]:
    """Return an answer's body in pieces, also the last one of a connection that was cut."""
    while True:
        try:
            chunk = response.read(CHUNK)
        except IncompleteRead as error:
            yield error.partial
            raise CutError("the connection ended early") from error
        except (OSError, HTTPException) as error:
            raise CutError(f"the connection broke: {_reason(error)}") from error
        if not chunk:
            return
        yield chunk


def _known_version(url: str, part: Path) -> str | None:
    """Return the version of the file that a part is the beginning of; None where there is no part or no telling."""
    with suppress(InputError):  # no note, one of another format, or a damaged one
        note = read_note(note_file(part))
        return note["version"] if part.is_file() and note["url"] == url else None
    return None


def _size(path: Path) -> int:
    """Return a file's bytes; 0 where there is none."""
    return path.stat().st_size if path.is_file() else 0


def _reason(error: Exception) -> str:
    """Return why a transfer failed, in words."""
    return str(getattr(error, "reason", None) or error or type(error).__name__)
