"""The texts of a benchmark, such as sentences to compare or names of tags: a table captions without images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def benchmark_texts(identifiers: Sequence[str], texts: Sequence[str], *, languages: Sequence[str]) -> pd.DataFrame:
    """Return texts as a table captions, each for itself: they belong to no image, and people wrote them."""
    return pd.DataFrame(
        {
            "caption_id": list(identifiers),
            "image_id": "",
            "language": list(languages),
            "position": np.zeros(len(texts), np.int16),
            "text": list(texts),
            "origin": "human",
        }
    )
