"""JSON files as lists of records."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from crosscap.faults import Faults
from crosscap.readers.records import Record, clean_texts, read_records

KEYS = {"name": str, "number": int, "parts": list}
GOOD = {"name": "a", "number": 1, "parts": [], "further": None}


def read(path: Path, data: Any, *, section: str | None = "things") -> tuple[list[Record], list[str]]:
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    faults = Faults()
    records = read_records(path, section=section, keys=KEYS, faults=faults)
    return records, [str(fault) for fault in faults.found]


def test_records_of_a_section_and_of_a_list(tmp_path):
    path = tmp_path / "a.json"
    assert read(path, {"things": [GOOD, GOOD]}) == ([Record(f"{path}, things", n, GOOD) for n in (1, 2)], [])
    assert read(path, [GOOD], section=None) == ([Record(str(path), 1, GOOD)], [])
    assert read(path, {"things": []}) == ([], [])


def test_compressed_files_and_a_byte_order_mark_are_fine(tmp_path):
    text = b"\xef\xbb\xbf" + json.dumps([GOOD]).encode()
    records, faults = read(tmp_path / "a.json.gz", gzip.compress(text), section=None)
    assert (len(records), faults) == (1, [])


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ([1], "D-104 {place}:2: '[1]' is not an object with keys; restore the file"),
        ({"name": "a"}, "D-105 {place}:2: no key number and parts (keys found: 'name'); restore the file"),
        (GOOD | {"name": 5}, "D-104 {place}:2: name is '5', which is not text; restore the file"),
        (GOOD | {"number": True}, "D-104 {place}:2: number is 'True', which is not a whole number; restore the file"),
        (GOOD | {"number": 1.5}, "D-104 {place}:2: number is '1.5', which is not a whole number; restore the file"),
        (GOOD | {"parts": {}}, "D-104 {place}:2: parts is '{{}}', which is not a list; restore the file"),
    ],
)
def test_a_record_that_cannot_be_used_is_a_fault_and_left_out(tmp_path, entry, fault):
    records, faults = read(tmp_path / "a.json", {"things": [GOOD, entry, GOOD]})
    assert [record.number for record in records] == [1, 3]
    assert faults == [fault.format(place=f"{tmp_path}/a.json, things")]


def test_another_structure_is_a_fault(tmp_path):
    path = tmp_path / "a.json"
    expected = "does not hold an object whose key 'things' holds a list; is it another file of the data set?"
    for data in ([GOOD], {"others": [GOOD]}, {"things": {}}):
        assert read(path, data) == ([], [f"D-105 {path}: {expected}"])
    fault = f"D-105 {path}: does not hold a list; is it another file of the data set?"
    assert read(path, {"things": [GOOD]}, section=None) == ([], [fault])


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b'{"things":\n [', "D-104 {path}:2: not valid JSON from here on (Expecting value); download or copy"),
        (b"", "D-104 {path}:1: not valid JSON from here on (Expecting value); download or copy"),
        (b"[" * 100_000, "D-104 {path}: not JSON that can be read (maximum recursion depth"),
        (b"[" + b"9" * 5_000 + b"]", "D-104 {path}: not JSON that can be read (Exceeds the limit"),
        (b"null", "D-104 {path}: holds 'None' where an object or a list belongs; restore the file"),
        (b'{"things": [\n"\xff"]}', "D-103 {path}:2: not valid UTF-8 (0xff at byte 2 of the line)"),
    ],
)
def test_a_damaged_file_is_a_fault(tmp_path, data, fault):
    path = tmp_path / "a.json"
    records, faults = read(path, data)
    assert records == []
    assert faults[0].startswith(fault.format(path=path))


def test_a_missing_file_is_one_fault(tmp_path):
    faults = Faults()
    assert read_records(tmp_path / "none.json", section=None, keys=KEYS, faults=faults) == []
    assert [fault.code for fault in faults.found] == ["D-101"]


def test_texts_are_put_on_one_line(tmp_path):
    faults = Faults()
    texts = clean_texts([" a\ndog \r\n", "犬\u3000猫", "", 5, None], Record("f", 3, {}), name="raw", faults=faults)
    assert texts == ["a dog", "犬 猫", ""]
    assert [str(fault) for fault in faults.found] == [
        "D-104 f:3: raw holds '5', which is not text; write it as text",
        "D-104 f:3: raw holds 'None', which is not text; write it as text",
    ]
