"""Each reader refuses a file that was damaged, by its name: a flipped bit anywhere, and a file that was cut short."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import crosscap.search
from crosscap import tables
from crosscap.faults import InputError
from crosscap.models.description import read_description
from crosscap.models.store import load_model
from crosscap.search import store
from crosscap.training.checkpoints import load_checkpoint, save_checkpoint
from tests.search.serving import make_model, make_searcher

FLIPS, CUTS = 30, 5  # of each file


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, an index, a checkpoint, a table with vectors and one without."""
    folder = tmp_path_factory.mktemp("kinds")
    make_searcher(folder / "searched")
    make_model(folder / "model")
    save_checkpoint(folder / "checkpoint", {"a": torch.arange(300.0)}, {"step": 7})
    frame = pd.DataFrame({"image_id": [f"{number}.jpg" for number in range(50)]})
    matrix = np.random.default_rng(1).random((50, 6), dtype=np.float32)
    tables.write_table(frame, folder / "features.parquet", name="features", matrix=matrix)
    words = pd.DataFrame({"index": range(50), "word": [f"word{number}" for number in range(50)], "count": 1})
    tables.write_table(words, folder / "vocabulary.parquet", name="vocabulary")
    return folder


def refused(file: Path, read: Callable[[], object]) -> int:
    """Damage a file in many ways, one at a time; return how many of them the reader refused by the file's name."""
    generator = np.random.default_rng(13)
    whole, count = file.read_bytes(), 0
    for number in range(FLIPS + CUTS):
        damaged = bytearray(whole)
        if number < FLIPS:
            damaged[generator.integers(len(whole))] ^= 1 << int(generator.integers(8))
        else:
            del damaged[-100 * (number - FLIPS + 1) :]
        file.write_bytes(damaged)
        with pytest.raises(InputError, match=re.escape(str(file))):
            read()
        count += 1
    file.write_bytes(whole)
    read()
    return count


def test_tables(folder: Path) -> None:
    for name, read in (("features", tables.read_matrix), ("vocabulary", tables.read_table)):
        file = folder / f"{name}.parquet"
        assert refused(file, lambda read=read, file=file, name=name: read(file, name=name)) == FLIPS + CUTS


@pytest.mark.parametrize("name", ["model.safetensors", "model.json"])
def test_models(folder: Path, name: str) -> None:
    assert refused(folder / "model" / name, lambda: load_model(folder / "model")) == FLIPS + CUTS


def test_descriptions_that_are_read_without_their_weights(folder: Path) -> None:
    assert refused(folder / "model/model.json", lambda: read_description(folder / "model")) == FLIPS + CUTS


def test_checkpoints(folder: Path) -> None:
    assert refused(folder / "checkpoint", lambda: load_checkpoint(folder / "checkpoint")) == FLIPS + CUTS


def test_indexes(folder: Path) -> None:
    index = folder / "searched/index"
    files = [index / "manifest.json", *(index / "1" / name for name in store.read_manifest(index)["files"])]
    assert len(files) >= 8
    for file in files:
        assert refused(file, lambda: crosscap.search.open(index)) == FLIPS + CUTS


def test_a_model_of_another_format_is_named(folder: Path, tmp_path: Path) -> None:
    model = Path(shutil.copytree(folder / "model", tmp_path / "model"))
    (model / "model.json").write_text('{"format": "2"}')
    with pytest.raises(InputError, match=r"model\.json: model format 2, expected 3; train it again"):
        load_model(model)
