"""Where a Slurm of the tests keeps accounts of jobs: slurmdbd over a MariaDB, as Debian's packages bring them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.cluster.slurm import free_ports, running, slurm, wait_until
from tests.required import program

# every user is let in without a password: it listens on loopback, for as long as a test runs
DATABASE = ["--no-defaults", "--user=root", "--skip-grant-tables", "--bind-address=127.0.0.1"]
STORE = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort={port}
SlurmUser=root
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={database}
StorageUser=root
StorageLoc=slurm
"""
# jobs of an account that is not known are refused
USED = """\
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={port}
AccountingStoragePass={folder}/munge.socket
AccountingStorageEnforce=associations"""

# what sacctmgr wants to read before there is a slurm.conf
ALONE = "ClusterName=tests\nSlurmctldHost=localhost\n"


@contextmanager
def accounts(folder: Path) -> Iterator[str]:
    """Run the store in `folder`, with the account `project`, and give the lines of slurm.conf that name it."""
    install, server, store = (program(name, group="slurm") for name in ("mariadb-install-db", "mariadbd", "slurmdbd"))
    port, database = free_ports(2)
    data = folder / "database"
    subprocess.run([install, "--no-defaults", "--user=root", f"--datadir={data}"], check=True, capture_output=True)
    configuration = folder / "slurmdbd.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(STORE.format(folder=folder, port=port, database=database))
    files = [f"--datadir={data}", f"--socket={folder}/database.socket", f"--port={database}"]
    with ExitStack() as stack:
        stack.enter_context(running([server, *DATABASE, *files], log=folder / "database.log"))
        wait_until((folder / "database.socket").exists, within=60)
        stack.enter_context(running([store, "-D"], log=folder / "slurmdbd.out"))
        used = USED.format(folder=folder, port=port)
        (folder / "slurm.conf").write_text(ALONE + used)
        wait_until(lambda: "tests" in slurm("sacctmgr", "--immediate", "add", "cluster", "tests"), within=60)
        slurm("sacctmgr", "--immediate", "add", "account", "project", "Cluster=tests")
        slurm("sacctmgr", "--immediate", "add", "user", "root", "Account=project")
        yield used
