"""Never two writers: not when Snakemake alone was killed, nor when many start at once, nor from another machine."""

from __future__ import annotations

import errno
import fcntl
import multiprocessing
import os
import re
import socket
import time
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from signal import SIGCONT, SIGKILL

import pytest

from crosscap.faults import WRONG_INPUT, InputError
from crosscap.training import lock
from crosscap.training.lock import LOCK, held_alone
from tests.training.killing import CONTEXT, FINISHED, KILLED, PATIENCE, Training, hashes, noted, train

pytestmark = pytest.mark.xdist_group("killing")
OTHERS = 3
BEAT = 0.02


def be_snakemake(folder: Path, data: Path, steps: Connection, ids: Connection) -> None:
    """Start a training, and wait for it: all that concerns a training of what Snakemake does."""
    work = (folder, data, {}, steps, None, 0.0, 10)
    training = multiprocessing.get_context("fork").Process(target=train, args=work)
    training.start()
    ids.send(training.pid)
    training.join()


def test_the_orphan_of_a_killed_snakemake_trains_on_alone(small_data, undisturbed, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (steps, told), (ids, id_of_child) = CONTEXT.Pipe(duplex=False), CONTEXT.Pipe(duplex=False)
    snakemake = CONTEXT.Process(target=be_snakemake, args=(folder, small_data, told, id_of_child))
    snakemake.start()
    orphan = ids.recv()
    while steps.recv() < 10:  # where it stands still
        pass
    os.kill(snakemake.pid, SIGKILL)
    snakemake.join()
    for _ in range(2):
        refused = Training(folder, small_data)
        assert refused.end() == WRONG_INPUT
        holder = f"process {orphan} on {socket.gethostname()}"
        assert f"another training is at work here, {holder}; wait for it or stop it" in refused.log.read_text()
    os.kill(orphan, SIGCONT)
    deadline = time.monotonic() + PATIENCE
    while (folder / "state").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert hashes(folder) == hashes(undisturbed)
    assert noted(folder) == noted(undisturbed)


def test_of_many_at_once_one_trains(small_data, undisturbed, tmp_path):
    folder = tmp_path / "run"
    first = Training(folder, small_data, halt=10)
    first.wait_for(10)
    others = [Training(folder, small_data) for _ in range(OTHERS)]
    assert [other.end() for other in others] == [WRONG_INPUT] * OTHERS
    first.send(SIGKILL)
    assert first.end() == KILLED
    racing = [Training(folder, small_data) for _ in range(OTHERS)]
    statuses = [training.end() for training in racing]
    assert FINISHED in statuses
    assert set(statuses) <= {FINISHED, WRONG_INPUT}  # one that came late has trained anew, to the same bytes
    assert hashes(folder) == hashes(undisturbed)
    assert noted(folder) == noted(undisturbed)


def hold(folder: Path, ready: Connection, *, machine: str = "", beat: float = BEAT) -> None:
    """Hold a folder until it is told to leave; on another machine, where locks are seen by that machine alone."""
    lock.BEAT = beat
    if machine:
        socket.gethostname = lambda: machine
        fcntl.flock = lambda file, operation: None
    with held_alone(folder):
        ready.send(os.getpid())
        ready.recv()


@contextmanager
def holder(folder: Path, **given):
    """Give a process that holds a folder, and the end of its pipe."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=hold, args=(folder, there), kwargs=given)
    process.start()
    assert here.poll(PATIENCE)
    assert here.recv() == process.pid
    yield process, here
    process.kill()
    process.join()


def test_a_folder_is_free_again_whichever_way_its_holder_ended(tmp_path):
    with holder(tmp_path) as (process, pipe):
        with pytest.raises(InputError, match=f"at work here, process {process.pid} on "), held_alone(tmp_path):
            pass
        pipe.send("leave")
        process.join()
        with held_alone(tmp_path):
            pass
    with holder(tmp_path) as (process, _):
        process.kill()
        process.join()
        with held_alone(tmp_path):
            note = (tmp_path / LOCK).read_text()
    assert note == f"{os.getpid()} on {socket.gethostname()}"
    assert (tmp_path / LOCK).read_text() == ""


def test_a_holder_on_another_machine_counts_as_alive_while_it_touches_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "SILENCE", 15.0)
    with holder(tmp_path, machine="elsewhere") as (process, pipe):
        with pytest.raises(InputError, match=f"process {process.pid} on elsewhere; wait"), held_alone(tmp_path):
            pass
        pipe.send("leave")
        process.join()
    started = time.monotonic()
    with held_alone(tmp_path):  # it left its place tidy: nobody waits
        assert time.monotonic() - started < 15.0


def test_a_silent_holder_on_another_machine_counts_as_dead_after_a_while(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "SILENCE", 0.3)
    with holder(tmp_path, machine="elsewhere") as (process, _):
        process.kill()
        process.join()
        started = time.monotonic()
        with held_alone(tmp_path):
            assert time.monotonic() - started >= 0.3
            assert (tmp_path / LOCK).read_text().startswith(f"{os.getpid()} on ")


def test_a_folder_that_goes_while_it_is_locked_is_made_anew(tmp_path, monkeypatch):
    folder, flock = tmp_path / "state", fcntl.flock

    def late(file, operation):
        if not (tmp_path / "state.1").exists():
            folder.rename(tmp_path / "state.1")  # as `crosscap restart` does
        flock(file, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with held_alone(folder):
        assert (folder / LOCK).read_text()
        assert (tmp_path / "state.1" / LOCK).read_text() == ""


def test_a_file_system_without_locks_is_named(tmp_path, monkeypatch):
    def none(file, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    message = f"{re.escape(str(tmp_path))}: the file system cannot lock files \\(No locks available\\); keep results on"
    with pytest.raises(InputError, match=message), held_alone(tmp_path):
        pass
