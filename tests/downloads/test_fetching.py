"""Items of the catalogue, from a local server."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest

from crosscap.downloads import catalogue
from crosscap.downloads.fetching import fetch, mirrored
from crosscap.downloads.items import FreeItem, Item, ManualItem, RemoteFile
from crosscap.faults import InputError
from crosscap.notes import read_note
from tests.downloads.server import Site
from tests.downloads.test_unpacking import CONTENTS, files_below, tar_of, zip_of

HOST = "https://host.invalid/"
DATA = b"some text\n" * 100
SHA256 = hashlib.sha256(DATA).hexdigest()


def file_item(**changes: Any) -> FreeItem:
    """An item of one file that the server has as ``some/a.txt``."""
    file = RemoteFile(**{"url": f"{HOST}some/a.txt", "target": "things/a.txt", **changes})
    return FreeItem("thing", (file,), "CC0", "a thing")


class Fetcher:
    """Fetches one item from the local server into a folder."""

    def __init__(self, site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch):
        self.site, self.folder, self.receipt, self.patch = site, folder / "data", folder / "receipt.json", monkeypatch

    def __call__(self, item: Item) -> dict[str, Any]:
        self.patch.setitem(catalogue.ITEMS, item.name, item)
        fetch(item.name, folder=self.folder, receipt=self.receipt, mirrors={HOST: f"{self.site.address}/"})
        return read_note(self.receipt)

    def fails(self, item: Item) -> str:
        """The message that an item is refused with, after which there is no receipt and nothing unfinished."""
        with pytest.raises(InputError) as caught:
            self(item)
        assert not self.receipt.exists()
        return str(caught.value)


@pytest.fixture
def fetcher(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fetcher:
    site.files["some/a.txt"] = DATA
    return Fetcher(site, tmp_path, monkeypatch)


class TestFile:
    def test_the_file_and_its_receipt(self, fetcher: Fetcher):
        receipt = fetcher(file_item())
        assert files_below(fetcher.folder) == {"things/a.txt": DATA}
        assert receipt["licence"] == "CC0"
        (entry,) = receipt["files"]
        assert entry["url"] == f"{HOST}some/a.txt"
        assert entry["made"] == [{"path": "things/a.txt", "size": 1000, "sha256": SHA256}]
        assert entry["expected_sha256"] == "not known; what was found stands here"

    @pytest.mark.parametrize("known", [SHA256, SHA256[:8]])
    def test_a_known_sha256_is_checked(self, fetcher: Fetcher, known: str):
        assert fetcher(file_item(sha256=known))["files"][0]["expected_sha256"] == known

    def test_another_sha256_is_refused_and_nothing_is_kept(self, fetcher: Fetcher):
        message = fetcher.fails(file_item(sha256="0" * 64))
        assert f"its sha256 is {SHA256} where {'0' * 64} is expected; what was downloaded is removed" in message
        assert f"get {HOST}some/a.txt by hand and put it at {fetcher.folder}/things/a.txt" in message
        assert list((fetcher.folder / "things").iterdir()) == []

    def test_another_size_is_refused(self, fetcher: Fetcher):
        assert "1,000 bytes where 1,001 are expected" in fetcher.fails(file_item(size=1001))
        assert files_below(fetcher.folder) == {}

    def test_a_missing_file_is_told_with_a_remedy(self, fetcher: Fetcher):
        message = fetcher.fails(file_item(url=f"{HOST}gone/a.txt"))
        assert f"{fetcher.site.address}/gone/a.txt: the server answers 404" in message
        assert "fetch.mirrors" in message
        assert files_below(fetcher.folder) == {}
        assert list((fetcher.folder / "things").iterdir()) == []

    def test_a_truncated_gz_is_noticed_before_it_is_there(self, fetcher: Fetcher):
        fetcher.site.files["some/a.txt.gz"] = gzip.compress(DATA)[:-9]
        message = fetcher.fails(file_item(url=f"{HOST}some/a.txt.gz", target="things/a.txt.gz"))
        assert "the .gz is damaged or ends early" in message
        assert files_below(fetcher.folder) == {}

    def test_a_cut_transfer_leaves_its_part_for_the_next_call(self, fetcher: Fetcher):
        fetcher.site.cuts = [600, 0, 0]
        fetcher.site.states = []
        assert "none that lasts" in fetcher.fails(file_item())
        assert files_below(fetcher.folder).keys() == {
            "things/unfinished/a.txt.part",
            "things/unfinished/a.txt.part.json",
        }
        fetcher(file_item())
        assert files_below(fetcher.folder) == {"things/a.txt": DATA}
        assert fetcher.site.asked("Range")[-1] == "bytes=600-"
        assert not (fetcher.folder / "things/unfinished").exists()


class TestAgain:
    @pytest.mark.parametrize("text", ["[]", '{"format": "0", "files": 5}'])
    def test_a_receipt_of_another_format_counts_as_none(self, fetcher: Fetcher, text: str):
        fetcher(file_item())
        fetcher.receipt.write_text(text)
        assert fetcher(file_item())["files"][0]["downloaded_sha256"] == SHA256  # read again, as put there by hand
        assert len(fetcher.site.requests) == 1

    def test_a_second_call_asks_nothing(self, fetcher: Fetcher):
        first = fetcher(file_item())
        fetcher.site.requests.clear()
        assert fetcher(file_item()) == first
        assert fetcher.site.requests == []

    def test_a_removed_file_is_fetched_again(self, fetcher: Fetcher):
        fetcher(file_item())
        (fetcher.folder / "things/a.txt").unlink()
        fetcher(file_item())
        assert files_below(fetcher.folder) == {"things/a.txt": DATA}

    def test_a_changed_file_is_neither_trusted_nor_overwritten(self, fetcher: Fetcher):
        fetcher(file_item())
        (fetcher.folder / "things/a.txt").write_bytes(b"mine")
        with pytest.raises(InputError, match=r"a\.txt: not as it was fetched; remove it"):
            fetcher(file_item())
        assert (fetcher.folder / "things/a.txt").read_bytes() == b"mine"

    def test_a_file_put_by_hand_is_taken(self, fetcher: Fetcher):
        (fetcher.folder / "things").mkdir(parents=True)
        (fetcher.folder / "things/a.txt").write_bytes(DATA)
        entry = fetcher(file_item(sha256=SHA256))["files"][0]
        assert entry["made"][0]["sha256"] == SHA256
        assert fetcher.site.requests == []

    def test_a_wrong_file_put_by_hand_is_told(self, fetcher: Fetcher):
        (fetcher.folder / "things").mkdir(parents=True)
        (fetcher.folder / "things/a.txt").write_bytes(b"other")
        assert "remove the file to fetch it again" in fetcher.fails(file_item(sha256=SHA256))

    def test_what_came_before_a_failure_stays(self, fetcher: Fetcher):
        good, bad = file_item().files[0], RemoteFile(f"{HOST}some/b.txt", "things/b.txt")
        item = FreeItem("thing", (good, bad), "CC0", "two things")
        fetcher.fails(item)
        fetcher.site.files["some/b.txt"] = b"b"
        fetcher.site.requests.clear()
        fetcher(item)
        assert files_below(fetcher.folder) == {"things/a.txt": DATA, "things/b.txt": b"b"}
        assert [path for path, _ in fetcher.site.requests] == ["some/b.txt"]


@pytest.mark.parametrize(("kind", "make"), [("zip", zip_of), ("tar", tar_of)])
class TestArchive:
    def test_it_is_unpacked_and_not_kept(self, fetcher: Fetcher, tmp_path: Path, kind, make):
        fetcher.site.files["some/a.tar.gz"] = make(tmp_path / "archive", CONTENTS).read_bytes()
        item = file_item(url=f"{HOST}some/a.tar.gz", target="things", unpack=kind, creates=("a.txt",))
        if kind == "zip":
            fetcher.site.files["some/a.zip"] = fetcher.site.files["some/a.tar.gz"]
            item = file_item(url=f"{HOST}some/a.zip", target="things", unpack=kind, creates=("a.txt",))
        entry = fetcher(item)["files"][0]
        assert files_below(fetcher.folder / "things") == CONTENTS
        assert [made["path"] for made in entry["made"]] == ["things/a.txt", "things/below/b.txt"]
        fetcher.site.requests.clear()
        fetcher(item)
        fetcher.receipt.unlink()
        fetcher(item)
        assert fetcher.site.requests == []

    def test_a_member_that_would_land_elsewhere_is_refused(self, fetcher: Fetcher, tmp_path: Path, kind, make):
        fetcher.site.files["some/a"] = make(tmp_path / "archive", {"../evil.txt": b"evil"}).read_bytes()
        message = fetcher.fails(file_item(url=f"{HOST}some/a", target="things", unpack=kind, creates=("a.txt",)))
        assert "../evil.txt in the archive would land outside" in message
        assert files_below(fetcher.folder) == {}


class TestByHand:
    ITEM = ManualItem("photos", ("photos",), "ask first", ("ask for them", "unpack them in {folder}/photos"))

    def test_the_steps_are_told(self, fetcher: Fetcher):
        message = fetcher.fails(self.ITEM)
        assert f"photos must be got by hand (licence: ask first); missing: {fetcher.folder}/photos" in message
        assert f"1. ask for them\n  2. unpack them in {fetcher.folder}/photos" in message

    def test_once_they_are_there_it_passes(self, fetcher: Fetcher):
        (fetcher.folder / "photos").mkdir(parents=True)
        assert fetcher(self.ITEM) == {"found": ["photos"], "item": "photos", "licence": "ask first"}

    @pytest.mark.parametrize("name", ["flickr30k-images", "coco-images", "karpathy-splits"])
    def test_those_of_the_catalogue_say_where(self, tmp_path: Path, name: str):
        with pytest.raises(InputError, match=r"(?s)1\. .*2\. unpack .*" + str(tmp_path)):
            fetch(name, folder=tmp_path, receipt=tmp_path / "receipt.json", mirrors={})


def test_an_unknown_item_is_told_with_near_ones(tmp_path: Path):
    with pytest.raises(InputError, match="nothing named xtd; write xtd10"):
        fetch("xtd", folder=tmp_path, receipt=tmp_path / "receipt.json", mirrors={})


@pytest.mark.parametrize(
    ("url", "expected"),
    [("https://a/b/c", "http://longest/c"), ("https://a/d", "http://short/d"), ("https://e/f", "https://e/f")],
)
def test_the_longest_fitting_mirror_is_taken(url: str, expected: str):
    assert mirrored(url, {"https://a/": "http://short/", "https://a/b/": "http://longest/"}) == expected
