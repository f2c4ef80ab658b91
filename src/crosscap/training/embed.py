"""The embeddings table: a split's images and captions in a model's joint space."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crosscap.devices import best_device
from crosscap.models.joint import JointModel
from crosscap.training.data import CaptionSet
from crosscap.training.validation import embed_set


def embeddings_table(model: JointModel, captions: CaptionSet) -> tuple[pd.DataFrame, np.ndarray]:
    """Embed a set and return the table `embeddings` with its matrix [images + captions, E], images first."""
    device = best_device()
    images, embedded = embed_set(model.to(device), captions.to(device))
    image_ids = np.array(captions.image_ids, dtype=object)
    languages = np.array(model.architecture.languages, dtype=object)
    frame = pd.DataFrame(
        {
            "item_id": [*captions.image_ids, *captions.caption_ids],
            "image_id": [*image_ids, *image_ids[captions.image_rows.numpy()]],
            "kind": ["image"] * len(images) + ["caption"] * len(embedded),
            "language": [""] * len(images) + languages[captions.languages.numpy()].tolist(),
        }
    )
    return frame, np.concatenate([images, embedded])
