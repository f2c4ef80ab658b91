"""Room on the disks that a run writes to."""

from __future__ import annotations

import shutil
from pathlib import Path

from crosscap.doctor.findings import Findings

MEGABYTE = 1_000_000


def check_room(folder: Path, needed: int, findings: Findings) -> None:
    """Check that a folder's disk has the megabytes that are needed, and warn where it has not twice as many."""
    free = shutil.disk_usage(existing(folder)).free // MEGABYTE
    with findings.check(f"room in {folder}: {free:,} MB free, about {needed:,} MB needed", code="D-602", file=folder):
        message = f"{free:,} MB are free and about {needed:,} MB are needed; make room, or work on another disk"
        if free < 2 * needed:
            (findings.faults if free < needed else findings.warnings).add("D-602", folder, None, message)


def existing(folder: Path) -> Path:
    """Return the nearest folder above that is there, or the folder itself."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
