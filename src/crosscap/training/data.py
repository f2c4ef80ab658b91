"""What a training run sees: captions as a text encoder reads them, beside their images' features, a set a split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from crosscap.devices import has_room, moved
from crosscap.faults import InputError
from crosscap.parquet import Rows
from crosscap.training.texts import Reading


@dataclass(frozen=True)
class CaptionSet:
    """The captions of a split, all languages together, and the images they describe.

    Shapes:
        features [N, R F]; inputs [C, T, ...] of the text encoder; lengths [C]; languages [C]; positions [C] among an
        image's captions in a language; image_rows [C] into features.

    The shapes within a training step follow from the last four, which therefore stay on the CPU: read from a GPU, each
    would wait for all that it still has to do.
    """

    image_ids: tuple[str, ...]
    caption_ids: tuple[str, ...]
    features: Tensor
    inputs: Tensor
    lengths: Tensor
    languages: Tensor
    positions: Tensor
    image_rows: Tensor

    def __len__(self) -> int:
        """Return the number of captions."""
        return len(self.lengths)

    def to(self, device: str) -> CaptionSet:
        """Return the set with inputs and features on `device`; features that would fill it stay on the CPU."""
        features = self.features.to(device) if has_room(device, self.features) else self.features
        return replace(self, features=features, inputs=self.inputs.to(device))

    def images(self, rows: Tensor) -> Tensor:
        """Return the features of some images, on the set's device wherever they are kept: [B] -> [B, R F]."""
        return moved(self.features[moved(rows, self.features.device)], self.inputs.device)

    def texts(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return what a text encoder takes of some captions [B], cut to the longest: inputs, lengths, languages."""
        lengths = self.lengths[rows]
        return self.inputs[moved(rows, self.inputs.device), : int(lengths.max())], lengths, self.languages[rows]


def caption_set(
    images: pd.DataFrame,
    features: Rows,
    *,
    tokens: Mapping[str, pd.DataFrame],
    reading: Reading,
    split: str,
) -> CaptionSet:
    """Gather the captions and images of one split.

    `images` and `features` [N, R F] are all images in the same order; of features on disk, only the split's are read.
    `tokens` is keyed by language, in the order of the model's languages; `reading` makes a language's captions the
    inputs of the text encoder.

    Raises:
        InputError: a language has no caption in the split.
    """
    rows = np.flatnonzero(images["split"].to_numpy() == split)
    image_ids = images["image_id"].to_numpy()[rows]
    chosen = {language: frame[frame["split"] == split] for language, frame in tokens.items()}
    if empty := [language for language, frame in chosen.items() if frame.empty]:
        raise InputError(
            f"no {split} captions in {', '.join(empty)}; add some to the data set (its split column or "
            "dataset.folder.split_percent says which images are for what)"
        )
    texts = text_set(chosen, reading=reading, languages=list(tokens))
    described = pd.concat(chosen.values())["image_id"]
    return replace(
        texts,
        image_ids=tuple(image_ids),
        features=torch.from_numpy(features[rows]),
        image_rows=torch.tensor(pd.Series(np.arange(len(rows)), index=image_ids)[described].to_numpy()),
    )


def text_set(tokens: Mapping[str, pd.DataFrame], *, reading: Reading, languages: Sequence[str]) -> CaptionSet:
    """Gather texts by language, without images; `languages` are the model's, whose numbers count."""
    sequences = [inputs for language, frame in tokens.items() for inputs in reading(language, frame)]
    together = pd.concat(tokens.values())
    numbers = [languages.index(language) for language in tokens]
    return CaptionSet(
        image_ids=(),
        caption_ids=tuple(together["caption_id"]),
        features=torch.empty(0),
        inputs=padded(sequences),
        lengths=torch.tensor([len(inputs) for inputs in sequences]),
        languages=torch.from_numpy(np.repeat(numbers, [len(frame) for frame in tokens.values()])),
        positions=torch.tensor(together["position"].to_numpy()),
        image_rows=torch.empty(0, dtype=torch.long),
    )


def padded(sequences: Sequence[np.ndarray]) -> Tensor:
    """Stack sequences [T_c, ...] of different lengths with zeros behind, which is the padding of every encoder."""
    longest = max(len(sequence) for sequence in sequences)
    stacked = np.zeros((len(sequences), longest, *sequences[0].shape[1:]), dtype=sequences[0].dtype)
    for row, sequence in zip(stacked, sequences, strict=True):
        row[: len(sequence)] = sequence
    return torch.from_numpy(stacked)
