"""What a further language and further captions cost: a training step, evaluation, and the bytes of a model.

A step of AME draws 128 captions of all languages at once, one of Pivot 16 images with a caption in every language, one
of Parallel ranks the captions of each two languages besides. Evaluation ranks captions against images in each language,
and captions against captions in each two. Models are of the paper's size, with 9,000 words a language.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from drawn import CODES, Drawn, draw, first_batch
from measuring import Curve, Figure, Found, run, seconds_in_turn
from torch.nn.utils import clip_grad_norm_

from crosscap.evaluation.retrieval import rank_split
from crosscap.models.store import Symbols, save_model
from crosscap.training.objective import batch_loss, encode_batch
from crosscap.training.optimisation import make_optimiser

LANGUAGES = (2, 4, 6, 8, 12)
WORDS, JOINT = 9_000, 1024
ROWS = {"ame": 128, "pivot": 16, "parallel": 16}  # of a batch: captions, or images with a caption in each language
RANKED = {"images": 200, "each": 5}  # images, captions of each in a language
CAPTIONS = (1, 3, 10, 30)  # of an image, 1,000 images
ROUNDS = 2
ADDED = {"ame": "9,000 words and a map", "pivot": "9,000 words and a GRU"}  # by a language
SHARED = "beside what all languages share"
STEPS = {  # how a step grows, and why
    "ame": (1, "a batch has as many captions in any number of languages; what grows is the table of words"),
    "pivot": (1, "a caption a language in each row of the batch, read by a network of its own"),
    "parallel": (1, "its pairs of languages are quadratic, but reading captions costs more than comparing them"),
}


def measure() -> Found:
    """Measure the growth by languages, and of evaluation by captions."""
    steps = {system: [step_seconds(system, count) for count in LANGUAGES] for system in STEPS}
    ranking = [evaluation_seconds(languages=count, **RANKED) for count in LANGUAGES]
    by_captions = [evaluation_seconds(languages=1, images=1000, each=each) for each in CAPTIONS]
    sizes = {system: [model_bytes(system, count) / 1e6 for count in LANGUAGES] for system in ADDED}
    pair = (ranking[-1] - ranking[0]) / (pairs(LANGUAGES[-1]) - pairs(LANGUAGES[0]))
    figures = [
        Figure("a training step of AME", "nothing", steps["ame"][0], "s", detail="batch of 128, 2 languages"),
        Figure("a further pair of languages in evaluation", "nothing", pair, "s", detail="1,000 captions each; cosine"),
    ]
    curves = [
        Curve("evaluation", "languages", LANGUAGES, ranking, "s", 2, "L image rankings, L (L - 1) between captions"),
        Curve("evaluation, one language", "captions", [1000 * each for each in CAPTIONS], by_captions, "s", 1),
    ]
    for system, (expected, why) in STEPS.items():
        name = f"a training step of {system}"
        curves.append(Curve(name, "languages", LANGUAGES, steps[system], "s", expected, why))
    for system, what in ADDED.items():
        added = (sizes[system][-1] - sizes[system][0]) / (LANGUAGES[-1] - LANGUAGES[0])
        figures.append(Figure(f"a further language in a model of {system}", "nothing", added, "MB", detail=what))
        curves.append(Curve(f"a model of {system}", "languages", LANGUAGES, sizes[system], "MB", 1, SHARED))
    return Found(figures, curves)


def step_seconds(system: str, languages: int) -> float:
    """Return the seconds of a training step."""
    return seconds_in_turn({system: step(draw_for(system, languages))}, rounds=ROUNDS)[system]


def draw_for(system: str, languages: int) -> Drawn:
    """Draw a model and images enough for a batch."""
    return draw(system=system, languages=languages, words=WORDS, images=ROWS[system], joint=JOINT)


def step(drawn: Drawn) -> Callable[[], None]:
    """Return a function that takes a training step on the first batch."""
    captions, settings = drawn.captions, drawn.settings
    batch = first_batch(drawn, ROWS[drawn.model.architecture.system])
    parameters = [parameter for parameter in drawn.model.parameters() if parameter.requires_grad]
    optimiser = make_optimiser(parameters, name=settings.optimiser, learning_rate=1e-4, weight_decay=0.0)

    def take() -> None:
        encoded = encode_batch(drawn.model, captions, batch, precision=settings.precision)
        losses = batch_loss(drawn.model, encoded, settings, step=1)
        optimiser.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()
        clip_grad_norm_(parameters, settings.clip_norm)
        optimiser.step()

    return take


def evaluation_seconds(*, languages: int, images: int, each: int) -> float:
    """Return the seconds of ranking a split whose images have so many captions in each language."""
    codes = CODES[:languages]
    names = [f"{image}.jpg" for image in range(images)]
    said = [(name, "caption", code) for code in codes for name in names for _ in range(each)]
    items = pd.DataFrame([(name, "image", "") for name in names] + said, columns=["image_id", "kind", "language"])
    items["item_id"] = items.index.astype(str)
    matrix = np.random.default_rng(0).standard_normal((len(items), JOINT), dtype=np.float32)

    def evaluate() -> None:
        rank_split(items, matrix, similarity="cosine", languages=codes, benchmark="drawn", fold_size=None)

    return seconds_in_turn({"": evaluate}, rounds=1)[""]


def model_bytes(system: str, languages: int) -> int:
    """Return the size of a stored model."""
    words = [f"word{number:05d}" for number in range(WORDS)]
    symbols = Symbols(words=dict.fromkeys(CODES[:languages], words))
    with tempfile.TemporaryDirectory() as folder:
        save_model(draw_for(system, languages).model, Path(folder), symbols=symbols, facts={})
        return sum(file.stat().st_size for file in Path(folder).iterdir())


def pairs(languages: int) -> int:
    """Return the number of unordered pairs of languages."""
    return languages * (languages - 1) // 2


if __name__ == "__main__":
    run(measure, __doc__)
