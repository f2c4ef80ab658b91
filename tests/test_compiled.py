"""Compiling where the machine code cannot be kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import pytest

from crosscap.compiled import allowed_threads, compiled


def add(one: int, other: int) -> int:
    return one + other


def test_a_function_compiles_where_no_folder_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    compile_anew = numba.njit

    def refuse_cache(*, cache: bool = False, **options: Any) -> Callable[..., Any]:
        if cache:
            raise RuntimeError("cannot cache function 'add': no locator available")
        return compile_anew(**options)

    monkeypatch.setattr(numba, "njit", refuse_cache)
    assert compiled()(add)(1, 2) == 3


@pytest.mark.parametrize(
    ("setting", "threads"), [("1", 1), ("2", 2), ("2,4", 2), (" 3 , 1", 3), ("64", 8), ("0", 1), ("", 8), ("many", 8)]
)
def test_the_first_number_of_the_setting_limits_the_threads(
    setting: str, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba, "get_num_threads", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", setting)
    assert allowed_threads() == threads
