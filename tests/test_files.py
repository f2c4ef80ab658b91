"""A rule's files by name, and files written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscap.faults import InputError
from crosscap.files import as_paths, atomic_write, read_json, sha256_of, write_json


def test_a_rules_files_are_paths_by_name_one_or_a_list() -> None:
    given = {"model": "a/model", "tokens": ["en.parquet"], "added": []}
    assert as_paths(given.items()) == {"model": Path("a/model"), "tokens": [Path("en.parquet")], "added": []}


def test_what_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.json"
    write_json(path, {"b": 1, "a": "画像"})
    assert path.read_text(encoding="utf-8") == '{\n  "a": "画像",\n  "b": 1\n}\n'
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(path, {"a": float("nan")})
    with pytest.raises(TypeError):
        atomic_write(path, None)  # type: ignore[arg-type]
    assert read_json(path) == {"a": "画像", "b": 1}
    assert list(path.parent.iterdir()) == [path]


def test_a_missing_or_damaged_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.json: no such file"):
        read_json(tmp_path / "a.json")
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.json: not valid JSON"):
        read_json(tmp_path / "a.json")


def test_the_sha256_is_that_of_the_standard(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")  # the first example of FIPS 180-2
    assert sha256_of(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
