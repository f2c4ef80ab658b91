"""One Slurm at a time on a machine: the lock alone, without one."""

from __future__ import annotations

import fcntl
import threading
from pathlib import Path

import pytest

from tests.cluster.slurm import alone


def test_the_lock_is_held_until_the_outermost_block_ends(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with lock.open("w") as other:
        with alone(lock):
            with alone(lock):
                pass
            with pytest.raises(BlockingIOError):
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_second_one_waits_for_the_first(tmp_path: Path) -> None:
    lock, entered = tmp_path / "lock", threading.Event()

    def enter() -> None:
        with alone(lock):
            entered.set()

    waiting = threading.Thread(target=enter, daemon=True)
    with lock.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        waiting.start()
        assert not entered.wait(0.3)
    assert entered.wait(10)
    waiting.join(10)
