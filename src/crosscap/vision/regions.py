"""Images of several regions, for what looks at one feature an image."""

from __future__ import annotations

import numpy as np

from crosscap.parquet import Rows, row_blocks


def mean_regions(features: Rows, regions: int) -> np.ndarray:
    """Return the mean of each image's regions, with a block of images in memory at a time.

    Shapes:
        features: [N, R F], an image's regions one behind the other; returns [N, F].
    """
    images, width = features.shape
    means = np.empty((images, width // regions), dtype=np.float32)
    for rows in row_blocks(features):
        means[rows] = features[rows].reshape(-1, regions, width // regions).mean(axis=1)
    return means
