"""Two seeds of AME at the paper's size trained at once, a thread each, against one after the other with two threads.

It is why a training takes one thread unless told otherwise: Snakemake fills the other cores with other trainings. Both
ways take turns in the same two processes. Threads of one training wait for each other, so what else the machine does
harms them more than trainings apart: the figure counts on an idle machine only, and says how busy it was.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from statistics import median
from threading import Barrier

import torch
from drawn import draw, first_batch
from measuring import TIMES, Figure, Found, run, seconds_of
from training_step import BATCH, JOINT, WORDS, step

SEEDS, STEPS, ROUNDS = 2, 1, 3
PATIENCE = 120.0  # seconds after which a process waits in vain for another one


def measure() -> Found:
    """Compare both ways to take as many steps of two seeds."""
    context = get_context("spawn")
    in_turn, at_once = [], []
    with context.Manager() as manager, ProcessPoolExecutor(SEEDS, mp_context=context) as pool:
        begin = manager.Barrier(SEEDS)
        slowest(pool, begin, busy=SEEDS, threads=1, steps=1)  # draws the models and warms up
        for _ in range(ROUNDS):
            in_turn.append(slowest(pool, begin, busy=1, threads=SEEDS, steps=SEEDS * STEPS))
            at_once.append(slowest(pool, begin, busy=SEEDS, threads=1, steps=STEPS))
    one, other = median(in_turn), median(at_once)
    detail = f"{other / STEPS:.2g} s for a step of both; load of the machine {os.getloadavg()[0]:.1f}"
    path, against = "two seeds of AME at once, a thread each", "one after the other with two threads"
    return Found([Figure(path, against, one / other, TIMES, detail=detail)])


def slowest(pool: ProcessPoolExecutor, begin: Barrier, *, busy: int, threads: int, steps: int) -> float:
    """Let some of the processes take steps, while the others wait at no cost; return the seconds of the last to end."""
    asked = [pool.submit(train, begin, threads=threads, steps=steps if one < busy else 0) for one in range(SEEDS)]
    return max(one.result() for one in asked)


def train(begin: Barrier, *, threads: int, steps: int) -> float:
    """Return the seconds of some steps in this process, which wait until all processes are ready."""
    torch.set_num_threads(threads)
    take = own_step()
    begin.wait(PATIENCE)
    return seconds_of(lambda: [take() for _ in range(steps)])


@cache
def own_step() -> Callable[[], None]:
    """Return the step of this process's model."""
    drawn = draw(system="ame", languages=2, words=WORDS, images=BATCH, joint=JOINT)
    return step(drawn, first_batch(drawn, BATCH))


if __name__ == "__main__":
    run(measure, __doc__)
