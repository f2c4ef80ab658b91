"""What comes with a model beside its weights, model.json: sealed, since a changed number in it is another model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosscap.notes import read_sealed, write_sealed

FORMAT = "3"
DESCRIPTION, WEIGHTS = "model.json", "model.safetensors"


def write_description(folder: Path, values: Mapping[str, object]) -> None:
    """Write the description of the model in a folder."""
    write_sealed(folder / DESCRIPTION, values, format=FORMAT)


def read_description(folder: Path) -> dict[str, Any]:
    """Read the description of the model in a folder.

    Raises:
        InputError: it is missing, of another format or damaged.
    """
    return read_sealed(folder / DESCRIPTION, kind="model", format=FORMAT, remedy="train it again")
