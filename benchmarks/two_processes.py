"""One batch in two processes, each with half of it: are the gradients those of one process, and what does it cost?

The negatives of a caption are the batch's other images, so the processes tell each other their embeddings before the
loss, and their gradients after it. Each computes the whole loss, and its gradient through its own embeddings alone:
summed over the processes these are the gradients of the whole. AME at the paper's size, over gloo on one machine.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from drawn import Drawn, draw, first_batch
from measuring import TIMES, Figure, Found, run, seconds_in_turn
from torch import Tensor
from torch.multiprocessing.spawn import spawn

from crosscap.training.objective import Encoded, batch_loss, encode_batch

PROCESSES = 2
SIZES = {
    "system": "ame",
    "languages": 2,
    "words": 9_000,
    "images": 64,
    "joint": 1024,
}  # B = 128
ROUNDS = 5


def measure() -> Found:
    """Compare one process with two."""
    (kept,) = in_processes(compare, [SIZES])
    parameters, step = kept["parameters"], "a step's gradients in two processes"
    talk = kept["gradients told"] + kept["embeddings told"]
    told = f"{parameters / 1e6:.1f} million gradients, and the embeddings of a batch of {kept['captions']:.0f}"
    apart = f"{kept['apart']:.2g} where the processes do not tell each other their embeddings"
    one, two, threads = (kept[name] for name in ("one process", "two processes", "two threads"))
    return Found(
        [
            Figure("gradients of two processes", "one", kept["error"], "of the largest", 1e-6, "at most", apart),
            Figure(step, "one process of one thread", one / two, TIMES),
            Figure(step, "one process of two threads", threads / two, TIMES),
            Figure("talk of two processes in a step", "nothing", talk, "s", detail=told),
            Figure("a step's gradients in one process", "nothing", one, "s", detail="one thread"),
            Figure("trained parameters", "nothing", parameters, "numbers", detail="AME, 2 x 9,000 words"),
        ]
    )


Kept = dict[str, float]
Work = Callable[[dict[str, Any]], Kept]


def in_processes(work: Work, several: Sequence[dict[str, Any]]) -> list[Kept]:
    """Call a function with each of several sizes in processes that can talk, and return what the first one returns."""
    with tempfile.TemporaryDirectory() as folder:
        spawn(_process, args=(work, several, folder), nprocs=PROCESSES)
        kept: list[Kept] = json.loads((Path(folder) / "kept").read_text())
    return kept


def _process(rank: int, work: Work, several: Sequence[dict[str, Any]], folder: str) -> None:
    """Do a process's part."""
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"  # a machine's name need not lead to it
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=PROCESSES)
    try:
        kept = [work(sizes) for sizes in several]
        if rank == 0:
            (Path(folder) / "kept").write_text(json.dumps(kept))
    finally:
        dist.destroy_process_group()


def compare(sizes: dict[str, Any]) -> Kept:
    """Return how far the gradients are from those of one process, by the largest, and the seconds of what was done.

    `apart` is how far they are where the processes do not tell each other their embeddings.
    """
    drawn = draw(**sizes)
    batch = first_batch(drawn, len(drawn.captions))
    own = batch.tensor_split(PROCESSES)[dist.get_rank()]
    whole, parts = Gradients(drawn, batch), Gradients(drawn, own)
    one = whole.alone()
    pieces = {
        "one process": lambda: of_first(whole.alone, threads=1),
        "two threads": lambda: of_first(whole.alone, threads=PROCESSES),
        "two processes": parts.together,
        "gradients told": lambda: summed(one),
        "embeddings told": lambda: [gathered(torch.zeros(len(own), sizes["joint"])) for _ in range(2)],
    }
    far = {"error": distance(parts.together(), one), "apart": distance(summed(parts.alone()), one)}
    numbers = float(sum(gradient.numel() for gradient in one))
    return far | seconds_in_turn(pieces, rounds=ROUNDS) | {"parameters": numbers, "captions": float(batch.numel())}


def distance(gradients: list[Tensor], expected: list[Tensor]) -> float:
    """Return the largest difference by the largest expected gradient."""
    largest = max(float(gradient.abs().max()) for gradient in expected)
    return max(float((a - b).abs().max()) for a, b in zip(gradients, expected, strict=True)) / largest


def of_first(work: Callable[[], object], *, threads: int) -> None:
    """Do something in the first process alone, while the others wait."""
    if dist.get_rank() == 0:
        torch.set_num_threads(threads)
        work()
        torch.set_num_threads(1)
    dist.barrier()


class Gradients:
    """The gradients of a model's trained parameters on a batch [B, K]."""

    def __init__(self, drawn: Drawn, batch: Tensor) -> None:
        self.drawn, self.batch = drawn, batch

    def alone(self) -> list[Tensor]:
        """Return the gradients of this batch by itself."""
        return self._of(lambda encoded: encoded)

    def together(self) -> list[Tensor]:
        """Return the gradients of this batch with those of the other processes."""
        return summed(self._of(joined))

    def _of(self, seen: Callable[[Encoded], Encoded]) -> list[Tensor]:
        """Return the gradients of the loss of what is made of the encoded batch."""
        model, settings = self.drawn.model, self.drawn.settings
        encoded = seen(encode_batch(model, self.drawn.captions, self.batch, precision=settings.precision))
        losses = batch_loss(model, encoded, settings, step=1)
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        return list(torch.autograd.grad(torch.stack(list(losses.values())).sum(), trained))


def joined(own: Encoded) -> Encoded:
    """Return the batches of all processes as one; the rows of a batch count on."""
    rows = own.rows + dist.get_rank() * len(own.images)
    names = ("images", "image_rows", "captions", "languages", "lengths")
    return replace(own, rows=gathered(rows), **{name: gathered(getattr(own, name)) for name in names})


def gathered(own: Tensor) -> Tensor:
    """Return the rows of all processes, as many of each, of which this process's own alone have a gradient."""
    pieces = [torch.empty_like(own) for _ in range(PROCESSES)]
    dist.all_gather(pieces, own.detach().contiguous())
    pieces[dist.get_rank()] = own
    return torch.cat(pieces)


def summed(gradients: list[Tensor]) -> list[Tensor]:
    """Return the sums of the processes' gradients."""
    sums = [gradient.clone() for gradient in gradients]
    for gradient in sums:
        dist.all_reduce(gradient)
    return sums


if __name__ == "__main__":
    run(measure, __doc__)
