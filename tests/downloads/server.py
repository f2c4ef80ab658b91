"""A small file server on 127.0.0.1 whose faults the tests choose."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """What the server has, how it behaves, and the requests that it got."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)  # the ETags of paths; "v1" for others
    states: list[int] = field(default_factory=list)  # answered first, one a request
    cuts: list[int] = field(default_factory=list)  # bytes after which answers break off, one a request
    ranges: bool = True
    weak: bool = False  # ETags of versions that may differ in their bytes
    shift: int = 0  # added to where a range is said to begin
    chunked: bool = False
    redirect: str | None = None
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"{self.address}/{path}"

    def asked(self, header: str) -> list[str | None]:
        """The values of a header in the requests so far."""
        return [headers.get(header) for _, headers in self.requests]


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        site, path = self.site, self.path.lstrip("/")
        site.requests.append((path, dict(self.headers.items())))
        if site.redirect is not None:
            self._answer(302, b"", {"Location": site.redirect})
        elif site.states:
            self._answer(site.states.pop(0), b"", {})
        elif path not in site.files:
            self._answer(404, b"", {})
        else:
            self._send(site.files[path], f'{"W/" * site.weak}"{site.tags.get(path, "v1")}"')

    def _send(self, data: bytes, tag: str) -> None:
        asked = self.headers.get("Range")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if not asked or not self.site.ranges or self.headers.get("If-Range") != tag:
            self._answer(200, data, {"ETag": tag})
        elif start >= len(data):
            self._answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
        else:
            place = f"bytes {start + self.site.shift}-{len(data) - 1}/{len(data)}"
            self._answer(206, data[start:], {"ETag": tag, "Content-Range": place})

    def _answer(self, state: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(state)
        for name, value in headers.items():
            self.send_header(name, value)
        if not self.site.chunked:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = self.site.cuts.pop(0) if self.site.cuts and body else len(body)
        with suppress(ConnectionError):  # a client may have had enough
            self.wfile.write(body[:cut])
        self.close_connection = True


@contextmanager
def serving() -> Iterator[Site]:
    """Serve a site in a thread while the block runs."""
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
