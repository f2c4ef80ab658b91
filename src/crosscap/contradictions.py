"""How checks of several settings at once note what they find."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from crosscap.faults import Faults
from crosscap.languages.codes import ISO_639_1


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


def check_codes(languages: Iterable[str], key: str, faults: Faults) -> None:
    """Note languages that have no code of ISO 639-1, such as jp."""
    for language in languages:
        if language not in ISO_639_1:
            note(faults, key, f"{language} is no language's code of ISO 639-1; write one such as en, de, ja")
