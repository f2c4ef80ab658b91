"""A rule's files by name, and files written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscap import files
from crosscap.files import as_paths, atomic_write, known_sha256, sha256_of


def test_a_rules_files_are_paths_by_name_one_or_a_list() -> None:
    given = {"model": "a/model", "tokens": ["en.parquet"], "added": []}
    assert as_paths(given.items()) == {"model": Path("a/model"), "tokens": [Path("en.parquet")], "added": []}


def test_what_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.bin"
    atomic_write(path, b"old")
    with pytest.raises(TypeError):
        atomic_write(path, None)  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_the_sha256_is_that_of_the_standard(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")  # the first example of FIPS 180-2
    assert sha256_of(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_file_is_hashed_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(files, "sha256_of", lambda path: hashed.append(path) or str(len(hashed)))
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert [known_sha256(path), known_sha256(path)] == ["1", "1"]
    path.write_bytes(b"longer")
    assert known_sha256(path) == "2"
