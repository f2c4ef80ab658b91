"""What a training run sees: captions as word ids beside the features of their images, one set a split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from crosscap.faults import InputError
from crosscap.text.vocabulary import PAD, encode


@dataclass(frozen=True)
class CaptionSet:
    """The captions of a split, all languages together, and the images they describe.

    Shapes:
        features [N, F]; ids [C, T] into the model's word table; lengths [C], on the CPU; languages [C];
        image_rows [C] into features.
    """

    image_ids: tuple[str, ...]
    caption_ids: tuple[str, ...]
    features: Tensor
    ids: Tensor
    lengths: Tensor
    languages: Tensor
    image_rows: Tensor

    def __len__(self) -> int:
        """Return the number of captions."""
        return len(self.lengths)

    def to(self, device: str) -> CaptionSet:
        """Return the set with everything but the lengths on `device`."""
        return CaptionSet(
            image_ids=self.image_ids,
            caption_ids=self.caption_ids,
            features=self.features.to(device),
            ids=self.ids.to(device),
            lengths=self.lengths,
            languages=self.languages.to(device),
            image_rows=self.image_rows.to(device),
        )


def caption_set(
    images: pd.DataFrame,
    features: np.ndarray,
    *,
    tokens: Mapping[str, pd.DataFrame],
    words: Mapping[str, Sequence[str]],
    split: str,
) -> CaptionSet:
    """Gather the captions and images of one split.

    `images` and `features` [N, F] are all images in the same order; `tokens` and `words` are keyed by language, in the
    order of the model's word table.

    Raises:
        InputError: a language has no caption in the split.
    """
    rows = np.flatnonzero(images["split"].to_numpy() == split)
    image_ids = images["image_id"].to_numpy()[rows]
    position = pd.Series(np.arange(len(rows)), index=image_ids)
    chosen = {language: frame[frame["split"] == split] for language, frame in tokens.items()}
    if empty := [language for language, frame in chosen.items() if frame.empty]:
        raise InputError(
            f"no {split} captions in {', '.join(empty)}; add some to the data set (its split column or "
            "dataset.folder.split_percent says which images are for what)"
        )
    sequences: list[np.ndarray] = []
    offset = 0
    for language, frame in chosen.items():
        sequences += [ids + offset for ids in encode(frame["tokens"], words[language])]
        offset += len(words[language])
    together = pd.concat(chosen.values())
    return CaptionSet(
        image_ids=tuple(image_ids),
        caption_ids=tuple(together["caption_id"]),
        features=torch.from_numpy(features[rows]),
        ids=_padded(sequences),
        lengths=torch.tensor([len(ids) for ids in sequences]),
        languages=torch.from_numpy(np.repeat(np.arange(len(chosen)), [len(frame) for frame in chosen.values()])),
        image_rows=torch.tensor(position[together["image_id"]].to_numpy()),
    )


def _padded(sequences: Sequence[np.ndarray]) -> Tensor:
    """Stack sequences of different lengths: [C, T]."""
    ids = np.full((len(sequences), max(len(sequence) for sequence in sequences)), PAD, dtype=np.int64)
    for row, sequence in zip(ids, sequences, strict=True):
        row[: len(sequence)] = sequence
    return torch.from_numpy(ids)
