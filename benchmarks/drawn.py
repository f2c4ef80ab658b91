"""A published system at its paper's size, with captions and images drawn by lot, to time or to check its training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from crosscap.experiments import resolve_experiments
from crosscap.models.joint import JointModel, seeded_model
from crosscap.settings import load_settings
from crosscap.training.batches import epoch_batches
from crosscap.training.data import CaptionSet
from crosscap.training.experiment import Experiment, architecture_of, loop_settings
from crosscap.training.state import Settings

ROOT = Path(__file__).resolve().parents[1]
CODES = ("en", "de", "fr", "ja", "cs", "es", "it", "ko", "pl", "ru", "tr", "zh")
FEATURES, DIMENSION = 2048, 300  # of an image by ResNet-152; of a word
MEAN_LENGTH, LENGTH_DEVIATION, SHORTEST, LONGEST = 14, 4, 5, 40  # words of a Multi30K caption with start and end


@dataclass(frozen=True)
class Drawn:
    """A model, and captions to train it on: one of each image in each language, the languages behind one another."""

    model: JointModel
    captions: CaptionSet
    settings: Settings


def draw(*, system: str, languages: int, words: int, images: int, joint: int = 1024) -> Drawn:
    """Draw `words` word vectors a language, `images` images and their captions."""
    random = torch.Generator().manual_seed(0)
    experiment = _experiment(system, CODES[:languages], joint)
    architecture = architecture_of(
        experiment, feature_dimension=FEATURES, regions=1, text_dimension=DIMENSION, pretrained=""
    )
    vectors = [0.06 * torch.randn(words, DIMENSION, generator=random) for _ in range(languages)]
    count = images * languages
    language = torch.arange(languages).repeat_interleave(images)  # [C]
    lengths = torch.randn(count, generator=random) * LENGTH_DEVIATION + MEAN_LENGTH
    captions = CaptionSet(
        image_ids=tuple(map(str, range(images))),
        caption_ids=tuple(map(str, range(count))),
        features=torch.rand(images, FEATURES, generator=random),
        inputs=torch.randint(words, (count, LONGEST), generator=random) + words * language[:, None],
        lengths=lengths.round().clamp(SHORTEST, LONGEST).long(),
        languages=language,
        positions=torch.zeros(count, dtype=torch.long),
        image_rows=torch.arange(images).repeat(languages),
    )
    model = seeded_model(architecture, vectors, dropout=0.0, generator_seed=0)
    return Drawn(model, captions, loop_settings(experiment, seed=0))


def first_batch(drawn: Drawn, batch_size: int) -> torch.Tensor:
    """Return the first batch that training would see, of captions or tuples as the system's recipe says: [B, K]."""
    captions, recipe = drawn.captions, drawn.model.architecture.recipe
    made = epoch_batches(
        *(tensor.numpy() for tensor in (captions.image_rows, captions.languages, captions.positions)),
        batches=recipe.batches,
        batch_size=batch_size,
        negatives=drawn.settings.negatives,
        seed=1,
        epoch=0,
    )
    return torch.from_numpy(made[0])


def _experiment(system: str, codes: tuple[str, ...], joint: int) -> Experiment:
    """Return an experiment with the shipped settings, but for the size of the joint space."""
    shipped = load_settings([ROOT / "config.yaml"], arguments={})
    shipped["dataset"] |= {"languages": list(codes), "hub": codes[0]}
    training = {"joint_dimension": joint}
    shipped["experiments"] = [
        {"name": system, "system": system, "similarity": "order", "seeds": [1], "training": training}
    ]
    resolved = resolve_experiments(shipped)[system]
    resolved.pop("zero_shot")
    return Experiment(**resolved)
