"""Vector files, whole and damaged."""

import gzip
import logging

import numpy as np
import pytest

from crosscap.faults import InputError
from crosscap.text import vector_files
from crosscap.text.vector_files import read_file_words, read_vector_file

GOOD = b"4 3\nthe 1 2 3 \ndog 0.5 -1e-1 2 \na\xc2\xa0dog 7 8 9 \n\xe7\x8a\xac\xe3\x80\x80 4 5 6 \n"


def read(tmp_path, data, words=("dog", "cat", "the"), *, name="words.vec"):
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return read_vector_file(path, list(words))


@pytest.mark.parametrize("name", ["words.vec", "words.vec.gz"])
@pytest.mark.parametrize("ending", [b" \n", b"\n", b" \r\n"])
def test_rows_come_in_the_vocabularys_order(tmp_path, name, ending):
    vectors, known = read(tmp_path, GOOD.replace(b" \n", ending), name=name)
    np.testing.assert_allclose(vectors, [[0.5, -0.1, 2], [0, 0, 0], [1, 2, 3]])
    assert vectors.dtype == np.float32
    assert known.tolist() == [True, False, True]


def test_only_the_space_separates(tmp_path):
    vectors, known = read(tmp_path, GOOD, ["a\u00a0dog", "犬\u3000"])
    np.testing.assert_array_equal(vectors, [[7, 8, 9], [4, 5, 6]])
    assert known.all()


def test_equals_a_plain_parser(tmp_path):
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(200, 20)).astype(np.float32)
    rows = [f"w{i} " + " ".join(f"{number:.5f}" for number in row.tolist()) for i, row in enumerate(matrix)]
    vectors, known = read(tmp_path, "\n".join(["200 20", *rows, ""]).encode(), ["w150", "none", "w3"])
    plain = [[float(number) for number in rows[i].split()[1:]] for i in (150, 3)]
    np.testing.assert_array_equal(vectors[[0, 2]], np.array(plain, dtype=np.float32))
    assert known.tolist() == [True, False, True]


def test_first_of_repeated_words_is_taken(tmp_path, caplog):
    with caplog.at_level(logging.WARNING, logger="crosscap"):
        vectors, _ = read(tmp_path, b"3 1\ndog 1\ndog 2\ndog 3\n", ["dog"])
    assert vectors.tolist() == [[1]]
    assert "2 repetitions" in caplog.text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"words.vec:1: expected the number of words and the dimension"),
        (b"dog 1 2 3\ncat 1 2 3\n", r"words.vec:1: expected .* found 'dog 1 2 3"),
        (b"3 99999999999\ndog 1\n", r"words.vec:1: expected .* found '3 99999999999"),
        (b"9" * 5000 + b" 3\n", r"words.vec:1: expected the number of words and the dimension"),
        (b"0 3\n", r"has none of the 3 words \(0 % coverage\)"),
        (b"1 3\ndogs 1 2 3\n", r"has none of the 3 words \(0 % coverage\); check its language and case"),
        (GOOD.replace(b"4 3", b"5 3"), r"D-312 .*words.vec: 4 rows; the header says 5"),
        (GOOD.replace(b"4 3", b"3 3"), r"D-312 .*4 rows; the header says 3"),
        (GOOD.replace(b"4 3", b"4 4"), r"D-311 .*words.vec:2: 3 numbers, expected 4"),
        (GOOD.replace(b"the 1 2 3", b"the 1 2"), r"D-311 .*words.vec:2: 2 numbers, expected 3"),
        (GOOD.replace(b"dog 0.5", b"dog 9 0.5"), r"D-311 .*words.vec:3: 4 numbers, expected 3"),
        (GOOD.replace(b"the 1", b"the"), r"D-311 .*words.vec:2: 2 numbers"),
        (GOOD.replace(b"0.5", b"nan"), r"D-314 .*words.vec:3: holds NaN or infinity"),
        (GOOD.replace(b"0.5", b"inf"), r"D-314 .*words.vec:3"),
        (GOOD.replace(b"0.5", b"1e99"), r"D-314 .*words.vec:3"),
        (GOOD.replace(b"0.5 -1e-1 2", b"0 0 0"), r"D-315 .*words.vec:3: all numbers are zero"),
        (GOOD.replace(b"0.5", b"o.5"), r"D-313 .*words.vec:3: not a number: .*o\.5"),
        (GOOD[:-4], r"D-312 .*4 rows, the last one not ended; the header says 4"),
    ],
)
def test_damage_is_named(tmp_path, data, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, data)


def test_all_faults_come_at_once(tmp_path):
    with pytest.raises(InputError) as error:
        read(tmp_path, b"3 2\nthe 1\ndog nan 2\n")
    assert [code for code in ("D-311", "D-312", "D-314") if code in str(error.value)] == ["D-311", "D-312", "D-314"]
    assert "3 faults" in str(error.value)


def test_faults_of_unwanted_rows_pass(tmp_path):
    assert read(tmp_path, b"2 2\nfish nan\ndog 1 2\n", ["dog"])[1].all()


def test_compressed_file_cut_short(tmp_path):
    path = tmp_path / "words.vec.gz"
    rows = b"".join(b"w%d %f\n" % (i, i) for i in range(5000))
    path.write_bytes(gzip.compress(b"5000 1\n" + rows)[:-2000])
    with pytest.raises(InputError, match=r"words.vec.gz: cut short or damaged"):
        read_vector_file(path, ["w1"])
    path.write_bytes(b"5000 1\n" + rows)
    with pytest.raises(InputError, match=r"words.vec.gz: cut short or damaged \(Not a gzipped file"):
        read_vector_file(path, ["w1"])


def test_line_without_an_end_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(vector_files, "LONGEST_LINE", 100)
    assert read(tmp_path, b"1 2\ndog 1 " + b"2" * 80 + b"e-80\n", ["dog"])[1].all()
    for data in (b"1 2\ndog 1 " + b"2" * 200 + b"\n", b"1" * 200):
        with pytest.raises(InputError, match=r"words\.vec(: has a line of more than 100 bytes; download|:1: expected)"):
            read(tmp_path, data, ["dog"])


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"none.vec: no such file; check vectors.files"):
        read_vector_file(tmp_path / "none.vec", ["a"])


def test_the_first_words_of_a_file(tmp_path):
    path = tmp_path / "words.vec"
    path.write_bytes("3 2\nthe 1 2\nå 3 4\ncat 5 6\n".encode())
    assert read_file_words(path, 2) == ["the", "å"]
    assert read_file_words(path, 9) == ["the", "å", "cat"]


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"the 1 2\n", "expected the number of words"), (b"2 1\nthe 1\n\xff 2\n", "words.vec:3: the word is not UTF-8")],
    ids=["header", "word"],
)
def test_words_of_damaged_files_are_refused(tmp_path, data, message):
    path = tmp_path / "words.vec"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        read_file_words(path, 5)
