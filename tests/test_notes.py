"""Values in JSON with their format and seal: read as they were written, or refused by name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from crosscap.faults import InputError
from crosscap.notes import read_note, read_sealed, write_note, write_sealed


def test_values_are_read_as_they_were_written(tmp_path: Path) -> None:
    values = {"b": [1.5e-05, None], "a": {"画像": "\u2028"}, "none": {}}
    write_note(tmp_path / "new" / "a.json", values)
    assert read_note(tmp_path / "new" / "a.json") == values


def test_a_note_is_sorted_and_readable_and_its_seal_is_the_sha256_of_the_rest(tmp_path: Path) -> None:
    write_note(tmp_path / "a.json", {"b": 1, "a": "画像"})
    rest = '{\n  "a": "画像",\n  "b": 1,\n  "format": "1"\n}\n'
    seal = hashlib.sha256(rest.encode()).hexdigest()
    expected = f'{{\n  "a": "画像",\n  "b": 1,\n  "format": "1",\n  "seal": "{seal}"\n}}\n'
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == expected


def test_what_cannot_be_written_leaves_the_old_note_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_note(path, {"a": 1})
    with pytest.raises(ValueError, match="JSON compliant"):
        write_note(path, {"a": float("nan")})
    with pytest.raises(ValueError, match=r"a\.json: format is no name for a value"):
        write_note(path, {"format": "9"})
    with pytest.raises(ValueError, match=r"a\.json: seal is no name for a value"):
        write_note(path, {"seal": "intact"})
    assert read_note(path) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_or_unreadable_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with pytest.raises(InputError, match=r"a\.json: no such file"):
        read_note(path)
    for content in (b"{", b"\xff\xfe", b""):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"a\.json: not valid JSON \(.*\); restore it, or remove it and run the"):
            read_note(path)


@pytest.mark.parametrize(
    ("text", "found"),
    [("{}", "none"), ("[]", "none"), ("3", "none"), ('{"format": 1}', "1"), ('{"format": null}', "None")],
)
def test_what_says_no_format_or_another_is_refused(tmp_path: Path, text: str, found: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError) as refused:
        read_sealed(tmp_path / "a.json", kind="index", format="2", remedy="make it again")
    assert str(refused.value) == f"{tmp_path / 'a.json'}: index format {found}, expected 2; make it again"


def test_a_file_of_one_kind_is_not_read_as_another(tmp_path: Path) -> None:
    write_sealed(tmp_path / "a.json", {"a": 1}, format="3")
    with pytest.raises(InputError, match=r"a\.json: note format 3, expected 1; ask"):
        read_note(tmp_path / "a.json", remedy="ask")
    assert read_sealed(tmp_path / "a.json", kind="model", format="3", remedy="train it again") == {"a": 1}


def test_a_note_with_any_flipped_bit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_note(path, {"rate": 1e-05, "name": "é", "ok": True})  # 1E-05 is the same number
    whole = path.read_bytes()
    for position in range(len(whole)):
        for bit in range(8):
            damaged = bytearray(whole)
            damaged[position] ^= 1 << bit
            path.write_bytes(damaged)
            with pytest.raises(InputError, match=r"a\.json: (damaged|not valid JSON|note format)"):
                read_note(path)


@pytest.mark.parametrize("values", [{}, {"a": float("nan")}, {"a": "\ud800"}, {"seal": 5}])
def test_what_has_no_seal_is_refused(tmp_path: Path, values: dict) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"format": "1", **values}))
    with pytest.raises(
        InputError, match=r"a\.json: damaged, or changed since it was written; restore it, or remove it"
    ):
        read_note(tmp_path / "a.json")
