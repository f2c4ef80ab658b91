"""A training of seconds: a data set from which AME learns, its settings, and the files that it reads.

Maps, dropout and a learning rate that falls are in play, so that a checkpoint has all to hold that it ever holds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crosscap import tables
from crosscap.experiments import resolve_experiments
from crosscap.settings import load_settings
from crosscap.training.experiment import Inputs

SHIPPED = load_settings([Path(__file__).parents[2] / "config.yaml"], arguments={})
SMALL = {
    "joint_dimension": 16,
    "batch_size": 8,
    "dropout": 0.1,
    "learning_rate": 0.01,
    "learning_rate_steps": [3],
    "epochs": 4,
    "patience": 100,
    "validate_every": 4,
    "checkpoint_every": 5,
    "align_every": 3,
    "align_learning_rate": 1.0,
    "align_neighbours": 2,
}
STEPS = 28  # 4 epochs of 7 batches
IMAGES, WORDS = 100, 12


def write_data(folder: Path) -> Path:
    """Write the tables of a small data set."""
    random = np.random.default_rng(0)
    shown = random.integers(WORDS, size=(IMAGES, 3))
    ids = [f"{number}.png" for number in range(IMAGES)]
    splits = ["train"] * 28 + ["val"] * 72
    blank = {"path": "", "sha256": "", "width": 0, "height": 0}
    tables.write_table(pd.DataFrame({"image_id": ids, "split": splits, **blank}), folder / "images", name="images")
    features = np.eye(WORDS, dtype=np.float32)[shown].sum(axis=1)  # which words are said of an image
    tables.write_table(pd.DataFrame({"image_id": ids}), folder / "features", name="features", matrix=features)
    for language in ("en", "de"):
        words = ["<pad>", "<start>", "<end>", "<unk>", *(f"{language}{number}" for number in range(WORDS))]
        captions = [[f"{language}{number}" for number in row] for row in shown]
        frame = pd.DataFrame({"caption_id": [f"{i}#{language}#0" for i in ids], "image_id": ids, "language": language})
        frame = frame.assign(position=0, origin="human", split=splits, tokens=captions)
        tables.write_table(frame, folder / f"tokens-{language}", name="tokens")
        vocabulary = pd.DataFrame({"index": range(len(words)), "word": words, "known": True})
        vectors = random.normal(size=(len(words), 8))
        tables.write_table(vocabulary, folder / f"vectors-{language}", name="vectors", matrix=vectors)
    tables.write_table(pd.DataFrame(index=range(8)), folder / "mapping", name="mapping", matrix=np.eye(8))
    for source, target in (("en", "de"), ("de", "en")):
        pairs = [(f"{source}{n}", f"{target}{n}", part) for n in range(WORDS) for part in ("train", "test")]
        frame = pd.DataFrame(pairs, columns=["source", "target", "part"])
        tables.write_table(frame, folder / f"{source}-{target}", name="lexicon")
    return folder


def resolved(**changes: Any) -> dict[str, Any]:
    """Return the experiment as the workflow hands it over, with some settings of its training changed."""
    experiment = {"name": "ame", "system": "ame", "similarity": "order", "languages": ["en", "de"], "seeds": [1]}
    experiments = [experiment | {"training": SMALL | changes}]
    settings = resolve_experiments(SHIPPED | {"experiments": experiments})["ame"]
    del settings["zero_shot"]
    return json.loads(json.dumps(settings))


def inputs_of(data: Path, **others: Any) -> Inputs:
    """Return the files that the experiment reads, some of them others."""
    files = {
        "images": data / "images",
        "features": data / "features",
        "tokens": [data / "tokens-en", data / "tokens-de"],
        "vectors": [data / "vectors-en", data / "vectors-de"],
        "mappings": [data / "mapping"],
        "lexicons": {name: data / name for name in ("de-en", "en-de")},
    }
    nothing = dict.fromkeys(("vocabularies", "sentences", "captions", "code"), ())
    return Inputs(**(nothing | files | others))
