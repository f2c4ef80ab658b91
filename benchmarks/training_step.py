"""A training step of AME, B = 128, D = 1,024, against the reference code's own and against a plain loop in PyTorch.

The plain step has the same model and losses: PyTorch's GRU over a packed batch, order similarity by broadcasting all
pairs under autograd, and the loss read from the device in each step. The reference code's schedule adds RCSLS in every
step, for both of its maps, over all pairs and both whole vocabularies, from full score matrices; the paper aligns every
so many steps (how many is not readable), which ours does every 500. The limit is the same matrix products alone, each
as one. With `training.precision: bfloat16` a step of AME still spends most of its time in the GRU, which stays in
float32; CL2CM has a transformer instead. Training runs on one thread, which it takes unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import torch
from drawn import DIMENSION, FEATURES, Drawn, draw, first_batch
from measuring import TIMES, Curve, Figure, Found, run, seconds_in_turn
from order_training import broadcast
from rcsls import Problem, full_rcsls, make_problem, our_rcsls, single_precision
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import clip_grad_norm_
from torch.nn.utils.rnn import pack_padded_sequence

from crosscap.models.encoders import WordEncoder
from crosscap.models.joint import JointModel
from crosscap.models.losses import mismatched_pairs, ranking_loss
from crosscap.text.alignment import nearest_orthogonal
from crosscap.training.loop import Trainer
from crosscap.training.state import Alignment
from crosscap.training.stopping import Stop

BATCH, JOINT, WORDS = 128, 1024, 9_150  # words of each of two languages: AME's vocabularies have 8,300 and 10,000
ALIGN_EVERY, NEIGHBOURS = 500, 5
BATCHES, JOINTS = (32, 64, 128, 256, 512), (128, 256, 512, 1024, 2048)
ROUNDS = 2
STEP = "a training step of AME"
SCHEDULE = "RCSLS in every step, for both maps, in single precision"


def measure() -> Found:
    """Compare the steps, and follow ours as the batch and the joint space grow."""
    torch.set_num_threads(1)
    drawn = draw(system="ame", languages=2, words=WORDS, images=2 * BATCH, joint=JOINT)
    batch = first_batch(drawn, BATCH)
    plain = Plain(deepcopy(drawn.model), drawn, batch)
    drawn_words = make_problem(pairs=10_000, source_words=8_300, target_words=10_000, dimension=DIMENSION, seed=1)
    problem = single_precision(drawn_words)
    whole = problem.as_in_align_py()
    seconds = seconds_in_turn(
        {
            "step": step(drawn, batch),
            "plain": plain.step,
            "GRU": plain.ours,
            "plain GRU": plain.theirs,
            "products": products(drawn, batch),
            "alignment": alignment(problem),
            "plain alignment": lambda: full_rcsls(*whole, NEIGHBOURS),
        },
        rounds=ROUNDS,
    )
    ours = seconds["step"] + seconds["alignment"] / ALIGN_EVERY
    theirs = seconds["plain"] + 2 * seconds["plain alignment"]
    return Found(
        [
            Figure(STEP, "the reference code's schedule", theirs / ours, TIMES, 10, detail=SCHEDULE),
            Figure(STEP, "a plain loop in PyTorch", seconds["plain"] / seconds["step"], TIMES, 1.3),
            Figure("its GRU, forward and backward", "PyTorch's GRU", seconds["plain GRU"] / seconds["GRU"], TIMES),
            Figure(STEP, "its matrix products alone", seconds["step"] / seconds["products"], "of the time"),
            rounded(drawn, "AME"),
            rounded(draw(system="cl2cm", languages=2, words=WORDS, images=BATCH, joint=256), "CL2CM"),
        ],
        growth(),
    )


def growth() -> list[Curve]:
    """Follow a step as the batch grows and as the joint space does."""
    large = draw(system="ame", languages=2, words=WORDS, images=max(BATCHES), joint=256)
    batches = seconds_in_turn({str(size): step(large, first_batch(large, size)) for size in BATCHES}, rounds=ROUNDS)
    spaces = {str(joint): draw(system="ame", languages=2, words=WORDS, images=BATCH, joint=joint) for joint in JOINTS}
    joints = seconds_in_turn({key: step(one, first_batch(one, BATCH)) for key, one in spaces.items()}, rounds=1)
    of_batch = "the optimiser's part does not grow; order similarity grows with the square"
    of_joint = "the state's products grow with the square, those of words and images do not"
    return [
        Curve(f"{STEP}, D = 256", "captions in a batch", BATCHES, list(batches.values()), "s", 1, of_batch),
        Curve(f"{STEP}, B = 128", "dimensions", JOINTS, list(joints.values()), "s", 2, of_joint),
    ]


def step(drawn: Drawn, batch: Tensor) -> Callable[[], None]:
    """Return a function that takes the training loop's own step on a batch."""
    trainer = Trainer(
        drawn.model,
        train=drawn.captions,
        validation=drawn.captions,
        alignment=Alignment(),
        settings=replace(drawn.settings, learning_rate=1e-4),
        checkpoint=Path(),
        report=lambda step, figures: None,
        stop=Stop(),
    )
    return lambda: trainer._step(batch)


def rounded(drawn: Drawn, name: str) -> Figure:
    """Compare a training step in which the encoders multiply in bfloat16 with one in float32, on this processor."""
    batch = first_batch(drawn, BATCH)
    both = {key: replace(drawn, settings=replace(drawn.settings, precision=key)) for key in ("float32", "bfloat16")}
    seconds = seconds_in_turn({key: step(one, batch) for key, one in both.items()}, rounds=ROUNDS)
    path = f"a training step of {name}, encoders in bfloat16"
    return Figure(path, "in float32", seconds["float32"] / seconds["bfloat16"], TIMES)


class Plain:
    """The loop that one writes with PyTorch's own parts, for the same model, losses and batch."""

    def __init__(self, model: JointModel, drawn: Drawn, batch: Tensor) -> None:
        assert isinstance(model.texts, WordEncoder)
        self.images, self.texts = model.images, model.texts
        self.settings, self.captions, self.rows = drawn.settings, drawn.captions, batch[:, 0]
        (self.recurrence,) = (module for module in model.modules() if isinstance(module, nn.GRU))
        self.parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.optimiser = torch.optim.Adam(self.parameters, lr=1e-4)

    def embed(self) -> Tensor:
        """Embed the captions: [B, E]."""
        inputs, lengths, languages = self.captions.texts(self.rows)
        vectors = self.texts.table(inputs, languages)
        packed = pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
        return functional.normalize(self.recurrence(packed)[1][0], dim=1)

    def loss(self) -> Tensor:
        """Return the ranking loss of the batch."""
        image_rows = self.captions.image_rows[self.rows]
        scores = broadcast(self.embed(), self.images(self.captions.features[image_rows]))
        negatives = mismatched_pairs(image_rows, same_image_negatives=self.settings.same_image_negatives)
        return ranking_loss(scores, margin=self.settings.margin, hinge="sum", negatives=negatives)

    def step(self) -> float:
        """Lower the loss, and return it."""
        loss = self.loss()
        self.optimiser.zero_grad()
        loss.backward()
        clip_grad_norm_(self.parameters, self.settings.clip_norm)
        self.optimiser.step()
        return loss.item()

    def theirs(self) -> None:
        """Read the captions with PyTorch's GRU, forward and backward."""
        self.embed().sum().backward()

    def ours(self) -> None:
        """Read them with the library's."""
        self.texts(*self.captions.texts(self.rows)).sum().backward()


def products(drawn: Drawn, batch: Tensor) -> Callable[[], None]:
    """Return a function that does a step's matrix products: words and states into gates, images into the space.

    Each comes three times, forward and for the gradients of both factors, but for the images themselves.
    """
    count = int(drawn.captions.lengths[batch[:, 0]].sum())
    gates = 3 * JOINT
    shapes = [*[(count, DIMENSION, gates)] * 3, *[(count, JOINT, gates)] * 3, *[(BATCH, FEATURES, JOINT)] * 2]
    factors = [(torch.rand(rows, inner), torch.rand(inner, columns)) for rows, inner, columns in shapes]

    def multiply() -> None:
        for one, other in factors:
            one @ other

    return multiply


def alignment(problem: Problem) -> Callable[[], None]:
    """Return a function that takes an alignment step on a map: the loss before it, the step, and the loss after it."""

    def align() -> None:
        gradient = our_rcsls(problem)[1]
        our_rcsls(problem._replace(mapping=nearest_orthogonal(problem.mapping - gradient)))

    return align


if __name__ == "__main__":
    run(measure, __doc__)
