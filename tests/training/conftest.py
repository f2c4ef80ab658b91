"""A tiny data set for training: features that tell the images apart, and captions that name them, in two languages."""

import numpy as np
import pandas as pd
import pytest
import torch

from crosscap.models.joint import Architecture, seeded_model
from crosscap.text.vocabulary import SPECIALS
from crosscap.training.data import caption_set
from crosscap.training.loop import Trainer
from crosscap.training.maps import directions
from crosscap.training.state import Alignment, Settings

IMAGES, COLOURS = 24, 6
WORDS = {language: [*SPECIALS, *(f"{language}{colour}" for colour in range(COLOURS))] for language in ("en", "de")}
PAIRS = np.column_stack([np.arange(COLOURS), np.arange(COLOURS)]) + len(SPECIALS)


@pytest.fixture
def tables():
    """Return images, features [N, F] and tokens of images that show three of six colours each."""
    random = np.random.default_rng(0)
    shown = np.array([random.permutation(COLOURS)[:3] for _ in range(IMAGES)])
    features = np.zeros((IMAGES, COLOURS), dtype=np.float32)
    np.put_along_axis(features, shown, 1.0, axis=1)
    images = pd.DataFrame({"image_id": [f"{n}.jpg" for n in range(IMAGES)], "split": ["train"] * 16 + ["val"] * 8})
    tokens = {
        language: pd.DataFrame(
            {
                "caption_id": [f"{n}.jpg#{language}#{k}" for n in range(IMAGES) for k in range(2)],
                "image_id": [f"{n}.jpg" for n in range(IMAGES) for _ in range(2)],
                "language": language,
                "split": [split for split in images["split"] for _ in range(2)],
                "tokens": [[f"{language}{c}" for c in random.permutation(row)] for row in shown for _ in range(2)],
            }
        )
        for language in WORDS
    }
    return images, features, tokens


@pytest.fixture
def make_trainer(tables, tmp_path):
    """Return a function that makes a trainer of any system with settings overridden."""
    images, features, tokens = tables

    def make(*, system="ame", similarity="order", stop=lambda: False, report=lambda step, figures: None, **overrides):
        settings = {
            "seed": 1,
            "batch_size": 8,
            "negatives": "mixed",
            "same_image_negatives": False,
            "hinge": "sum",
            "margin": 0.2 if similarity == "cosine" else 0.05,
            "learning_rate": 0.01,
            "learning_rate_steps": (3,),
            "clip_norm": 2.0,
            "epochs": 4,
            "patience": 10,
            "validate_every": 5,
            "checkpoint_every": 3,
            "align_every": 2,
            "align_learning_rate": 1.0,
            "align_neighbours": 2,
            "align_orthogonal": True,
        } | overrides
        architecture = Architecture(
            system=system,
            similarity=similarity,
            languages=("en", "de"),
            hub="en",
            maps="hub",
            feature_dimension=COLOURS,
            word_dimension=8,
            joint_dimension=16,
            order_power=2,
            absolute=False,
        )
        random = torch.Generator().manual_seed(0)
        vectors = [torch.randn(len(words), 8, generator=random) for words in WORDS.values()]
        pairs = {"de-en": PAIRS, "en-de": PAIRS}
        trained = directions(("en", "de"), hub="en", maps="hub", pairs=pairs) if system == "ame" else ()
        sets = {
            split: caption_set(images, features, tokens=tokens, words=WORDS, split=split) for split in ("train", "val")
        }
        return Trainer(
            seeded_model(architecture, vectors, dropout=0.1, generator_seed=1),
            train=sets["train"],
            validation=sets["val"],
            alignment=Alignment(directions=trained, test_pairs=pairs),
            settings=Settings(**settings),
            checkpoint=tmp_path / "checkpoint",
            report=report,
            stop=stop,
        )

    return make
