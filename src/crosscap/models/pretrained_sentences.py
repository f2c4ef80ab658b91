"""Frozen features of sentences from a model of the `sentence-transformers` library, such as LaBSE."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from safetensors import SafetensorError

from crosscap.devices import best_device
from crosscap.faults import InputError
from crosscap.models.libraries import first_line, load_library

logger = logging.getLogger(__name__)


def sentence_vectors(texts: Sequence[str], model: str, *, batch_size: int) -> np.ndarray:
    """Return what a model of a folder or of the Hugging Face hub makes of texts, as it comes: no length is changed.

    Shapes:
        result: [N, S] float32.

    Raises:
        InputError: the library is missing, or there is no such model.
    """
    encoded = encode(load_encoder(model), texts, batch_size=batch_size)
    logger.info("%d texts encoded by %s", len(texts), model)
    return encoded


def load_encoder(model: str) -> Any:
    """Load a sentence encoder of a folder or of the Hugging Face hub.

    Raises:
        InputError: the library is missing, or there is no such model.
    """
    library = load_library("sentence_transformers")
    try:
        return library.SentenceTransformer(model, device=best_device())
    except (OSError, ValueError, ImportError, KeyError, SafetensorError) as error:
        raise InputError(
            f"{model}: no sentence encoder could be loaded from there ({first_line(error)}); give the folder or the "
            "name on the Hugging Face hub of a sentence-transformers model, such as sentence-transformers/LaBSE"
        ) from error


def encode(encoder: Any, texts: Sequence[str], *, batch_size: int) -> np.ndarray:
    """Return what a loaded encoder makes of texts, [N, S] float32."""
    given = list(texts) or [""]  # of no texts, the width of a feature is still wanted
    encoded = encoder.encode(given, batch_size=batch_size, convert_to_numpy=True, show_progress_bar=False)
    return np.asarray(encoded, dtype=np.float32)[: len(texts)]
