"""What comes with a model beside its weights, model.json: sealed, since a changed number in it is another model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosscap import files
from crosscap.faults import InputError

FORMAT = "3"
DESCRIPTION = "model.json"


def write_description(folder: Path, values: Mapping[str, object]) -> None:
    """Write the description of the model in a folder."""
    files.write_sealed(folder / DESCRIPTION, {**values, "format": FORMAT})


def read_description(folder: Path) -> dict[str, Any]:
    """Read the description of the model in a folder.

    Raises:
        InputError: it is missing, of another format or damaged.
    """
    path = folder / DESCRIPTION
    found = files.read_json(path)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        number = found.get("format") if isinstance(found, dict) else None
        raise InputError(f"{path}: model format {number}, expected {FORMAT}; train it again")
    return files.read_sealed(path)
