"""Serve the search page of an index: on this machine alone, unless --bind and --host say otherwise."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

EXAMPLE = """examples:
  crosscap serve results/scenes/models/ame/seed1/index
  crosscap serve results/scenes/models/ame/seed1/index --port 9000
  crosscap serve results/scenes/models/ame/seed1/index --bind 0.0.0.0 --host search.example.org

The page has no passwords: whoever reaches the port sees the images. Its questions can be asked by programs as well;
http://127.0.0.1:8000/docs lists them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("index", type=Path, metavar="INDEX", help="the folder of an index")
    parser.add_argument("--port", type=_port, default=8000, help="port to listen on; 0 takes a free one (default 8000)")
    parser.add_argument(
        "--bind", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (default 127.0.0.1)"
    )
    parser.add_argument(
        "--host",
        type=_host,
        action="append",
        default=[],
        metavar="NAME",
        help="a further name by which the page may be asked for",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    import crosscap.search
    from crosscap.search.server import create_app, listen, name_of, serve

    searcher = crosscap.search.open(arguments.index)
    listener = listen(arguments.bind, arguments.port)
    hosts = [*arguments.host, name_of(listener)]
    sys.stdout.write(f"{len(searcher):,} images: http://{hosts[0]}:{listener.getsockname()[1]}/ (Ctrl-C ends)\n")
    sys.stdout.flush()
    serve(create_app(searcher, hosts), listener)
    return 0


def _port(text: str) -> int:
    """Return a port."""
    if not text.isdecimal() or int(text) >= 2**16:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 0 to 65535")
    return int(text)


def _host(text: str) -> str:
    """Return a name as a browser sends it; one with a star would let other sites reach the page by names of theirs."""
    if not re.fullmatch(r"[\w.-]+|\[[0-9a-fA-F:.]+\]", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no name of a server; give each whole, without port, such as search.example.org or [::1]"
        )
    return text
