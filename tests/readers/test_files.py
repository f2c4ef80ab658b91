"""Lines and rows of text files: encodings, line ends, quotes, damaged files."""

from __future__ import annotations

import gzip
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crosscap.faults import Faults, InputError
from crosscap.readers import files
from crosscap.readers.files import Row, read_lines, read_rows


def lines_and_faults(path, content):
    path.write_bytes(content)
    faults = Faults()
    return read_lines(path, faults), [str(fault) for fault in faults.found]


def rows_and_faults(path, content):
    path.write_bytes(content)
    faults = Faults()
    return read_rows(path, faults), [str(fault) for fault in faults.found]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"one", ["one"]),
        (b"one\n", ["one"]),
        (b"one\n\n", ["one", ""]),
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"\xef\xbb\xbfone\n", ["one"]),
        ("a\u2028b\u0085c\u2029d\x0be\x0cf\x1cg\n".encode(), ["a\u2028b\u0085c\u2029d\x0be\x0cf\x1cg"]),
    ],
)
def test_lines(tmp_path, content, lines):
    assert lines_and_faults(tmp_path / "a.txt", content) == (lines, [])
    assert lines_and_faults(tmp_path / "a.txt.gz", gzip.compress(content)) == (lines, [])


def test_missing_file_is_a_fault(tmp_path):
    faults = Faults()
    assert read_lines(tmp_path / "gone.txt", faults) is None
    (fault,) = faults.found
    assert str(fault).startswith(f"D-101 {tmp_path / 'gone.txt'}: cannot be read (No such file or directory); restore")


@pytest.mark.parametrize("cut", [slice(0, -1), slice(0, 30), slice(0, 5), slice(3, None), slice(0, 0, -1)])
def test_damaged_gzip_is_a_fault(tmp_path, cut):
    content = gzip.compress(b"a caption\n" * 100)[cut] or b"no gzip"
    lines, (fault,) = lines_and_faults(tmp_path / "a.gz", content)
    assert lines is None
    assert fault.startswith(f"D-102 {tmp_path / 'a.gz'}: cut short or damaged (")
    assert fault.endswith("); download or copy the file again")


def test_each_line_that_is_not_utf8_is_a_fault(tmp_path):
    path = tmp_path / "a.txt"
    lines, faults = lines_and_faults(path, "größer\n".encode("latin-1") + b"fine\n" + b"cut \xe7\x8a\n")
    assert lines is not None
    assert len(lines) == 3
    assert faults == [
        f"D-103 {path}:1: not valid UTF-8 (0xf6 at byte 3 of the line); save the file as UTF-8",
        f"D-103 {path}:3: not valid UTF-8 (0xe7 at byte 5 of the line); save the file as UTF-8",
    ]


def test_csv_rows_carry_their_first_line(tmp_path):
    content = b'\xef\xbb\xbfimage,caption\r\na.jpg,"one, ""two""\nthree"\r\n\r\nb.jpg,5" pipe\r\n'
    table, faults = rows_and_faults(tmp_path / "c.csv", content)
    assert faults == []
    assert table.columns == ["image", "caption"]
    assert table.rows == [
        Row(2, {"image": "a.jpg", "caption": 'one, "two"\nthree'}),
        Row(5, {"image": "b.jpg", "caption": '5" pipe'}),
    ]


def test_csv_line_separators_inside_a_field_are_kept(tmp_path):
    table, faults = rows_and_faults(tmp_path / "c.csv", "caption\na\u2028b\u0085c\n".encode())
    assert (table.rows, faults) == ([Row(2, {"caption": "a\u2028b\u0085c"})], [])


def test_tsv_takes_quotes_as_they_are(tmp_path):
    table, faults = rows_and_faults(tmp_path / "c.tsv", b'image\tcaption\na.jpg\t"Stop", it says\nb.jpg\t"\n')
    assert faults == []
    assert [row.cells["caption"] for row in table.rows] == ['"Stop", it says', '"']


def test_rows_of_another_width_are_faults(tmp_path):
    table, faults = rows_and_faults(tmp_path / "c.csv", b"image,caption\na.jpg,one, two\nb.jpg\nc.jpg,fine\n")
    assert [row.line for row in table.rows] == [4]
    place = tmp_path / "c.csv"
    assert faults == [
        f"D-104 {place}:2: 3 fields where the header has 2; put a caption with commas in double quotes",
        f"D-104 {place}:3: 1 fields where the header has 2; put a caption with commas in double quotes",
    ]
    _, (fault,) = rows_and_faults(tmp_path / "c.tsv", b"image\tcaption\na.jpg\tone\ttwo\n")
    assert fault.endswith("c.tsv:2: 3 fields where the header has 2; check its tabs")


def test_broken_quotes_are_a_fault_where_they_begin(tmp_path):
    content = b'image,caption\na.jpg,"one" two\nb.jpg,fine\nc.jpg,"never closed\nd.jpg,swallowed\n'
    table, faults = rows_and_faults(tmp_path / "c.csv", content)
    assert [row.line for row in table.rows] == [3]
    assert [fault.partition(" cannot be read")[0] for fault in faults] == [
        f"D-104 {tmp_path / 'c.csv'}:2:",
        f"D-104 {tmp_path / 'c.csv'}:4:",
    ]
    assert faults[0].endswith("check the double quotes from here on: they come in pairs")


def test_jsonl(tmp_path):
    rows = [{"image": "a.jpg", "caption": "one\u2028\u0085\n"}, {"image": "b.jpg", "split": "test"}]
    content = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    table, faults = rows_and_faults(tmp_path / "c.jsonl", content)
    assert faults == []
    assert table.columns == ["image", "caption", "split"]
    assert table.rows == [Row(1, rows[0]), Row(3, rows[1])]


@pytest.mark.parametrize("line", ["{", "[]", "3", "null", "{'a': 1}", "[" * 100_000])
def test_line_that_is_no_json_object_is_a_fault(tmp_path, line):
    table, (fault,) = rows_and_faults(tmp_path / "c.jsonl", f'{{"a": "b"}}\n{line}\n'.encode())
    assert [row.line for row in table.rows] == [1]
    assert fault.startswith(f"D-104 {tmp_path / 'c.jsonl'}:2: ")
    assert fault.endswith("is not a JSON object; write one object a line")


def test_parquet_rows_are_numbered(tmp_path):
    pd.DataFrame({"image": ["a.jpg", "b.jpg"], "caption": ["one", None]}).to_parquet(tmp_path / "c.parquet")
    table = read_rows(tmp_path / "c.parquet", Faults())
    assert table.columns == ["image", "caption"]
    assert table.rows[0] == Row(1, {"image": "a.jpg", "caption": "one"})
    assert table.rows[1].line == 2
    assert not isinstance(table.rows[1].cells["caption"], str)


def test_damaged_parquet_is_named(tmp_path):
    (tmp_path / "c.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(InputError, match=r"c\.parquet"):
        read_rows(tmp_path / "c.parquet", Faults())


def test_what_pandas_noted_in_a_parquet_file_is_not_looked_at(tmp_path):
    pd.DataFrame({"image": ["a.jpg"], "caption": ["a dog"]}).to_parquet(tmp_path / "c.parquet")
    table = pq.read_table(tmp_path / "c.parquet")
    for notes in (b"\xff", b"{", b'{"index_columns": [1]}'):
        pq.write_table(table.replace_schema_metadata({b"pandas": notes}), tmp_path / "c.parquet")
        assert read_rows(tmp_path / "c.parquet", Faults()).rows == [Row(1, {"image": "a.jpg", "caption": "a dog"})]


def test_text_in_a_parquet_file_that_is_not_utf8_is_refused(tmp_path):
    damaged = pa.array([b"a dog", b"gro\xdf"]).cast(pa.binary()).view(pa.string())
    pq.write_table(pa.table({"caption": damaged}), tmp_path / "c.parquet")
    with pytest.raises(InputError, match=r"c\.parquet: holds damaged values \(.*UTF8.*\); restore it or make it again"):
        read_rows(tmp_path / "c.parquet", Faults())


@pytest.mark.parametrize("name", ["c.xlsx", "c.csv.gz", "c"])
def test_other_kinds_of_file_are_a_fault(tmp_path, name):
    _, (fault,) = rows_and_faults(tmp_path / name, b"")
    assert fault.startswith(f"D-107 {tmp_path / name}: the file's kind ")
    assert fault.endswith("is not known; give .csv, .tsv, .jsonl or .parquet")


def test_small_gzip_that_unpacks_to_gigabytes_is_a_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_TEXT", 1000)
    faults = Faults()
    for size in (1000, 1001):
        (tmp_path / f"{size}.gz").write_bytes(gzip.compress(b"a" * size))
    assert files.read_lines(tmp_path / "1000.gz", faults) == ["a" * 1000]
    assert not faults.found
    assert files.read_lines(tmp_path / "1001.gz", faults) is None
    assert str(faults.found[0]) == (
        f"D-108 {tmp_path}/1001.gz: unpacks to more than 1,000 bytes; is it the right file?"
    )
