"""The server of the search page: its files, the answers below /api and their description at /docs.

It listens on this machine alone unless told otherwise, gives images by their row in the index and never by a path, and
fetches nothing that a question names. The network for photos and a sentence-transformers model are loaded at the first
question that needs them, and downloaded where torch's or the hub's cache does not hold them.
"""

from __future__ import annotations

import gc
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from importlib import resources

import torch
import uvicorn
from fastapi import APIRouter, FastAPI, Response

from crosscap.faults import InputError
from crosscap.search.guards import guard
from crosscap.search.routes import api_routes
from crosscap.search.searcher import Searcher

MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
ADDRESSES = {"/": "index.html", "/docs": "docs.html"}  # the other files have the address /page/ and their name
MAX_HEAD_BYTES = 2**21  # so that a query of a megabyte is told to be too long


def create_app(searcher: Searcher, hosts: Sequence[str] = ()) -> FastAPI:
    """Return the server's application; `hosts` are further names by which it may be asked for."""
    app = FastAPI(
        title="Crosscap search",
        description="Images found by words in any language that a trained model knows, and captions found for images.",
        docs_url=None,  # FastAPI's own pages of documentation load scripts from a CDN
        redoc_url=None,
    )
    app.include_router(api_routes(searcher))
    app.include_router(_page_routes())
    guard(app, hosts)
    return app


def _page_routes() -> APIRouter:
    """Return the routes of the page's files, which are read once: no address is ever made a path."""
    router = APIRouter(include_in_schema=False)
    for file in (resources.files("crosscap.search") / "page").iterdir():
        address = next((key for key, name in ADDRESSES.items() if name == file.name), f"/page/{file.name}")
        media_type = MEDIA_TYPES[file.name[file.name.rindex(".") :]]
        router.add_api_route(address, _giver(file.read_bytes(), media_type), methods=["GET", "HEAD"])
    return router


def _giver(content: bytes, media_type: str) -> Callable[[], Awaitable[Response]]:
    async def give() -> Response:
        return Response(content, media_type=media_type)

    return give


def listen(address: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes a free one.

    Raises:
        InputError: the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=256)
    except OSError as error:
        raise InputError(f"cannot listen on {address} port {port}: {error.strerror}; choose another --port") from error


def name_of(listener: socket.socket) -> str:
    """Return by which name a listening socket can be asked for: its address, this machine's own where that is any."""
    address = ipaddress.ip_address(listener.getsockname()[0])
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return str(address) if address.version == 4 else f"[{address}]"


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Answer until stopped (Ctrl-C, SIGTERM)."""
    gc.collect()
    gc.freeze()  # the model and all modules: looking through them holds up every answer for a quarter of a second
    with suppress(KeyboardInterrupt):  # uvicorn ends in order and raises it again
        server(app).run(sockets=[listener])


def server(app: FastAPI) -> uvicorn.Server:
    """Return the server of an app, which a test can stop.

    Torch gets one thread a query: reading one is too little work to be shared out, and queries come side by side.
    """
    torch.set_num_threads(1)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, h11_max_incomplete_event_size=MAX_HEAD_BYTES
    )
    return uvicorn.Server(config)
