"""Every parser of what Crosscap itself wrote and reads again: tables, journals, manifests, models, indexes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from crosscap.journal import Journal, read_journal
from crosscap.manifests import FORMAT, read_manifest
from crosscap.models.joint import seeded_model
from crosscap.models.store import Symbols, load_model, save_model
from crosscap.notes import read_note, write_note, write_sealed
from crosscap.search import store
from crosscap.search.contents import open_contents
from crosscap.tables import read_matrix, write_table
from crosscap.text.vocabulary import SPECIALS
from tests.architectures import small_architecture
from tests.fuzz.given import IMAGES, Case


def features_table(folder: Path) -> list[Path]:
    """Write a table of Crosscap's own."""
    matrix = np.arange(12, dtype=np.float32).reshape(3, 4)
    write_table(pd.DataFrame({"image_id": IMAGES}), folder / "t.parquet", name="features", matrix=matrix)
    return [folder / "t.parquet"]


def journal(folder: Path) -> list[Path]:
    """Write a journal of two values."""
    Journal(folder / "run.jsonl", header={"run": "x"}).note(1, {"loss": 1.0, "lr": 0.5})
    return [folder / "run.jsonl"]


def read_all_journal(folder: Path) -> None:
    """Read a journal, and go on in it as a resumed training does."""
    Journal(folder / "run.jsonl", header={"run": "x"}).note(2, {"loss": 0.5})
    read_journal(folder / "run.jsonl")


def model(folder: Path) -> Sequence[Path]:
    """Write a small model."""
    sizes = {"feature_dimension": 4, "text_dimension": 3, "joint_dimension": 2}
    architecture = small_architecture("ame", languages=("en", "de"), **sizes)
    words = {language: [*SPECIALS, "dog"] for language in ("en", "de")}
    vectors = [torch.ones(len(some), 3) for some in words.values()]
    trained = seeded_model(architecture, vectors, dropout=0.0, generator_seed=1)
    save_model(trained, folder / "model", symbols=Symbols(words=words), facts={"experiment": "tiny"})
    return sorted((folder / "model").iterdir())


def index(folder: Path) -> Sequence[Path]:
    """Write a search index without its model."""
    columns = {"path": IMAGES, "sha256": "0", "width": np.int32(4), "height": np.int32(3)}
    items = pd.DataFrame({"row": np.arange(3, dtype=np.int32), "image_id": IMAGES, **columns})
    with store.writing(folder / "index") as (place, facts):
        write_table(items, place / store.ITEMS, name="items")
        np.save(place / store.EMBEDDINGS, np.ones((3, 2), dtype=np.float32))
        np.save(place / store.THUMBNAIL_ENDS, np.array([1, 2, 3]))
        (place / store.THUMBNAILS).write_bytes(b"abc")
        facts |= {"count": 3, "captions": 0}
    return [folder / "index" / store.MANIFEST, *sorted((folder / "index" / "1").iterdir())]


def read_index(folder: Path) -> None:
    """Read what `index` writes, as a search does and as a check does."""
    store.read(folder / "index", open_contents)
    store.verify(folder / "index")


def manifest(folder: Path) -> Sequence[Path]:
    """Write a job's manifest."""
    values = {"rule": "x", "inputs": {}, "outputs": {}, "params": {"k": 1}}
    write_sealed(folder / "job.json", values, format=FORMAT)
    return [folder / "job.json"]


def note(folder: Path) -> Sequence[Path]:
    """Write a note."""
    write_note(folder / "facts.json", {"a": [1, 2.5, None], "b": {"c": "犬"}})
    return [folder / "facts.json"]


MADE = {
    "table": Case(features_table, lambda folder: read_matrix(folder / "t.parquet", name="features")),
    "note": Case(note, lambda folder: read_note(folder / "facts.json")),
    "journal": Case(journal, read_all_journal),
    "manifest": Case(manifest, lambda folder: read_manifest(folder / "job.json")),
    "model": Case(model, lambda folder: load_model(folder / "model")),
    "index": Case(index, read_index),
}
