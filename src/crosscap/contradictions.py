"""How checks of several settings at once note what they find."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def check_languages(given: Iterable[str], key: str, languages: Sequence[str], faults: Faults) -> None:
    """Note the languages that are given but are none of the data set's."""
    for language in (code for code in given if code not in languages):
        note(faults, key, f"{language} is not one of dataset.languages; add it there or remove it here")
