"""Archives: unpacked whole, into their folder only."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from crosscap.downloads import unpacking
from crosscap.downloads.unpacking import check_gzip, unpack
from crosscap.faults import InputError

URL = "https://host/archive"
CONTENTS = {"a.txt": b"one", "below/b.txt": b"two" * 1000}


def zip_of(path: Path, contents: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("below/", b"")
        for name, data in contents.items():
            archive.writestr(name, data)
    return path


def tar_of(path: Path, contents: dict[str, bytes], *, links: dict[str, str] | None = None) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        for name, goal in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, goal
            archive.addfile(member)
    return path


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("kind", "make"), [("zip", zip_of), ("tar", tar_of)])
class TestArchives:
    def test_the_members_land_in_the_folder(self, tmp_path: Path, kind, make):
        archive = make(tmp_path / "archive", CONTENTS)
        found = unpack(archive, tmp_path / "out", kind=kind, url=URL)
        assert files_below(tmp_path / "out") == CONTENTS
        assert found == [tmp_path / "out/a.txt", tmp_path / "out/below/b.txt"]

    @pytest.mark.parametrize(
        "name", ["../evil.txt", "/evil.txt", "below/../../evil.txt", "..\\evil.txt", "c:/evil.txt"]
    )
    def test_a_member_that_would_land_elsewhere_stops_all(self, tmp_path: Path, kind, make, name: str):
        archive = make(tmp_path / "archive", {"a.txt": b"one", name: b"evil"})
        with pytest.raises(InputError, match=r"in the archive would land outside of .*nothing was unpacked"):
            unpack(archive, tmp_path / "out", kind=kind, url=URL)
        assert [path.name for path in tmp_path.rglob("*")] == ["archive"]

    def test_a_truncated_archive_is_told(self, tmp_path: Path, kind, make):
        archive = make(tmp_path / "archive", CONTENTS)
        archive.write_bytes(archive.read_bytes()[:-40])
        with pytest.raises(InputError, match=f"{URL}: the archive is damaged or ends early"):
            unpack(archive, tmp_path / "out", kind=kind, url=URL)

    def test_a_full_disk_is_noticed_beforehand(self, tmp_path: Path, kind, make, monkeypatch):
        archive = make(tmp_path / "archive", CONTENTS)
        monkeypatch.setattr(unpacking.shutil, "disk_usage", lambda _: SimpleNamespace(free=10))
        with pytest.raises(InputError, match="make room"):
            unpack(archive, tmp_path / "out", kind=kind, url=URL)
        assert files_below(tmp_path / "out") == {}


def test_a_link_in_a_tar_stops_all(tmp_path: Path):
    archive = tar_of(tmp_path / "archive", CONTENTS, links={"below/link": "/etc"})
    with pytest.raises(InputError, match="below/link in the archive is a link or a device"):
        unpack(archive, tmp_path / "out", kind="tar", url=URL)
    assert not (tmp_path / "out").exists()


class TestCheckGzip:
    def test_a_whole_one_passes(self, tmp_path: Path):
        (tmp_path / "a.gz").write_bytes(gzip.compress(b"text"))
        check_gzip(tmp_path / "a.gz", URL)

    @pytest.mark.parametrize("damage", [lambda d: d[:-1], lambda d: d[:12], lambda d: b"no gzip", lambda d: d + b"!"])
    def test_a_damaged_one_is_told(self, tmp_path: Path, damage):
        (tmp_path / "a.gz").write_bytes(damage(gzip.compress(b"text" * 100)))
        with pytest.raises(InputError, match=f"{URL}: the .gz is damaged or ends early"):
            check_gzip(tmp_path / "a.gz", URL)
