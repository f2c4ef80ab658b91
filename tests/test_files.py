"""A rule's files by name, and files written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscap import files
from crosscap.faults import InputError
from crosscap.files import (
    as_paths,
    atomic_write,
    known_sha256,
    read_json,
    read_sealed,
    sha256_of,
    write_json,
    write_sealed,
)


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


def test_a_file_is_hashed_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(files, "sha256_of", lambda path: hashed.append(path) or str(len(hashed)))
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert [known_sha256(path), known_sha256(path)] == ["1", "1"]
    path.write_bytes(b"longer")
    assert known_sha256(path) == "2"


def test_sealed_values_are_read_as_they_were_written(tmp_path: Path) -> None:
    values = {"b": [1.5e-05, None], "a": {"画像": "\u2028"}}
    write_sealed(tmp_path / "a.json", values)
    assert read_sealed(tmp_path / "a.json") == values


def test_a_sealed_file_with_any_flipped_bit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_sealed(path, {"rate": 1e-05, "name": "é", "ok": True})  # 1E-05 is the same number
    whole = path.read_bytes()
    for position in range(len(whole)):
        for bit in range(8):
            damaged = bytearray(whole)
            damaged[position] ^= 1 << bit
            path.write_bytes(damaged)
            with pytest.raises(InputError, match=r"a\.json: (damaged|not valid JSON)"):
                read_sealed(path)


@pytest.mark.parametrize("text", ["{}", "[]", "3", '{"a": NaN}', '{"a": "\\ud800"}'])
def test_what_has_no_seal_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError, match=r"a\.json: damaged"):
        read_sealed(tmp_path / "a.json")
