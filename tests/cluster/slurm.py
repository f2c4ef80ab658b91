"""A Slurm of one node on this machine's loopback, as Debian's packages slurm-wlm and munge bring it, for the tests.

The node has a GPU that is none (/dev/null), so that requests for one are truly scheduled. A job of the partition
`urgent` preempts those of `main`, which go back to the queue.
"""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.required import program

# programs that Slurm starts inside a job find it here alone: srun is not told SLURM_CONF
SYSTEM = Path("/etc/slurm")
LOCK = Path(tempfile.gettempdir(), "crosscap-slurm.lock")  # for there is one such folder on a machine
HELD: set[Path] = set()  # locks of this process, whose Slurms may be one within another
CONFIGURATION = """\
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=20
MinJobAge=3600
{accounting}
JobAcctGatherType=jobacct_gather/none
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory={memory} Gres=gpu:1
PartitionName=main Nodes={host} Default=YES PriorityTier=1 MaxTime=INFINITE State=UP
PartitionName=urgent Nodes={host} PriorityTier=2 PreemptMode=OFF State=UP
"""
FILES = ("slurm.conf", "gres.conf", "slurmdbd.conf")
NO_ACCOUNTING = nullcontext("AccountingStorageType=accounting_storage/none")
MEMORY = 24000  # megabytes that the node offers; no job of the tests uses as much as it asks for


@contextmanager
def one_node(folder: Path, *, accounting: AbstractContextManager[str] = NO_ACCOUNTING) -> Iterator[None]:
    """Run a Slurm whose files are in `folder`; skip the test, or fail at the gate, where its programs are missing.

    `accounting` is entered once munge runs, and gives the lines of slurm.conf that say where accounts of jobs are kept.
    """
    munged, controller, node = (program(name, group="slurm") for name in ("munged", "slurmctld", "slurmd"))
    if os.geteuid() != 0:
        pytest.skip("only root may start a Slurm")
    configuration = ["-f", folder / "slurm.conf"]
    with ExitStack() as stack:
        stack.enter_context(alone(LOCK))
        stack.enter_context(linked(folder))
        stack.enter_context(running([munged, *munge_files(folder)]))
        wait_until((folder / "munge.socket").exists, within=60)
        configure(folder, accounting=stack.enter_context(accounting))
        stack.enter_context(running([controller, "-D", "-c", *configuration], log=folder / "slurmctld.out"))
        stack.enter_context(running([node, "-D", "-c", *configuration], log=folder / "slurmd.out"))
        wait_until(lambda: "idle" in slurm("sinfo", "--noheader", "--format=%T", "--partition=main"), within=60)
        yield
        slurm("scancel", "--user=root", "--signal=KILL", "--full")
        slurm("scancel", "--user=root")


def configure(folder: Path, *, accounting: str) -> None:
    """Write the files that Slurm reads, and make the folders that it wants to find."""
    controller, node = free_ports(2)
    host = socket.gethostname().partition(".")[0]
    text = CONFIGURATION.format(
        folder=folder, host=host, memory=MEMORY, accounting=accounting, controller=controller, node=node
    )
    (folder / "slurm.conf").write_text(text)
    (folder / "gres.conf").write_text("Name=gpu File=/dev/null\n")
    for name in ("state", "spool"):
        (folder / name).mkdir()


def slurm(*command: str | Path) -> str:
    """Run one of Slurm's commands and return what it writes."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def jobs() -> list[dict[str, str]]:
    """What Slurm knows of all jobs, finished ones too: scontrol's fields of each."""
    lines = [line for line in slurm("scontrol", "show", "jobs", "--oneliner").splitlines() if "JobId=" in line]
    return [dict(field.partition("=")[::2] for field in line.split() if "=" in field) for line in lines]


def wait_until(happened: Callable[[], object], *, within: float) -> None:
    """Wait for something, or fail after so many seconds."""
    deadline = time.monotonic() + within
    while not happened():
        assert time.monotonic() < deadline, f"not within {within:.0f} seconds"
        time.sleep(0.2)


def munge_files(folder: Path) -> list[str]:
    """Munge's arguments: a key of its own, and all that it writes in `folder`."""
    folder.chmod(0o755)  # munge refuses a socket that not all may reach
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o600)
    names = {"socket": "munge.socket", "pid-file": "munge.pid", "log-file": "munge.log", "seed-file": "munge.seed"}
    return ["--foreground", "--force", f"--key-file={key}", *(f"--{flag}={folder / names[flag]}" for flag in names)]


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Wait until no other process of this machine holds a lock, and hold it; what this process holds, it need not."""
    if lock in HELD:
        yield
        return
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # ends with the process, however that ends
        HELD.add(lock)
        try:
            yield
        finally:
            HELD.remove(lock)


@contextmanager
def linked(folder: Path) -> Iterator[None]:
    """Let /etc/slurm have this Slurm's configuration for a while, and then again what it had."""
    SYSTEM.mkdir(exist_ok=True)
    kept = {name: SYSTEM / f"{name}.before-{os.getpid()}-{folder.name}" for name in FILES}
    for name, before in kept.items():
        if os.path.lexists(SYSTEM / name):
            (SYSTEM / name).rename(before)
        (SYSTEM / name).symlink_to(folder / name)
    try:
        yield
    finally:
        for name, before in kept.items():
            (SYSTEM / name).unlink()
            if os.path.lexists(before):
                before.rename(SYSTEM / name)


@contextmanager
def running(command: list[str | Path], *, log: Path | None = None) -> Iterator[None]:
    """Run a daemon in the foreground, and end it."""
    with Path(log or os.devnull).open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nothing listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [opened.getsockname()[1] for opened in sockets]
