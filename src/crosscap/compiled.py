"""Compiling of inner loops with numba, kept between runs where a folder for that can be written.

numba's own threads ("workqueue") instead of OpenMP: numba would set the number of threads that OpenMP uses in the whole
process, and so slow down PyTorch beside it and change the bits that it computes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

numba.config.THREADING_LAYER = "workqueue"  # type: ignore[attr-defined]

parallel_range = numba.prange


def allowed_threads() -> int:
    """Return how many threads OMP_NUM_THREADS allows, at most numba's; a list, ``4,2``, has a number a nesting level.

    What is no number, OpenMP takes for no limit.
    """
    first = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    limit = numba.get_num_threads()
    return max(1, min(int(first), limit)) if first.isdecimal() else limit


numba.set_num_threads(allowed_threads())  # Snakemake: the threads of the job


def compiled(**options: Any) -> Callable[[Function], Function]:
    """Return a decorator that compiles a function, with `options` of `numba.njit`.

    The machine code is kept beside the module, else in the user's cache folder. Where neither can be written, numba
    raises on decorating; then the function is compiled anew in each process.
    """

    def decorate(function: Function) -> Function:
        try:
            return numba.njit(cache=True, **options)(function)
        except RuntimeError:
            return numba.njit(**options)(function)

    return decorate
