"""A tiny data set for training: features that tell the images apart, and captions that name them, in two languages."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from crosscap.experiments import resolve_experiments
from crosscap.models.joint import seeded_model
from crosscap.models.store import Symbols
from crosscap.models.systems import SYSTEMS
from crosscap.settings import load_settings
from crosscap.text.characters import build_characters
from crosscap.text.vocabulary import SPECIALS
from crosscap.training.data import caption_set
from crosscap.training.directions import directions
from crosscap.training.experiment import Experiment, architecture_of, loop_settings
from crosscap.training.loop import Trainer
from crosscap.training.starts import Start, merged
from crosscap.training.state import Alignment
from crosscap.training.stopping import Stop
from crosscap.training.texts import reading
from tests.training.killing import finish
from tests.training.small_run import write_data

SHIPPED = load_settings([Path(__file__).parents[2] / "config.yaml"], arguments={})
IMAGES, COLOURS = 24, 6
WORDS = {language: [*SPECIALS, *(f"{language}{colour}" for colour in range(COLOURS))] for language in ("en", "de")}
PAIRS = np.column_stack([np.arange(COLOURS), np.arange(COLOURS)]) + len(SPECIALS)


@pytest.fixture(scope="session")
def small_data(tmp_path_factory):
    """Write the data set of the trainings that are processes of their own."""
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def undisturbed(small_data, tmp_path_factory):
    """Return the folder of a training that nothing happened to."""
    folder = tmp_path_factory.mktemp("undisturbed")
    finish(folder, small_data)
    return folder


class StopWhen(Stop):
    """A request to stop that comes when a function says so."""

    def __init__(self, asked):
        super().__init__()
        self.asked = asked

    def __call__(self):
        return self.asked()


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
                "position": [0, 1] * IMAGES,
                "origin": "human",
                "split": [split for split in images["split"] for _ in range(2)],
                "tokens": [[f"{language}{c}" for c in random.permutation(row)] for row in shown for _ in range(2)],
            }
        )
        for language in WORDS
    }
    return images, features, tokens


@pytest.fixture
def make_trainer(tables, tmp_path):
    """Return a function that makes a trainer of any system with the shipped settings, some of them overridden."""
    images, features, tokens = tables

    def make(*, system="ame", similarity="order", stop=lambda: False, report=lambda step, figures: None, **overrides):
        seed = overrides.pop("seed", 1)
        recipe = SYSTEMS[system]
        languages = {"one": ("de",), "hub": ("en",), "all": ("en", "de")}[recipe.trained_on]
        chosen = {language: tokens[language] for language in languages}
        experiment = resolved(system, similarity if recipe.uses("ranking") else "cosine", languages, overrides)
        start = text_start_of(recipe, chosen)
        architecture = architecture_of(
            experiment,
            feature_dimension=COLOURS,
            regions=1,
            text_dimension=start.text_dimension or (COLOURS if recipe.text == "sentences" else 0),
            pretrained="",
        )
        read = reading(architecture, start.symbols, texts={}, sentences=sentence_features(chosen))
        pairs = {"de-en": PAIRS, "en-de": PAIRS} if recipe.aligned else {}
        trained = directions(languages, hub="en", maps="hub", pairs=pairs) if recipe.maps == "learned" else ()
        sets = {
            split: caption_set(images, features, tokens=chosen, reading=read, split=split) for split in ("train", "val")
        }
        trainer = Trainer(
            seeded_model(
                architecture,
                start.vectors,
                dropout=experiment.training["dropout"],
                generator_seed=1,
                characters=len(start.symbols.characters),
            ),
            train=sets["train"],
            validation=sets["val"],
            alignment=Alignment(directions=trained, test_pairs=pairs),
            settings=loop_settings(experiment, seed=seed),
            checkpoint=tmp_path / "checkpoint",
            report=report,
            stop=StopWhen(stop),
        )
        trainer.symbols = start.symbols
        return trainer

    return make


def resolved(system, similarity, languages, overrides):
    """Return an experiment as the workflow hands it over: the shipped settings, made small."""
    small = {
        "joint_dimension": 16,
        "word_dimension": 8,
        "batch_size": 8,
        "transformer": {"layers": 1, "heads": 2, "positions": 8},
        "distillation": {"temperature": 0.1, "from_step": 4},
        "dropout": 0.1,
        "learning_rate": 0.01,
        "learning_rate_steps": [3],
        "epochs": 4,
        "validate_every": 5,
        "checkpoint_every": 3,
        "align_every": 2,
        "align_learning_rate": 1.0,
        "align_neighbours": 2,
    }
    experiment = {
        "name": system,
        "system": system,
        "similarity": similarity,
        "languages": list(languages),
        "seeds": [1],
        "training": small | overrides,
    }
    settings = resolve_experiments(SHIPPED | {"experiments": [experiment]})[system]
    del settings["zero_shot"]
    return Experiment(**settings)


def text_start_of(recipe, tokens):
    """Return a start with the words, letters or vectors of the tiny data set."""
    random = torch.Generator().manual_seed(0)
    if recipe.text == "sentences":
        return Start(Symbols())
    if recipe.text == "characters":
        captions = [caption for frame in tokens.values() for caption in frame["tokens"]]
        return Start(Symbols(characters=build_characters(captions)))
    words = {language: WORDS[language] for language in tokens}
    if recipe.vectors == "scratch_shared":
        words = merged(words)
    tables = 1 if recipe.vectors == "scratch_shared" else len(words)
    vectors = [torch.randn(len(own), 8, generator=random) for own in list(words.values())[:tables]]
    return Start(Symbols(words=words), vectors=vectors)


def sentence_features(tokens):
    """Return a frozen feature of each caption that is the same in all languages: the colours that it names."""
    features = {}
    for frame in tokens.values():
        for key, words in zip(frame["caption_id"], frame["tokens"], strict=True):
            features[key] = np.isin(np.arange(COLOURS), [int(word[2:]) for word in words]).astype(np.float32)
    return features
