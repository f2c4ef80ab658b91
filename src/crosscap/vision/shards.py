"""The images split into jobs, and their features put together again."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crosscap.faults import InputError
from crosscap.parquet import Rows

log = logging.getLogger(__name__)


def shard_rows(count: int, *, shard: int, shards: int, batch_size: int) -> range:
    """Return the rows of the shard `shard`, counted from 1, of `count` rows: a whole number of consecutive batches.

    Shards differ by at most one batch; where there are more shards than batches, some are empty.
    """
    if not 1 <= shard <= shards:
        raise ValueError(f"shard {shard} of {shards}")
    batches = -(-count // batch_size)
    start, stop = (part * batches // shards * batch_size for part in (shard - 1, shard))
    return range(min(start, count), min(stop, count))


class Joined:
    """The features of the shards behind one another, float32 [N, F]; only the rows asked for are read."""

    def __init__(self, parts: Sequence[Rows]) -> None:
        """Take the shards' features, [n, F] each, in memory or on disk; a shard may be empty."""
        counts = [part.shape[0] for part in parts]
        self._parts, self._starts = parts, np.cumsum([0, *counts[:-1]]).tolist()
        self.shape: tuple[int, ...] = (sum(counts), *parts[0].shape[1:])

    def __getitem__(self, rows: slice) -> np.ndarray:
        """Read consecutive rows."""
        start, stop, _ = rows.indices(self.shape[0])
        found = [np.empty((0, *self.shape[1:]), dtype=np.float32)]
        for first, part in zip(self._starts, self._parts, strict=True):
            if first < stop and start < first + part.shape[0]:
                found.append(part[max(start - first, 0) : stop - first])
        return np.concatenate(found)


def join_features(parts: Sequence[tuple[pd.DataFrame, Rows]]) -> tuple[pd.DataFrame, Joined]:
    """Put the shards' features behind one another, in the order given.

    Raises:
        InputError: two shards share an image.
    """
    frame = pd.concat([part for part, _ in parts], ignore_index=True)
    shared = frame["image_id"][frame["image_id"].duplicated()]
    if len(shared):
        raise InputError(
            f"the features' shards share {len(shared)} images, first: {shared.iloc[0]}; extract them again"
        )
    log.info("%d images in %d shards", len(frame), len(parts))
    return frame, Joined([matrix for _, matrix in parts])


def common_metadata(shards: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    """Return what all shards say of how they were made.

    Raises:
        InputError: they were not made by the same network, settings, precision and decoder.
    """
    keys = sorted({key for shard in shards for key in shard})
    differing = [key for key in keys if len({shard.get(key) for shard in shards}) > 1]
    if differing:
        raise InputError(f"the features' shards differ in {', '.join(differing)}; extract them again on like machines")
    return shards[0]
