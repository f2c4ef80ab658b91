"""crosscap serve on the command line: what it listens on, what it says, and how it ends."""

import os
import re
import signal
import socket
import threading
import urllib.request
from contextlib import closing

import pytest

from crosscap.cli import main
from crosscap.search.server import listen, name_of
from tests.search.serving import make_searcher


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return make_searcher(tmp_path_factory.mktemp("command")).contents.place.parent


def has(address):
    """Tell whether this machine has an address."""
    try:
        socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1", "0.0.0.0"])
def test_the_address_that_is_printed_answers_until_ctrl_c(index, monkeypatch, address):
    if not has(address):
        pytest.skip(f"this machine has no {address}")
    said, statuses = [], []

    def ask_and_interrupt():
        try:
            with urllib.request.urlopen(f"{said[0]}api/index", timeout=30) as reply:
                statuses.append(reply.status)
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    def write(text):
        said.append(re.search(r"http://\S+/", text)[0])
        threading.Timer(0.5, ask_and_interrupt).start()

    monkeypatch.setattr("sys.stdout.write", write)
    assert main(["serve", str(index), "--port", "0", "--bind", address]) == 0
    assert statuses == [200]


@pytest.mark.parametrize(
    ("address", "name"), [("127.0.0.2", "127.0.0.2"), ("::1", "[::1]"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]")]
)
def test_a_socket_is_named_as_a_browser_asks_for_it(address, name):
    if not has(address):
        pytest.skip(f"this machine has no {address}")
    with closing(listen(address, 0)) as listener:
        assert name_of(listener) == name


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        *(("--port", text, "give a number from 0 to 65535") for text in ("http", "-1", "65536", "")),
        *(("--host", text, "is no name of a server") for text in ("*", "*.example.org", "example.org:80", "http://a")),
    ],
)
def test_a_wrong_port_or_host_is_told(capsys, option, value, told):
    with pytest.raises(SystemExit):
        main(["serve", "index", f"{option}={value}"])
    assert told in capsys.readouterr().err


def test_what_is_no_index_is_refused(tmp_path, capsys):
    assert main(["serve", str(tmp_path)]) == 2
    assert "there is no index here" in capsys.readouterr().err
