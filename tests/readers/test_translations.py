"""Translations that were made elsewhere."""

import json

import pandas as pd
import pytest

from crosscap.faults import InputError
from crosscap.readers.translations import read_translations

SOURCE = pd.DataFrame(
    {
        "image_id": ["1.jpg", "1.jpg", "2.jpg"],
        "position": [0, 1, 0],
        "text": ["a dog", "the dog", "caf\u00e9"],
    }
)
EXPECTED = ["ein Hund", "der Hund", "Caf\u00e9"]


def read(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_translations(path, SOURCE, language="de")


def faults(tmp_path, name, text):
    with pytest.raises(InputError) as caught:
        read(tmp_path, name, text)
    return str(caught.value)


def test_a_line_a_caption(tmp_path):
    assert read(tmp_path, "de.txt", "ein Hund\r\n der Hund \nCafe\u0301\n") == EXPECTED


def test_rows_named_by_image_and_position_in_any_order(tmp_path):
    rows = "image\tposition\tcaption\n2.jpg\t0\tCaf\u00e9\n1.jpg\t1\tder Hund\n9.jpg\t0\tFremdes\n1.jpg\t0\tein Hund\n"
    assert read(tmp_path, "de.tsv", rows) == EXPECTED
    lines = [{"image": "1.jpg", "position": n, "caption": text} for n, text in enumerate(EXPECTED[:2])]
    lines.append({"image": "2.jpg", "position": 0.0, "caption": EXPECTED[2]})
    assert read(tmp_path, "de.jsonl", "\n".join(map(json.dumps, lines))) == EXPECTED


def test_rows_named_by_the_text_translated(tmp_path):
    rows = 'caption,source\nder Hund,the dog\n"Caf\u00e9",cafe\u0301\nein Hund,a dog\nein Hund,a dog\n'
    assert read(tmp_path, "de.csv", rows) == EXPECTED


def test_parquet(tmp_path):
    frame = SOURCE.rename(columns={"image_id": "image"}).assign(caption=EXPECTED)
    frame.to_parquet(tmp_path / "de.parquet")
    assert read_translations(tmp_path / "de.parquet", SOURCE, language="de") == EXPECTED


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("de.txt", "ein Hund\n", r"D-140 .*de.txt: 1 lines for 3 training captions"),
        ("de.txt", "a\n\nb\n", r"D-120 .*de.txt:2: the caption is empty"),
        ("de.txt", b"a\n\xff\nb\n", r"D-103 .*de.txt:2: not valid UTF-8"),
        (
            "de.csv",
            "image,caption\n1.jpg,a\n",
            r"D-105 .*columns found: 'image', 'caption'; give caption, and",
        ),
        ("de.csv", "source,caption\na dog,a\n", r"D-141 .*no translation of 2 of 3 training captions: 'the dog', 'caf"),
        (
            "de.csv",
            "source,caption\na dog,a\na dog,b\nthe dog,c\ncaf\u00e9,d\n",
            r"D-142 .*:3: 'a dog' is translated",
        ),
        ("de.jsonl", '{"source": "a dog", "caption": null}\n', r"D-141"),
        ("de.doc", "", r"D-107"),
    ],
)
def test_faults(tmp_path, name, text, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, name, text)


def test_a_missing_file(tmp_path):
    for name in ("de.txt", "de.csv"):
        with pytest.raises(InputError, match="D-101"):
            read_translations(tmp_path / name, SOURCE, language="de")


def test_an_empty_cell_is_an_empty_caption(tmp_path):
    rows = [{"source": text, "caption": None if text == "a dog" else text} for text in SOURCE["text"]]
    assert "D-120" in faults(tmp_path, "de.jsonl", "\n".join(map(json.dumps, rows)))
