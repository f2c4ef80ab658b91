"""Ranks by order similarity at COCO's size, 5,000 images and 25,000 captions of 1,024 dimensions, both ways.

The VSE++ line of code broadcasts blocks of 100 queries over the whole gallery; here one such block of captions is
timed, and its time taken as many times as there are blocks, in one direction only. The limit is three operations for
each dimension of each pair, a subtraction, a maximum and a fused multiplication and addition, at the rate at which the
cores do fused ones on numbers that lie in their registers. As subtractions have units of their own in some
processors, more than the limit can be reached. The pure PyTorch path is the one that training takes.

    PYTHONPATH=src python benchmarks/order.py
"""

from __future__ import annotations

import numba
import numpy as np
import torch
from measuring import TIMES, Figure, Found, megabytes_of, run, seconds_in_turn
from ranks import make_sides, measure_curves, ours

from crosscap.models.similarity import order_similarity

IMAGES, AT_ONCE = 5_000, 100
OPERATIONS = 3
LANES, REPEATS = 192, 3_000_000  # 12 registers of 16 numbers


@numba.njit(parallel=True, fastmath=True)
def fused_operations(threads: int, repeats: int) -> float:
    """Multiply and add in registers, in each thread on numbers of its own."""
    total = 0.0
    for _thread in numba.prange(threads):
        numbers = np.ones(LANES, np.float32)
        for _repeat in range(repeats):
            for lane in range(LANES):
                numbers[lane] = numbers[lane] * np.float32(0.5) + np.float32(0.25)
        total += numbers.sum()
    return total


def broadcast(captions: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Return the order scores of some captions [100, E] and all images [N, E]."""
    return -(np.maximum(captions[:, None] - images[None], 0) ** 2).sum(axis=2)


def measure() -> Found:
    """Compare ranking with broadcasting, with PyTorch and with the limit."""
    threads = numba.get_num_threads()
    captions, images = make_sides(IMAGES)
    ours(*make_sides(20), similarity="order")  # loads the compiled loops
    memory = megabytes_of(lambda: ours(captions, images, similarity="order"))
    some = torch.from_numpy(captions[:AT_ONCE]), torch.from_numpy(images)
    seconds = seconds_in_turn(
        {
            "ours": lambda: ours(captions, images, similarity="order"),
            "peak": lambda: fused_operations(threads, REPEATS),
            "broadcast": lambda: broadcast(captions[:AT_ONCE], images),
            "torch": lambda: order_similarity(*some),
        },
        rounds=3,
    )
    rate = threads * LANES * REPEATS / seconds["peak"]  # operations a second
    limit = OPERATIONS * len(captions) * images.size / rate
    blocks = len(captions) / AT_ONCE
    path, detail = "ranks both ways, 5,000 x 25,000 x 1,024, order", f"one block of {AT_ONCE}, times {blocks:.0f}"
    return Found(
        [
            Figure(path, "broadcasting", blocks * seconds["broadcast"] / seconds["ours"], TIMES, 20, detail=detail),
            Figure(
                path,
                "three operations an element at the vector peak",
                100 * limit / seconds["ours"],
                "% of that speed",
                50,
                detail=f"{seconds['ours']:.1f} s; the peak is {rate / 1e9:.0f} thousand million operations a second",
            ),
            Figure(path, "its inputs of 123 MB", memory, "MB more", 1000, "at most"),
            Figure(path, "PyTorch, as in training", blocks * seconds["torch"] / seconds["ours"], TIMES, detail=detail),
        ],
        measure_curves("order"),
    )


if __name__ == "__main__":
    run(measure, __doc__)
