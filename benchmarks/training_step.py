"""Time a training step of AME against the obvious one, in one run of ``python benchmarks/training_step.py``.

The obvious step is the reference codes': PyTorch's GRU, order similarity by broadcasting all pairs under autograd, and
RCSLS over all pairs and both whole vocabularies in every step, from full score matrices. Ours takes an RCSLS step every
`--align-every` steps; its cost is added in that share. The last line compares the two GRUs alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch
from rcsls import make_problem, obvious_rcsls
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import clip_grad_norm_
from torch.nn.utils.rnn import pack_padded_sequence

from crosscap.models.encoders import ImageEncoder, WordEncoder
from crosscap.models.losses import ranking_loss
from crosscap.models.similarity import order_similarity
from crosscap.models.words import WordTable
from crosscap.text.alignment import nearest_orthogonal, rcsls

MEAN_LENGTH, LENGTH_DEVIATION, SHORTEST, LONGEST = 14, 4, 5, 40  # words of a Multi30K caption with start and end
MARGIN, CLIP_NORM, NEIGHBOURS = 0.05, 2.0, 5


class Step:
    """A batch of random captions and images of Multi30K's size, with a model to train on it."""

    def __init__(self, *, batch: int, joint: int, words: int) -> None:
        torch.manual_seed(0)
        table = WordTable([torch.randn(words, 300) * 0.06], languages=1, frozen=False, mapped=True)
        self.text = WordEncoder(table, joint, recurrences=1, bidirectional=False)
        (self.recurrence,) = (module for module in self.text.modules() if isinstance(module, nn.GRU))
        self.image = ImageEncoder(2048, joint)
        self.parameters = [*self.text.parameters(), *self.image.parameters()]
        self.optimiser = torch.optim.Adam(self.parameters, lr=1e-4, fused=True)
        lengths = torch.randn(batch) * LENGTH_DEVIATION + MEAN_LENGTH
        self.lengths = lengths.round().clamp(SHORTEST, LONGEST).long()
        self.ids = torch.randint(words, (batch, int(self.lengths.max())))
        self.languages = torch.zeros(batch, dtype=torch.long)
        self.features = torch.rand(batch, 2048)
        self.negatives = ~torch.eye(batch, dtype=torch.bool)

    def run(self, embed: Callable[[], Tensor], similarity: Callable[[Tensor, Tensor], Tensor]) -> None:
        """Take one step with a way to embed the captions and a similarity."""
        scores = similarity(embed(), self.image(self.features))
        loss = ranking_loss(scores, margin=MARGIN, hinge="sum", negatives=self.negatives)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        clip_grad_norm_(self.parameters, CLIP_NORM)
        self.optimiser.step()

    def ours(self) -> Tensor:
        """Embed the captions with the library's encoder."""
        return self.text(self.ids, self.lengths, self.languages)

    def plain(self) -> Tensor:
        """Embed the captions with PyTorch's own GRU."""
        vectors = self.text.table.words(self.ids) @ self.text.table.maps[0].T
        return functional.normalize(last_state(self.recurrence, vectors, self.lengths), dim=1)


def last_state(recurrence: nn.GRU, vectors: Tensor, lengths: Tensor) -> Tensor:
    """Return the last state of PyTorch's GRU over a packed sequence: [C, H]."""
    return recurrence(pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False))[1][0]


def broadcast_order(captions: Tensor, images: Tensor) -> Tensor:
    """Return the order similarity of all pairs through a [C, N, E] tensor."""
    return -(captions[:, None] - images[None]).clamp(min=0).square().sum(dim=2)


def seconds(function: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main() -> None:
    """Run all pieces in turn, and print the medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--joint", type=int, default=1024)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--source-words", type=int, default=8_300)
    parser.add_argument("--target-words", type=int, default=10_000)
    parser.add_argument("--align-every", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    step = Step(batch=options.batch, joint=options.joint, words=options.source_words + options.target_words)
    problem = make_problem(
        pairs=options.pairs,
        source_words=options.source_words,
        target_words=options.target_words,
        dimension=300,
        seed=1,
    )
    mapping, x, y, s, t = (array.astype(np.float32) for array in problem)

    def align() -> None:
        words = {"source_pairs": x, "target_pairs": y, "source_vocabulary": s, "target_vocabulary": t}
        _, gradient = rcsls(mapping, **words, neighbours=NEIGHBOURS)
        rcsls(nearest_orthogonal(mapping - gradient), **words, neighbours=NEIGHBOURS)

    pieces: dict[str, Callable[[], object]] = {
        "step": lambda: step.run(step.ours, order_similarity),
        "obvious step": lambda: step.run(step.plain, broadcast_order),
        "alignment": align,
        "obvious alignment": lambda: obvious_rcsls(*problem, NEIGHBOURS),
        "GRU": lambda: step.ours().sum().backward(),
        "PyTorch's GRU": lambda: step.plain().sum().backward(),
    }
    times: dict[str, list[float]] = {name: [] for name in pieces}
    for _ in range(options.repeats + 1):
        for name, piece in pieces.items():
            times[name].append(seconds(piece))
    middle = {name: median(values[1:]) for name, values in times.items()}  # the first round warms up
    ours = middle["step"] + middle["alignment"] / options.align_every
    obvious = middle["obvious step"] + middle["obvious alignment"]
    for name, value in middle.items():
        print(f"{name:18} {value:8.3f} s")
    print(
        f"AME step, alignment every {options.align_every}: {ours:.3f} s; obvious, every step: {obvious:.3f} s; "
        f"{obvious / ours:.1f} times faster"
    )
    print(f"without any alignment: {middle['obvious step'] / middle['step']:.2f} times faster")
    ratio = middle["PyTorch's GRU"] / middle["GRU"]
    print(f"the GRU alone, forward and backward: {ratio:.2f} times faster")


if __name__ == "__main__":
    main()
