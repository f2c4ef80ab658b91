"""How checks of several settings at once note what they find."""

from __future__ import annotations

from pathlib import Path

from crosscap.faults import Faults


def note(faults: Faults, key: str, message: str) -> None:
    """Note one contradiction under the key where it is mended."""
    faults.add("D-904", key, None, message)


def check_path(path: str | None, key: str, faults: Faults) -> None:
    """Note where a file or folder is not given or not there."""
    if path is None:
        note(faults, key, "is not set; give its path")
    elif not Path(path).exists():
        note(faults, key, f"there is no {path} (seen from {Path.cwd()}); correct the path")
