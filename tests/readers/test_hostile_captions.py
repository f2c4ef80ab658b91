"""What may be wrong with a caption, in each format that captions come in: told with code, file, line and remedy."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from crosscap.faults import InputError
from crosscap.readers.choose import Frames, read
from tests.readers import layouts

PLAIN = "ein Hund"
BIDI = "ein \u202eHund"
REFUSED = {
    "NUL": ("ein\0Hund", "D-121", "holds a NUL character; remove it"),
    "empty": ("", "D-120", "the caption is empty; write one or remove the line"),
    "blank": ("\u3000\u200b", "D-120", "the caption is empty; write one or remove the line"),
    "bidirectional": (BIDI, "D-122", "holds bidirectional control characters; remove them"),
    "10,000 words": (
        "ein " * 10_000,
        "D-123",
        "the caption has 39,999 characters, at most 10,000 are allowed; shorten it",
    ),
    "100,000 characters": ("x" * 100_000, "D-123", "the caption has 100,000 characters, at most 10,000 are allowed"),
}
KEPT = {
    "emoji": "🐕\U0001f3fd",
    "right to left": "كلب يجري",
    "decomposed": unicodedata.normalize("NFD", "größer, が"),
    "line separators": "eins\u2028zwei\u0085drei",
    "formula": '=HYPERLINK("x")',
    "HTML": "<script>alert(1)</script>",
}


class Format(NamedTuple):
    """How a data set is written with one caption of train put in, where faults place it, and how it is read."""

    write: Callable[[Path, str], Path]  # returns the file that holds the caption
    place: Callable[[Path], str]
    reader: str
    settings: Callable[[Path], dict[str, object]]


def rows(caption: str) -> list[dict[str, str]]:
    names = [("a.jpg", "train"), ("b.jpg", "val"), ("c.jpg", "test")]
    texts = [caption, "zwei", "drei"]
    return [
        {"image": name, "language": "de", "caption": text, "split": split}
        for (name, split), text in zip(names, texts, strict=True)
    ]


def table(ending: str) -> Format:
    """Return the format of the user's own captions file."""

    def write(folder: Path, caption: str) -> Path:
        path, frame = folder / f"c.{ending}", pd.DataFrame(rows(caption))
        if ending == "parquet":
            frame.to_parquet(path)
        elif ending == "jsonl":
            layouts.write_lines(path, [json.dumps(row, ensure_ascii=False) for row in rows(caption)])
        elif ending == "tsv":
            layouts.write_lines(path, ["\t".join(frame.columns), *("\t".join(row.values()) for row in rows(caption))])
        else:
            frame.to_csv(path, index=False)
        return path

    first = 1 if ending in ("jsonl", "parquet") else 2
    settings = {"images": None, "split_percent": {}}
    return Format(
        write,
        lambda path: f"{path}:{first}",
        "folder",
        lambda folder: {"captions": str(folder / f"c.{ending}"), **settings},
    )


def write_multi30k(folder: Path, caption: str) -> Path:
    root = layouts.write_multi30k_task1(folder)
    (root / "raw/train.de.gz").unlink()
    return layouts.write_lines(root / "raw/train.de", [caption, "zwei", "drei"])


def write_stair(folder: Path, caption: str) -> Path:
    layouts.write_coco(folder / "coco.json")
    document = layouts.caption_documents("de", [9, 25, 30])
    document["annotations"][0]["caption"] = caption
    return write_raw(folder / "de.json", document)


def write_karpathy(folder: Path, caption: str) -> Path:
    document = layouts.coco_documents()
    document["images"][0]["sentences"][0]["raw"] = caption
    return write_raw(folder / "coco.json", document)


def write_xtd(folder: Path, caption: str) -> Path:
    layouts.write_xtd(folder)
    return layouts.write_lines(folder / layouts.XTD_FILES["de"], [caption, "zwei", "drei"])


def write_vatex(folder: Path, caption: str) -> Path:
    layouts.write_vatex(folder)
    document = layouts.vatex_documents(layouts.VATEX_VIDEOS["training"])
    document[0]["enCap"][0] = caption
    return write_raw(folder / "vatex_training_v1.0.json", document)


def write_raw(path: Path, document: object) -> Path:
    """Write JSON with all characters as they are, but those that JSON escapes."""
    return layouts.write_lines(path, [json.dumps(document, ensure_ascii=False)])


COCO = {"images": None, "restval": "train", "only_captioned": False, "split_percent": None, "leave_out": None}
VATEX = {f"{part}": f"vatex_{part}_v1.0.json" for part in ("training", "validation")}
FORMATS = {
    **{ending: table(ending) for ending in ("csv", "tsv", "jsonl", "parquet")},
    "multi30k": Format(
        write_multi30k,
        lambda path: f"{path}:1",
        "multi30k",
        lambda f: {"folder": str(f), "task": "task1", "images": None},
    ),
    "coco": Format(
        write_stair,
        lambda path: f"{path}, annotations:1",
        "coco",
        lambda f: {"split_file": str(f / "coco.json"), "captions": {"de": [str(f / "de.json")]}, **COCO},
    ),
    "karpathy": Format(
        write_karpathy,
        lambda path: f"{path}, images:1",
        "coco",
        lambda f: {"split_file": str(f / "coco.json"), "captions": {}, **COCO},
    ),
    "xtd": Format(
        write_xtd,
        lambda path: f"{path}:1",
        "xtd",
        lambda f: {"folder": str(f), "coco": None, "restval": "train", "images": None},
    ),
    "vatex": Format(
        write_vatex,
        lambda path: f"{path}:1",
        "vatex",
        lambda f: {**{part: str(f / name) for part, name in VATEX.items()}, "test": None, "seed": 1},
    ),
}
ON_ONE_LINE = ("coco", "karpathy", "vatex", "xtd")  # whose published captions hold line breaks and double spaces


def read_format(form: Format, folder: Path) -> Frames:
    language = "en" if form.write in (write_karpathy, write_vatex) else "de"
    return read(form.reader, languages=[language], settings=form.settings(folder))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("fault", REFUSED)
def test_what_no_caption_may_be(name, fault, tmp_path):
    form, (caption, code, remedy) = FORMATS[name], REFUSED[fault]
    path = form.write(tmp_path, caption)
    with pytest.raises(InputError) as error:
        read_format(form, tmp_path)
    if (name, fault) == ("xtd", "empty"):  # a blank line is none of XTD10's, whose files end in some
        assert f"D-106 {path}: 2 captions where the list of images has 3" in str(error.value)
    else:
        assert f"{code} {form.place(path)}: " in str(error.value)
        assert remedy in str(error.value)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", KEPT)
def test_what_captions_may_well_be(name, text, tmp_path):
    form = FORMATS[name]
    form.write(tmp_path, KEPT[text])
    _, captions = read_format(form, tmp_path)
    composed = unicodedata.normalize("NFC", KEPT[text])
    assert (" ".join(composed.split()) if name in ON_ONE_LINE else composed) in set(captions["text"])


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "parquet"])
def test_bytes_that_are_not_utf8(name, tmp_path):
    form = FORMATS[name]
    path = form.write(tmp_path, PLAIN)
    path.write_bytes(path.read_bytes().replace(PLAIN.encode(), b"gro\xdf"))
    with pytest.raises(InputError) as error:
        read_format(form, tmp_path)
    line = 2 if name in ("csv", "tsv") else 1
    assert f"D-103 {path}:{line}: not valid UTF-8 (0xdf at byte " in str(error.value)
    assert "; save the file as UTF-8" in str(error.value)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "parquet"])
@pytest.mark.parametrize("change", [lambda data: b"\xef\xbb\xbf" + data, lambda data: data.replace(b"\n", b"\r\n")])
def test_a_byte_order_mark_and_line_ends_change_nothing(name, change, tmp_path):
    form = FORMATS[name]
    path = form.write(tmp_path, PLAIN)
    plain = read_format(form, tmp_path)
    path.write_bytes(change(path.read_bytes()))
    for before, after in zip(plain, read_format(form, tmp_path), strict=True):
        pd.testing.assert_frame_equal(before, after)


def test_fifty_faults_are_shown_and_all_are_counted(tmp_path):
    lines = [f"{number}.jpg,de,{BIDI}" for number in range(60)]
    path = layouts.write_lines(tmp_path / "c.csv", ["image,language,caption", *lines, "x.jpg,de,one,too many"])
    settings = {"captions": str(path), "images": None, "split_percent": {"train": 80, "val": 10, "test": 10}}
    with pytest.raises(InputError) as error:
        read("folder", languages=["de"], settings=settings)
    first, *shown = str(error.value).splitlines()
    assert first == "61 faults in the input, the first 50 shown:"
    assert len(shown) == 50
    assert shown[0].startswith(f"  D-122 {path}:2: ")
    assert shown[-1].startswith(f"  D-122 {path}:51: ")
