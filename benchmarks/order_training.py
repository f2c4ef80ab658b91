"""Order similarity in training, forward and backward, against broadcasting all pairs under autograd; D = 1,024.

Broadcasting 1,024 captions and 1,024 images makes several tensors of 4 GB. It is timed with 64 of the captions, and
its time taken 16 times; its memory is that of these 64. On one thread, which a training takes unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from measuring import TIMES, Curve, Figure, Found, megabytes_of, run, seconds_in_turn
from torch import Tensor
from torch.nn import functional

from crosscap.models.similarity import order_similarity

JOINT = 1024
SMALL, LARGE, PART = 128, 1024, 64
OF_CACHE = "from 512 on, images and their gradients are larger than a core's cache"
BATCHES = (128, 256, 512, 1024)
Similarity = Callable[[Tensor, Tensor], Tensor]


def measure() -> Found:
    """Compare both at both sizes, and follow ours as the batch grows."""
    torch.set_num_threads(1)
    seconds = seconds_in_turn(
        {
            "ours, small": both_ways(order_similarity, SMALL, SMALL),
            "theirs, small": both_ways(broadcast, SMALL, SMALL),
            "ours, large": both_ways(order_similarity, LARGE, LARGE),
            "theirs, large": both_ways(broadcast, PART, LARGE),
        },
        rounds=3,
    )
    small = seconds["theirs, small"] / seconds["ours, small"]
    large = LARGE / PART * seconds["theirs, large"] / seconds["ours, large"]
    times = seconds_in_turn({str(size): both_ways(order_similarity, size, size) for size in BATCHES}, rounds=1)
    memory = [megabytes_of(both_ways(order_similarity, size, size)) for size in BATCHES]
    theirs = megabytes_of(both_ways(broadcast, PART, LARGE))
    path, against = "order similarity in training", "broadcasting with autograd"
    of_memory = "two gradients; the scores, B x B numbers, are the smaller part"
    return Found(
        [
            Figure(f"{path}, B = {SMALL:,}", against, small, TIMES, 3),
            Figure(f"{path}, B = {LARGE:,}", against, large, TIMES, 3, detail=f"timed with {PART} captions"),
            Figure(f"memory of {path}, B = {LARGE:,}", "nothing", memory[BATCHES.index(LARGE)], "MB"),
            Figure(f"memory of broadcasting, {PART} captions x {LARGE:,} images", "nothing", theirs, "MB"),
        ],
        [
            Curve(path, "captions in a batch", BATCHES, list(times.values()), "s", 2, OF_CACHE),
            Curve(f"memory of {path}", "captions in a batch", BATCHES, memory, "MB", 1, of_memory),
        ],
    )


def broadcast(captions: Tensor, images: Tensor) -> Tensor:
    """Return the order similarity of all pairs through a [C, N, E] tensor."""
    return -(captions[:, None] - images[None]).clamp(min=0).square().sum(dim=2)


def both_ways(similarity: Similarity, captions: int, images: int) -> Callable[[], object]:
    """Return a function that compares captions with images and takes the gradients of both."""
    torch.manual_seed(0)
    drawn = [functional.normalize(torch.randn(rows, JOINT), dim=1).requires_grad_() for rows in (captions, images)]
    weights = torch.randn(captions, images)
    return lambda: torch.autograd.grad(similarity(*drawn), drawn, weights)


if __name__ == "__main__":
    run(measure, __doc__)
