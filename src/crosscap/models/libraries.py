"""The libraries of pretrained language models: an extra, so they are imported only where a model of theirs is used."""

from __future__ import annotations

import importlib
from types import ModuleType

from crosscap.faults import InputError


def load_library(name: str) -> ModuleType:
    """Import `transformers`, `tokenizers` or `sentence_transformers`.

    Raises:
        InputError: it is not installed.
    """
    # They import torchvision, which in some installations works only after this.
    from crosscap import torchvision_import  # noqa: F401

    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.replace("_", "-")
        raise InputError(
            f"pretrained language models need the library {package}, which cannot be imported ({first_line(error)}); "
            f'pip install "crosscap[transformers]", or conda install -c conda-forge {package}'
        ) from error


def first_line(error: Exception) -> str:
    """Return the first line of what an error says; these libraries write pages."""
    return str(error).strip().split("\n")[0]
