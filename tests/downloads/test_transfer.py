"""Transfers that go well, break off, go on, and are refused."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from crosscap.downloads import transfer
from crosscap.downloads.transfer import download, note_file
from crosscap.faults import InputError
from tests.downloads.server import Site

DATA = bytes(range(256)) * 40  # 10,240 bytes, no two neighbours alike


def begin(site: Site, part: Path, count: int) -> None:
    """Leave a part of the first `count` bytes, as a broken transfer does."""
    site.files["file"], site.cuts, site.states = DATA, [count], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "WAITS", ())
        with pytest.raises(InputError):
            download(site.url("file"), part)
    assert part.read_bytes() == DATA[:count]
    site.requests.clear()


class TestWhole:
    def test_the_bytes_arrive(self, site: Site, tmp_path: Path):
        site.files["file"] = DATA
        download(site.url("file"), tmp_path / "file.part")
        assert (tmp_path / "file.part").read_bytes() == DATA
        assert site.asked("Range") == [None]

    def test_an_empty_file_arrives(self, site: Site, tmp_path: Path):
        site.files["file"] = b""
        download(site.url("file"), tmp_path / "file.part")
        assert (tmp_path / "file.part").read_bytes() == b""

    def test_a_file_of_several_pieces_arrives(self, site: Site, tmp_path: Path, monkeypatch):
        monkeypatch.setattr(transfer, "CHUNK", 1000)
        site.files["file"] = DATA
        download(site.url("file"), tmp_path / "file.part")
        assert (tmp_path / "file.part").read_bytes() == DATA

    def test_an_answer_without_a_length_arrives(self, site: Site, tmp_path: Path):
        site.files["file"], site.chunked = DATA, True
        download(site.url("file"), tmp_path / "file.part")
        assert (tmp_path / "file.part").read_bytes() == DATA


class TestResume:
    def test_a_cut_connection_is_gone_on_with_in_the_same_call(self, site: Site, tmp_path: Path):
        site.files["file"], site.cuts = DATA, [1000, 500]
        download(site.url("file"), tmp_path / "file.part")
        assert (tmp_path / "file.part").read_bytes() == DATA
        assert site.asked("Range") == [None, "bytes=1000-", "bytes=1500-"]
        assert site.asked("If-Range") == [None, '"v1"', '"v1"']

    def test_a_later_call_goes_on(self, site: Site, tmp_path: Path):
        part = tmp_path / "file.part"
        begin(site, part, 3000)
        download(site.url("file"), part)
        assert part.read_bytes() == DATA
        assert site.asked("Range") == ["bytes=3000-"]

    def test_more_cuts_than_tries_are_survived_while_each_brings_something(self, site: Site, tmp_path: Path):
        site.files["file"], site.cuts = DATA, [100] * 20
        download(site.url("file"), tmp_path / "file.part")
        assert (tmp_path / "file.part").read_bytes() == DATA

    def test_a_server_without_ranges_sends_it_anew(self, site: Site, tmp_path: Path):
        part = tmp_path / "file.part"
        begin(site, part, 3000)
        site.ranges = False
        download(site.url("file"), part)
        assert part.read_bytes() == DATA
        assert site.asked("Range") == ["bytes=3000-"]

    def test_another_version_starts_anew(self, site: Site, tmp_path: Path):
        part = tmp_path / "file.part"
        begin(site, part, 3000)
        site.files["file"], site.tags["file"] = DATA[::-1], "v2"
        download(site.url("file"), part)
        assert part.read_bytes() == DATA[::-1]
        assert site.asked("If-Range") == ['"v1"']

    def test_a_version_that_may_differ_in_its_bytes_is_not_gone_on_with(self, site: Site, tmp_path: Path):
        part = tmp_path / "file.part"
        site.weak = True
        begin(site, part, 3000)
        download(site.url("file"), part)
        assert part.read_bytes() == DATA
        assert site.asked("Range") == [None]

    def test_a_part_of_another_address_is_not_gone_on_with(self, site: Site, tmp_path: Path):
        part = tmp_path / "file.part"
        begin(site, part, 3000)
        site.files["other"] = DATA[::-1]
        download(site.url("other"), part)
        assert part.read_bytes() == DATA[::-1]
        assert site.asked("Range") == [None]

    @pytest.mark.parametrize("note", [None, "not json", "[]", '{"format": "99"}', '{"version": "x"}'])
    def test_a_part_without_a_readable_note_is_not_gone_on_with(self, site: Site, tmp_path: Path, note: str | None):
        part = tmp_path / "file.part"
        site.files["file"] = DATA
        part.write_bytes(b"something else")
        if note is not None:
            note_file(part).write_text(note)
        download(site.url("file"), part)
        assert part.read_bytes() == DATA

    def test_a_wrong_range_is_not_appended(self, site: Site, tmp_path: Path):
        part = tmp_path / "file.part"
        begin(site, part, 3000)
        site.shift = 1
        download(site.url("file"), part)
        assert part.read_bytes() == DATA
        assert site.asked("Range") == ["bytes=3000-", None]

    def test_a_whole_part_is_known_as_one(self, site: Site, tmp_path: Path):
        part = tmp_path / "file.part"
        site.files["file"] = DATA
        download(site.url("file"), part)
        download(site.url("file"), part)
        assert part.read_bytes() == DATA
        assert site.asked("Range") == [None, "bytes=10240-"]

    def test_a_part_longer_than_the_file_is_fetched_anew(self, site: Site, tmp_path: Path):
        part = tmp_path / "file.part"
        site.files["file"] = DATA
        download(site.url("file"), part)
        part.write_bytes(DATA + b"!")
        download(site.url("file"), part)
        assert part.read_bytes() == DATA

    def test_a_kill_leaves_the_part_and_its_note_alone(self, site: Site, tmp_path: Path):
        site.files["file"], site.cuts = DATA, [5000, 0]
        code = (
            "import pathlib, sys; from crosscap.downloads import transfer; transfer.WAITS = (600.0,);"
            "transfer.download(sys.argv[1], pathlib.Path(sys.argv[2]))"
        )
        part = tmp_path / "file.part"
        environment = {**os.environ, "PYTHONPATH": "src", "no_proxy": "127.0.0.1"}
        process = subprocess.Popen([sys.executable, "-c", code, site.url("file"), str(part)], env=environment)
        deadline = time.monotonic() + 30
        while not (part.is_file() and part.stat().st_size == 5000) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["file.part", "file.part.json"]
        site.cuts = []
        download(site.url("file"), part)
        assert part.read_bytes() == DATA
        assert site.asked("Range")[-1] == "bytes=5000-"


class TestFailure:
    def test_a_missing_file_is_named_at_once(self, site: Site, tmp_path: Path):
        with pytest.raises(InputError, match=r"127\.0\.0\.1:\d+/none: the server answers 404 Not Found"):
            download(site.url("none"), tmp_path / "file.part")
        assert len(site.requests) == 1
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("state", [429, 503])
    def test_a_passing_state_is_tried_again(self, site: Site, tmp_path: Path, state: int):
        site.files["file"], site.states = DATA, [state, state]
        download(site.url("file"), tmp_path / "file.part")
        assert (tmp_path / "file.part").read_bytes() == DATA

    def test_a_state_that_does_not_pass_ends_it(self, site: Site, tmp_path: Path):
        site.files["file"], site.states = DATA, [503] * 9
        with pytest.raises(InputError, match=r"no connection, or none that lasts \(the server answers 503"):
            download(site.url("file"), tmp_path / "file.part")
        assert len(site.requests) == 3

    def test_no_network_is_said(self, tmp_path: Path, monkeypatch):
        monkeypatch.setattr(transfer, "WAITS", (0.0,))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}/file"
        with pytest.raises(InputError, match=r"/file: no connection, or none that lasts \(.*refused"):
            download(url, tmp_path / "file.part")

    @pytest.mark.parametrize("url", ["ftp://host/file", "file:///etc/passwd", "/etc/passwd"])
    def test_only_the_web_is_fetched(self, tmp_path: Path, url: str):
        with pytest.raises(InputError, match="only http and https"):
            download(url, tmp_path / "file.part")

    def test_a_redirection_elsewhere_is_refused(self, site: Site, tmp_path: Path):
        site.redirect = "ftp://host/file"
        with pytest.raises(InputError, match="redirects to ftp://host/file"):
            download(site.url("file"), tmp_path / "file.part")

    def test_a_full_disk_is_noticed_beforehand(self, site: Site, tmp_path: Path, monkeypatch):
        site.files["file"] = DATA * 1000
        monkeypatch.setattr(transfer.shutil, "disk_usage", lambda _: SimpleNamespace(free=2_000_000))
        with pytest.raises(InputError, match=r"10 MB are needed and 2 MB free; make room"):
            download(site.url("file"), tmp_path / "file.part")
        assert not (tmp_path / "file.part").exists()
