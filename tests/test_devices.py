"""What a device takes, and who takes which: each process a GPU of its own, as long as there are enough."""

from __future__ import annotations

import multiprocessing
import os
import re
import threading
from collections.abc import Iterator
from functools import cached_property
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from crosscap import devices
from crosscap.devices import best_device, device_kind, has_room
from crosscap.faults import InputError

FORK = multiprocessing.get_context("fork")  # a process that inherits the fake GPUs


@pytest.mark.parametrize(("free", "room"), [(160, True), (159, False)])
def test_a_device_keeps_as_much_memory_free_as_it_takes(free, room, monkeypatch):
    asked = []
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: asked.append(device) or (free, 1000))
    features = torch.zeros(4, 5)  # of 80 bytes
    assert has_room("cuda:1", features) is room
    assert has_room("cpu", features)
    assert asked == ["cuda:1"]  # not the first one's memory


class Job:
    """A process that computes on its device until it is told to end, or killed."""

    def __init__(self) -> None:
        self.here, there = FORK.Pipe()
        self.process = FORK.Process(target=self.compute, args=(there,), daemon=True)
        self.process.start()
        there.close()

    @cached_property
    def answer(self) -> tuple[str, list[int]]:
        """The device, and what torch was told that "cuda" means."""
        return self.here.recv()

    @property
    def device(self) -> str:
        return self.answer[0]

    @staticmethod
    def compute(there: Connection) -> None:
        current: list[int] = []
        torch.cuda.set_device = current.append  # type: ignore[assignment]
        there.send((best_device(), current))
        there.recv()

    def kill(self) -> None:
        self.process.kill()  # SIGKILL: it can tidy nothing up
        self.process.join()


@pytest.fixture
def machine(tmp_path, monkeypatch) -> Iterator[SimpleNamespace]:
    """A machine with four GPUs, on which jobs can be started."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda number: SimpleNamespace(uuid=f"GPU-{number}"))
    devices._leased_device.cache_clear()
    jobs: list[Job] = []

    def start_at_once(number: int) -> list[Job]:
        jobs.extend(started := [Job() for _ in range(number)])
        assert all(job.answer for job in started)
        return started

    yield SimpleNamespace(
        start=lambda: start_at_once(1)[0], start_at_once=start_at_once, leases=tmp_path / f"crosscap-{os.getuid()}-gpus"
    )
    for job in jobs:
        job.kill()
    devices._leased_device.cache_clear()


def test_four_jobs_take_four_gpus_and_four_more_share_them_evenly(machine):
    jobs = [machine.start() for _ in range(8)]
    assert [job.device for job in jobs] == 2 * ["cuda:0", "cuda:1", "cuda:2", "cuda:3"]
    assert [job.answer[1] for job in jobs] == 2 * [[0], [1], [2], [3]]


def test_jobs_that_start_at_once_take_different_gpus(machine):
    for _ in range(5):
        started = machine.start_at_once(4)
        assert {job.device for job in started} == {"cuda:0", "cuda:1", "cuda:2", "cuda:3"}
        for job in started:
            job.kill()


def test_the_gpu_of_a_killed_job_is_the_next_ones(machine):
    jobs = [machine.start() for _ in range(4)]
    jobs[2].kill()
    assert machine.start().device == "cuda:2"
    assert machine.start().device == "cuda:0"  # shared: none is left


def test_a_gpu_is_known_by_what_it_is_not_by_its_number(machine, monkeypatch):
    assert machine.start().device == "cuda:0"
    # as with CUDA_VISIBLE_DEVICES=2,0: torch numbers what is visible
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    visible = [SimpleNamespace(uuid="GPU-2"), SimpleNamespace(uuid="GPU-0")]
    monkeypatch.setattr(torch.cuda, "get_device_properties", visible.__getitem__)
    assert machine.start().device == "cuda:0"  # GPU-2
    assert machine.start().device == "cuda:0"  # GPU-2 again: both are taken


def test_all_threads_of_a_process_compute_on_its_one_gpu(machine, monkeypatch):
    monkeypatch.setattr(torch.cuda, "set_device", lambda number: None)
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    monkeypatch.setattr(devices.os, "open", opened := Counted(os.open))
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(best_device())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == 8 * ["cuda:0"]
    assert len(opened.results) == 1
    assert not torch.backends.cudnn.allow_tf32
    os.close(opened.results[0])


class Counted:
    """A function that remembers what it returned."""

    def __init__(self, function: Any) -> None:
        self.function, self.results = function, []

    def __call__(self, *arguments: Any) -> Any:
        self.results.append(self.function(*arguments))
        return self.results[-1]


def test_a_process_that_shares_says_so(machine, monkeypatch, caplog):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "set_device", lambda number: None)
    monkeypatch.setattr(devices.os, "open", opened := Counted(os.open))
    job = machine.start()
    assert best_device() == job.device == "cuda:0"
    assert caplog.messages == [
        "all GPUs are in use (1): this process shares number 0; --resources gpu=1 keeps Snakemake's jobs apart"
    ]
    os.close(opened.results[-1])


def test_without_a_gpu_the_cpu_is_nobodys(machine, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device_kind() == "cpu"
    assert [machine.start().device for _ in range(2)] == ["cpu", "cpu"]
    assert not machine.leases.exists()


def test_the_kind_of_a_device_takes_no_lease(machine):
    assert device_kind() == "cuda"
    assert not machine.leases.exists()


def test_the_leases_are_the_users_alone(machine):
    machine.start()
    assert machine.leases.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in machine.leases.iterdir()] == [0o600]


@pytest.mark.parametrize("kind", ["link", "file", "open"])
def test_a_folder_of_leases_that_others_made_is_refused_with_a_remedy(kind, machine, tmp_path):
    if kind == "link":
        machine.leases.symlink_to(tmp_path)
    elif kind == "file":
        machine.leases.touch()
    else:
        machine.leases.mkdir()
        machine.leases.chmod(0o777)
    with pytest.raises(InputError, match=re.escape(str(machine.leases)) + ".*remove it, or set TMPDIR"):
        best_device()


def test_a_lease_is_not_written_through_a_link(machine, tmp_path):
    machine.leases.mkdir(mode=0o700)
    target = Path(tmp_path / "victim")
    (machine.leases / "GPU-0-0.lock").symlink_to(target)
    with pytest.raises(OSError, match=r"GPU-0-0\.lock"):
        best_device()
    assert not target.exists()
