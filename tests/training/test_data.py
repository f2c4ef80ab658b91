"""The captions and images of a split, and where they are kept."""

import numpy as np
import torch

from crosscap.training import data


def test_features_that_would_fill_a_device_stay_behind_and_follow_by_the_batch(make_trainer, monkeypatch):
    captions = make_trainer().train
    rows = torch.tensor([3, 0, 3])
    assert torch.equal(captions.images(rows), captions.features[rows])
    assert captions.to("meta").features.device.type == "meta"
    monkeypatch.setattr(data, "has_room", lambda device, tensor: False)
    moved = captions.to("meta")
    assert moved.features is captions.features
    assert (moved.inputs.device.type, moved.images(rows).device.type) == ("meta", "meta")


def test_only_the_features_of_the_split_are_read(tables):
    images, matrix, tokens = tables

    class Stored:
        shape = matrix.shape

        def __getitem__(self, rows):
            self.read = rows.tolist()
            return matrix[rows]

    stored = Stored()
    captions = data.caption_set(
        images, stored, tokens=tokens, reading=lambda language, frame: [np.zeros(3)] * len(frame), split="val"
    )
    assert stored.read == list(range(16, 24))
    assert captions.features.numpy().tobytes() == matrix[16:].tobytes()
