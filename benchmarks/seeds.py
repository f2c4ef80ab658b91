"""Two seeds of AME at the paper's size trained at once, a thread each, against one after the other with two threads.

It is why a training takes one thread unless told otherwise: Snakemake fills the other cores with other trainings.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from threading import Barrier

import torch
from drawn import draw, first_batch
from measuring import TIMES, Figure, Found, run, seconds_of
from training_step import BATCH, JOINT, WORDS, step

STEPS, SEEDS = 8, 2


def measure() -> Found:
    """Compare both ways to train two seeds."""
    (both,) = in_turn(processes=1, threads=SEEDS)
    one, other = in_turn(processes=SEEDS, threads=1)
    at_once = max(one, other)
    path, against = "two seeds of AME at once, a thread each", "one after the other with two threads"
    detail = f"{at_once / STEPS:.2g} s for a step of both"
    return Found([Figure(path, against, SEEDS * both / at_once, TIMES, detail=detail)])


def in_turn(*, processes: int, threads: int) -> list[float]:
    """Return the seconds that steps take in each of some processes, which begin together."""
    context = get_context("spawn")
    with context.Manager() as manager:
        begin = manager.Barrier(processes)
        with ProcessPoolExecutor(processes, mp_context=context) as pool:
            return [one.result() for one in [pool.submit(train, threads, begin) for _ in range(processes)]]


def train(threads: int, begin: Barrier) -> float:
    """Return the seconds of some steps in this process, which wait for the other processes first."""
    torch.set_num_threads(threads)
    drawn = draw(system="ame", languages=2, words=WORDS, images=BATCH, joint=JOINT)
    take = step(drawn, first_batch(drawn, BATCH))
    take()
    begin.wait()
    return seconds_of(lambda: [take() for _ in range(STEPS)])


if __name__ == "__main__":
    run(measure, __doc__)
