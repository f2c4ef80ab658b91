"""A data set of one's own in which as much as can be is wrong, and settings that are wrong too."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

BIDI, LONG = "a \u202ered house", "a " * 5001
ROWS = [
    b"image,language,caption,split,origin",
    b"../up.png,en,a path,train,human",
    b"good.png,en,a good one,dev,human",
    b"twice.png,en,in train,train,human",
    b"twice.png,en,in test,test,human",
    b"good.png,en, ,train,human",
    b"good.png,en,a \0 cat,train,human",
    f"good.png,en,{BIDI},train,human".encode(),
    f"good.png,en,{LONG},train,human".encode(),
    b"good.png,en,as it should be,train,human",
    b"good.png,en,as it is,train,human",
    b"good.png,EN,capitals,train,human",
    b"good.png,en,by whom,train,robot",
    b"good.png,en,caf\xe9,train,human",
    b"good.png,en,no,comma,train,human",
    b"gone.png,en,no photo,train,human",
    b"link.png,en,elsewhere,train,human",
    b"page.jpg,en,a web page,train,human",
    b"empty.jpg,en,nothing,train,human",
    b"huge.png,en,too large,train,human",
    b"good.png,de,ein Haus,train,human",
]
FILES = {
    "dictionaries/de-en.txt": b"haus house\nein rotes haus\n" + b"\xff\xfe x\n",
    "dictionaries/de-en.0-5000.txt": b"haus house\n",
    "dictionaries/de-en.5000-6500.txt": b"",
    "dictionaries/en-de.txt": b"house haus\n",
    "dictionaries/en-de.0-5000.txt": b"house haus\n",
    "dictionaries/en-de.5000-6500.txt": b"house haus\n",
    "en.vec": b"9 3\na 1 2 3\nb 1 2\nc 1 2 x\nd 1 2 nan\ne 0 0 0\n",
    "de.vec": b"1 2\nhaus 1 2\n",
    "ja.vec": b"1 3\nie 1 2 3\n",
    "names.txt": b"good.png\ntwice.png\n",
    "sts/pairs.test.tsv": b"4.5\tone\n3\tone\ttwo\nhigh\tone\ttwo\n",
    "names.csv": b"tag,language,text\ndog,en,dog\ndog,en,hound\ndog,de,Hund\ncat,en,cat\ncat,de,\n",
    "truth.csv": b"image,tag\ngood.png,dog\ngood.png,dog\ngood.png,bird\n",
}
EXPECTED = {  # code: part of what is said of it
    "D-103": "captions.csv:14: not valid UTF-8",
    "D-104": "captions.csv:15: 6 fields where the header has 5",
    "D-110": "captions.csv:2: the image name '../up.png' could lead out",
    "D-112": "captions.csv:5: image 'twice.png' is in two splits",
    "D-113": "captions.csv:3: the split is 'dev'; write train, val or test",
    "D-120": "captions.csv:6: the caption is empty",
    "D-121": "captions.csv:7: the caption 'a \\x00 cat' holds a NUL",
    "D-122": "captions.csv:8: ",
    "D-123": "captions.csv:9: the caption has 10,00",
    "D-125": "captions.csv: no captions in ja",
    "D-126": "captions.csv:12: the language is 'EN'",
    "D-127": "captions.csv:13: the origin is 'robot'",
    "D-131": "captions.csv:16: 1 photo is not in",
    "D-132": "captions.csv:17: photo 'link.png' is a link out of",
    "D-133": "captions.csv:19: photo 'empty.jpg' cannot be opened",
    "D-134": "captions.csv:20: photo 'huge.png' has more than 25 megapixels",
    "D-150": "sts/pairs.test.tsv:1: 2 fields",
    "D-160": "names.csv:3: 'dog' 'en' is there already in line 2",
    "D-161": "truth.csv:3: 'good.png' 'dog' is there already in line 2",
    "D-163": "truth.csv:4: the tag 'bird' has no name",
    "D-164": "names.csv: 1 tags have no name in de",
    "D-211": "features.npy: 3 rows, but names.txt has 2 names",
    "D-301": "dictionaries/de-en.txt:3: not UTF-8",
    "D-302": "dictionaries/de-en.txt:2: 3 words, expected two",
    "D-303": "dictionaries/de-en.5000-6500.txt: no word pairs",
    "D-311": "en.vec:3: 2 numbers, expected 3",
    "D-312": "en.vec: 5 rows; the header says 9",
    "D-313": "en.vec:4: not a number",
    "D-314": "en.vec:5: holds NaN",
    "D-315": "en.vec:6: all numbers are zero",
    "D-321": "ja-en.txt, ja-en.0-5000.txt, ja-en.5000-6500.txt, en-ja.0-5000.txt missing",
    "D-323": "vectors.files: dimensions differ: de 2, ja 3",
    "D-903": "training.epochs: 0 is less than the minimum of 1",
    "D-904": "features.crop: 256 is above features.resize, 128",
}


def write_broken(folder: Path) -> Path:
    """Write the data set and its settings into a folder; return the file of settings."""
    photos = folder / "photos"
    photos.mkdir(parents=True)
    for name in ("good.png", "twice.png"):
        Image.new("RGB", (8, 8), "red").save(photos / name)
    (photos / "link.png").symlink_to("/etc/hostname")
    (photos / "page.jpg").write_bytes(b"<html>not found</html>")
    (photos / "empty.jpg").touch()
    (photos / "huge.png").write_bytes(png_header(6000, 6000))
    (folder / "captions.csv").write_bytes(b"\n".join(ROWS) + b"\n")
    for name, data in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    np.save(folder / "features.npy", np.ones((3, 4), dtype=np.float32))
    (folder / "mine.yaml").write_text(yaml.safe_dump(settings()))
    return folder / "mine.yaml"


def settings() -> dict[str, Any]:
    """Return the settings that name the data set."""
    section = {"captions": "captions.csv", "images": "photos"}
    return {
        "dataset": {"name": "mine", "reader": "folder", "languages": ["en", "de", "ja"], "folder": section},
        "vectors": {"source": "files", "files": {code: f"{code}.vec" for code in ("en", "de", "ja")}},
        "lexicon": {"folder": "dictionaries"},
        "features": {"precomputed": "features.npy", "crop": 256},
        "training": {"epochs": 0},
        "benchmarks": {
            "sts": {"files": {"en": ["sts/pairs.test.tsv"]}},
            "tags": {"names": "names.csv", "truth": "truth.csv"},
        },
        "experiments": [{"name": "ame", "system": "ame", "similarity": "order", "seeds": [1]}],
    }


def png_header(width: int, height: int) -> bytes:
    """Return a PNG file that claims to be of some size, and holds no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
