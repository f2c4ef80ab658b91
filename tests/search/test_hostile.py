"""What the server refuses, with a reason, and that nothing makes it fail."""

from __future__ import annotations

import re
import socket
import struct
import zlib
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from crosscap.faults import InputError
from crosscap.search.encoding import PhotoEncoder
from crosscap.search.guards import HEADERS, MAX_BODY_BYTES
from crosscap.search.network import Network
from crosscap.search.server import create_app
from tests.search.serving import LOOPBACK, NETWORK, photo

NETWORK_ABSENT = Network(**NETWORK | {"weights": "/absent/weights.safetensors"})

HOSTILE = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    "'; DROP TABLE captions; --",
    "a\0b",
    "",
    " \t ",
    "🙂🙂",
    "‮desrever‬",
    "a " * 5_000,
    "ball " * 2_000,
    "x" * 60_000,
    "赤" * 5_000,
    "../../etc/passwd",
    "http://169.254.169.254/",
    "e\u0301" * 50,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(text[:20]) for text in HOSTILE])
def test_a_hostile_query_is_answered_or_refused_with_a_reason(client, text):
    for path, more in (
        ("search", {}),
        ("search", {"lang": "ja"}),
        ("pulls", {"lang": "en", "row": 1}),
        ("translation", {"source": "en", "target": "de"}),
    ):
        reply = client.get(f"/api/{path}", params={"q": text, **more})
        assert reply.status_code in (200, 422)
        assert reply.headers["content-type"] == "application/json"
        if reply.status_code == 422:
            assert 0 < len(reply.json()["detail"]) < 500


@pytest.mark.parametrize("raw", ["%ED%A0%80", "%ff%fe", "%00", "%", "%zz", "+", "%e2%80%ae", "a&q=b", "%26lang%3Dxx"])
def test_broken_encodings_are_answered_or_refused(client, raw):
    assert client.get(f"/api/search?q={raw}").status_code in (200, 422)


WRONG = [
    *("q=a&k=-1", "q=a&k=0", "q=a&k=1000000000", "q=a&k=" + "9" * 5000, "q=a&k=NaN", "k=3"),
    *("q=a&lang=xx", "q=a&lang=", "q=a&lang=%00", "q=a&lang=" + quote("../" * 50)),
]


@pytest.mark.parametrize("query", WRONG, ids=[text[:20] for text in WRONG])
def test_a_wrong_number_or_language_is_refused_with_a_reason(client, query):
    refused = client.get(f"/api/search?{query}")
    assert refused.status_code == 422
    assert len(refused.json()["detail"]) < 500


NAMES = [
    *("../../etc/passwd", "/etc/passwd", "a%00b", "%2e%2e%2fetc%2fpasswd", "C:%5Cwindows", "..%5c..%5cetc", "x" * 300),
    *("-1", "1.5", "1e3", "9" * 4000, "page.py", "%2e%2e/server.py"),
]


@pytest.mark.parametrize("name", NAMES, ids=[text[:20] for text in NAMES])
def test_no_path_reaches_a_file(client, name):
    for path in (f"/api/images/{name}", f"/page/{name}", f"/{name}"):
        assert client.get(path).status_code in (404, 422)


def bomb(width, height):
    """Return a small PNG that says to be large."""
    head = b"IHDR" + struct.pack(">II", width, height)
    small = photo(kind="PNG")
    said = head + small[24:29]
    return small[:12] + said + struct.pack(">I", zlib.crc32(said)) + small[33:]


PICTURES = {
    "empty": b"",
    "20 bytes": b"\xff\xd8\xff\xe0" + b"\0" * 16,
    "half": photo(400, 400)[:-500],
    "HTML": b"<html><script>alert(1)</script></html>",
    "GIF": b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
    "a bomb": bomb(14_000, 14_000),
    "too thin": photo(2, 20_000, "PNG"),
    "an address": b"http://127.0.0.1/photo.jpg",
}


@pytest.mark.parametrize("name", PICTURES)
def test_what_is_no_photo_is_refused_with_a_reason(client, name):
    refused = client.post("/api/likeness", content=PICTURES[name], headers={"Content-Type": "image/jpeg"})
    assert refused.status_code == 422
    assert refused.json()["detail"]


def test_too_large_a_picture_is_refused_however_it_is_sent(client):
    block = b"\0" * 1_000_000
    pieces = (block for _ in range(MAX_BODY_BYTES // len(block) + 1))
    for content in (block * 30, pieces):
        refused = client.post("/api/likeness", content=content)
        assert refused.status_code == 413
        assert refused.json() == {"detail": "a picture has at most 20,000,000 bytes; send a smaller one"}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil", "0.0.0.0", "[::2]"])
def test_only_this_machine_may_be_asked_for(client, host):
    refused = client.get("/api/index", headers={"Host": host})
    assert refused.status_code == 400
    assert "--host allows" in refused.json()["detail"]


def test_further_hosts_are_allowed_by_name(served):
    with TestClient(create_app(served, ["Search.example.org"]), base_url="http://search.example.org:8000") as client:
        assert client.get("/api/index").status_code == 200
        assert client.get("/api/index", headers={"Host": "other.example.org"}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
def test_other_sites_cannot_post(client, headers):
    assert client.post("/api/likeness", content=photo(), headers=headers).status_code == 403


def test_other_sites_can_link_to_the_page_and_read_nothing(client):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/?q=a", headers=link).status_code == 200
    assert client.get("/api/images/1", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    own = client.get("/api/index", headers={"Origin": LOOPBACK})
    assert own.status_code == 200
    assert not [name for name in own.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/page/page.js", "/api/index", "/api/images/1", "/nothing", "/api/search"]
)
def test_every_reply_says_what_a_browser_may_do_with_it(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("error", [InputError, RuntimeError])
def test_a_failure_is_told_without_a_path_and_with_the_same_headers(client, served, monkeypatch, error):
    def fail(*_, **__):
        raise error("/home/someone/index/model/weights.safetensors: not a whole file")

    monkeypatch.setattr(served, "translate", fail)
    with TestClient(client.app, base_url=LOOPBACK, raise_server_exceptions=False) as patient:
        failed = patient.get("/api/translation", params={"q": "a", "source": "en", "target": "de"})
    assert failed.status_code == 500
    assert failed.json() == {"detail": "the server failed; its log says why"}
    usual = client.get("/api/index").headers
    assert {name: failed.headers[name] for name in HEADERS} == {name: usual[name] for name in HEADERS}
    assert failed.headers["cache-control"] == "no-store"


def test_faults_of_the_network_for_photos_are_told_to_nobody(client, served, monkeypatch):
    monkeypatch.setattr(served, "_encoder", PhotoEncoder(served.stored.model, NETWORK_ABSENT))
    with TestClient(client.app, base_url=LOOPBACK, raise_server_exceptions=False) as patient:
        failed = patient.post("/api/likeness", content=photo())
    assert failed.status_code == 500
    assert "absent" not in failed.text


def test_ten_thousand_ranges_are_no_work(client):
    ranges = "bytes=" + ",".join(f"{2 * n}-{2 * n}" for n in range(10_000))
    for path in ("/", "/page/page.css", "/api/images/1"):
        assert client.get(path, headers={"Range": ranges}).status_code in (200, 416)


def test_the_page_names_no_other_host_and_has_no_inline_script(client):
    for path in ("/", "/docs", "/page/page.css", "/page/page.js"):
        text = client.get(path).text
        assert not re.findall(r"(?:src|href|url|import)[=(\s\"']+(?:https?:)?//", text)
        assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)


LINES = {
    "too long a query": (b"GET /api/search?q=" + b"x" * 1_000_000, b"422"),
    "in Japanese": (b"GET /api/search?q=" + b"%E8%B5%A4" * 10_000, b"422"),
    "too long an address": (b"GET /" + b"x" * 2**22, b"400"),
    "no HTTP": (b"\0\xff" * 500, b"400"),
}


@pytest.mark.parametrize("name", LINES)
def test_what_is_too_long_over_the_network_is_refused_and_the_server_goes_on(address, name):
    line, status = LINES[name]
    server = ("127.0.0.1", int(address.rpartition(":")[2]))
    with socket.create_connection(server, timeout=10) as connection:
        try:
            connection.sendall(line + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 " + status)
        except ConnectionError:  # it hung up before all was sent
            assert status == b"400"
    with socket.create_connection(server, timeout=10) as connection:
        connection.sendall(b"GET /api/index HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
