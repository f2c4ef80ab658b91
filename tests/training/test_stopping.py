"""SIGTERM at every moment of a training: it ends with status 143, keeps what it computed, and goes on from there."""

from __future__ import annotations

import os
import time
from signal import SIG_DFL, SIGTERM, getsignal

import pytest

from crosscap.training.checkpoints import load_checkpoint
from crosscap.training.stopping import TERMINATED, Stop, Stopped, stopping
from tests.training.killing import FINISHED, SLOW, Training, finish, hashes, noted, read_log
from tests.training.traps import Trap

pytestmark = pytest.mark.xdist_group("killing")
ONCE, AGAIN = (SIGTERM,), (SIGTERM, SIGTERM, SIGTERM)
STOPS = [
    Trap("validation", signals=ONCE),
    Trap("step", signals=ONCE),
    Trap("step", number=2, signals=AGAIN),
    Trap("validation", signals=AGAIN),
    Trap("validation", signals=ONCE),  # the one that was cut short before
    *(Trap(moment, signals=AGAIN) for moment in ("begun", "flushed", "renamed")),
    Trap("noting", signals=ONCE),
    Trap("validation", number=3, signals=ONCE),
]


def saved_step(folder) -> int:
    """Return the step of the saved state."""
    return load_checkpoint(folder / "state/checkpoint")[1]["step"]


def test_stopped_everywhere_it_loses_no_step_and_ends_in_the_same_bytes(small_data, undisturbed, tmp_path):
    folder, saved = tmp_path / "run", 0
    for trap in STOPS:
        training = Training(folder, small_data, trap=trap)
        assert training.end() == TERMINATED, (trap, training.log.read_text())
        steps = training.told()
        assert steps == list(range(saved, saved + len(steps)))
        assert saved_step(folder) == saved + len(steps), trap
        assert read_log(folder)[-1].endswith(
            f"stopped at step {saved + len(steps)}; the state is saved, run again to go on"
        )
        saved += len(steps)
    assert saved > 10
    finish(folder, small_data)
    assert hashes(folder) == hashes(undisturbed)
    assert noted(folder) == noted(undisturbed)


def test_stopped_while_it_loads_it_ends_before_it_has_begun(small_data, undisturbed, tmp_path):
    folder = tmp_path / "run"
    assert Training(folder, small_data, trap=Trap("loading", signals=AGAIN)).end() == TERMINATED
    assert not (folder / "state/checkpoint").exists()
    finish(folder, small_data)
    assert hashes(folder) == hashes(undisturbed)


def test_stopped_while_it_writes_the_model_it_has_finished(small_data, undisturbed, tmp_path):
    trap = Trap("writing the model", signals=AGAIN)
    assert Training(tmp_path / "run", small_data, trap=trap).end() == FINISHED
    assert hashes(tmp_path / "run") == hashes(undisturbed)


def test_several_signals_from_outside_stop_it_once(small_data, undisturbed, tmp_path):
    folder = tmp_path / "run"
    training = Training(folder, small_data, seconds_a_step=SLOW)
    training.wait_for(9)
    for _ in range(5):
        training.send(SIGTERM)
        time.sleep(SLOW / 5)
    assert training.end() == TERMINATED
    finish(folder, small_data)
    assert hashes(folder) == hashes(undisturbed)
    assert noted(folder) == noted(undisturbed)


def be_asked_at_work() -> None:
    os.kill(os.getpid(), SIGTERM)
    time.sleep(10)


def test_a_request_ends_a_block_that_may_end_at_once_and_no_other():
    with stopping() as stop:
        os.kill(os.getpid(), SIGTERM)
        assert stop()
        reached = False
        with pytest.raises(Stopped), stop.at_once():
            reached = True
        assert not reached
    with stopping() as stop, pytest.raises(Stopped) as stopped, stop.at_once():
        be_asked_at_work()
    assert stopped.value.code == TERMINATED
    assert getsignal(SIGTERM) == SIG_DFL


def test_only_the_first_request_raises():
    stop = Stop()
    with pytest.raises(Stopped), stop.at_once():
        stop.ask()
    with pytest.raises(Stopped), stop.at_once():
        pass
    stop.ask()
    assert stop()
