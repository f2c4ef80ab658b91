"""Programs that some tests start: where one is missing, a test skips on a user's machine and fails at the gate."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

VARIABLE = "CROSSCAP_REQUIRE"  # the groups of programs that must be there, such as postgresql,slurm


def program(name: str, *, group: str, folders: tuple[str, ...] = ()) -> Path:
    """The path of a program on PATH or in `folders`; without it, skip the test, or fail where its group is required."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *folders]))
    if found:
        return Path(found)
    if group in os.environ.get(VARIABLE, "").split(","):
        pytest.fail(f"there is no {name}, and {VARIABLE} asks for {group}")
    pytest.skip(f"there is no {name}: install {group}")
