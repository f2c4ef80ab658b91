"""A PostgreSQL server of the tests' own, on a loopback port and with a password; it goes when the block ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2

from tests.required import program
from tests.tracked import free_port

FOLDERS = tuple(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)))  # Debian's, not on PATH
USER, PASSWORD = "crosscap", "s3cret-of-the-test"
# its programs refuse to run as root
OTHER: dict[str, Any] = {} if os.getuid() else {"user": "nobody", "group": "nogroup", "extra_groups": []}


@dataclass(frozen=True)
class Server:
    """A server, with its address but for the database, and its first process."""

    address: str
    process: int

    def new_database(self, *, like: str = "template1") -> str:
        """Return the address of a new database, the copy of another, without the password."""
        name = f"db{uuid4().hex}"
        connection = psycopg2.connect(f"{self.address}/postgres", password=PASSWORD)
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name} TEMPLATE {like.rpartition('/')[2]}")
        connection.close()
        return f"{self.address}/{name}"


@contextmanager
def postgres() -> Iterator[Server]:
    """Start a server; skip the test where PostgreSQL is not installed."""
    initdb, pg_ctl = (program(name, group="postgresql", folders=FOLDERS) for name in ("initdb", "pg_ctl"))
    folder = Path(tempfile.mkdtemp(prefix="crosscap-postgres-"))  # pytest's own folders are closed to other users
    if OTHER:
        shutil.chown(folder, OTHER["user"])
    data, port = folder / "data", free_port()

    def call(*command: object, check: bool = True) -> None:
        subprocess.run(list(map(str, command)), check=check, cwd=folder, stdout=subprocess.DEVNULL, **OTHER)

    try:
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        password = f"--pwfile={folder / 'password'}"
        call(initdb, "-D", data, "-U", USER, "-A", "scram-sha-256", password, "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        call(pg_ctl, "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        process = int((data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        yield Server(f"postgresql://{USER}@127.0.0.1:{port}", process)
    finally:
        if (data / "postmaster.pid").exists():
            call(pg_ctl, "-D", data, "-m", "immediate", "stop", check=False)  # a test may have killed it
        shutil.rmtree(folder)
