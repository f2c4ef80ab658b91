"""Stages on a machine that gives little: no locale, no network, no GPU, data that cannot be written, unusual names."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crosscap import tables

ROOT = Path(__file__).parent.parent
DROP_FROM_BOUND = 24  # prctl's PR_CAPBSET_DROP
ROOTS_WAYS_ROUND = (1, 2, 3)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER: what lets root write anywhere
CAPTIONS = {"en": "A dog runs", "ja": "犬が走る", "de": "Ein großer Hund läuft"}

STAGES = """
import socket, sys
from pathlib import Path

def refuse(*_):
    raise OSError("there is no network")

socket.socket.connect = socket.getaddrinfo = refuse

import torch
from crosscap import logs
from build_vocabulary import build_vocabulary
from extract_features import extract_features
from read_dataset import read_dataset
from tokenize_captions import tokenize_captions
from train_vectors import train_vectors

data, results = map(Path, sys.argv[1:])
try:
    (data / "new").touch()
except PermissionError:
    pass
else:
    sys.exit("the data can be written, so that nothing is tested")
assert not torch.cuda.is_available()
words = {"tokenizer": "auto", "lowercase": True}
with logs.to_file(results / "run.log"):
    table = {name: results / f"{name}.parquet" for name in ("images", "captions", "tokens", "words", "vectors", "f")}
    read_dataset(
        table["images"], table["captions"], quarantined=results / "quarantine.json", reader="folder",
        languages=["en", "ja", "de"], broken_photos="quarantine",
        settings={"captions": str(data / "字幕.csv"), "images": str(data / "写真 1"), "split_percent": {}},
    )
    tokenize_captions(
        table["captions"], table["images"], table["tokens"], translations=[], given="keep", language="ja", **words
    )
    build_vocabulary(table["tokens"], table["words"], minimum_count=1, most_words=9)
    train_vectors(
        table["tokens"], table["words"], [data / "文.txt"], table["vectors"], results / "v.json", language="ja",
        dimension=4, epochs=1, minimum_ngram=2, maximum_ngram=3, seed=1, **words,
    )
    extract_features(
        table["images"], table["f"], folder=data / "写真 1", shard=1, shards=1, batch_size=4, backbone="resnet18",
        weights="seed:1", crops=1, resize=32, crop=32,
    )
"""


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data set with Japanese names and spaces, in folders that none may write to."""
    folder = tmp_path / "データ セット"
    photos = folder / "写真 1"
    photos.mkdir(parents=True)
    lines = ["image,language,caption,split"]
    for number, split in enumerate(("train", "train", "train", "val", "test")):
        name = f"犬 {number}.jpg"
        pixels = np.random.default_rng(number).integers(0, 256, (40, 48, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(photos / name)
        lines += [f"{name},{language},{text},{split}" for language, text in CAPTIONS.items()]
    (photos / "犬 2.jpg").write_bytes(b"<html>")
    (folder / "字幕.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "文.txt").write_text("犬が走る\n" * 20, encoding="utf-8")
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in (folder, photos):
        path.chmod(0o755)


def give_up_roots_ways_round() -> None:
    """Let read-only modes hold for the program that is started next, root's too."""
    if os.geteuid() == 0:
        library = ctypes.CDLL(None, use_errno=True)
        for capability in ROOTS_WAYS_ROUND:
            if library.prctl(DROP_FROM_BOUND, capability, 0, 0, 0):
                raise OSError(ctypes.get_errno(), "root cannot give up its rights")


def test_stages_of_a_machine_that_gives_little(data: Path, tmp_path: Path) -> None:
    results = tmp_path / "結果 out"
    results.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "workflow/scripts")]),
        "LC_ALL": "C",
        "LANG": "C",
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": "1",
        "HOME": str(tmp_path),
    }
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*")}
    run = subprocess.run(
        [sys.executable, "-c", STAGES, data, results],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
        preexec_fn=give_up_roots_ways_round,
    )
    assert run.returncode == 0, run.stderr
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*")} == before
    captions = tables.read_table(results / "captions.parquet", name="captions")
    assert set(captions["text"]) == set(CAPTIONS.values())
    assert set(captions["image_id"]) == {f"犬 {number}.jpg" for number in (0, 1, 3, 4)}
    assert "犬" in set(tables.read_table(results / "words.parquet", name="vocabulary")["word"])
    assert len(tables.read_table(results / "f.parquet", name="features")) == 4
    log = (results / "run.log").read_text(encoding="utf-8")
    assert "1 photo quarantined with 3 captions: 1 train." in log
