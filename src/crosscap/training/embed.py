"""What a model makes of images and captions, and the embeddings table: a split's in the joint space of a model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from crosscap.devices import best_device
from crosscap.faults import InputError
from crosscap.models.joint import JointModel
from crosscap.training.data import CaptionSet, text_set
from crosscap.training.texts import Reading

CAPTIONS_AT_ONCE = 512
IMAGES_AT_ONCE = 1024


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


def text_embeddings(model: JointModel, tokens: pd.DataFrame, *, reading: Reading) -> tuple[pd.DataFrame, np.ndarray]:
    """Embed texts without images and return the table `embeddings` with its matrix [C, E].

    Texts in languages that the model does not know are left out.

    Raises:
        InputError: no text is left.
    """
    known = [code for code in model.architecture.languages if (tokens["language"] == code).any()]
    if not known:
        found = ", ".join(sorted(tokens["language"].unique()))
        raise InputError(f"the texts are in {found}, the model knows {', '.join(model.architecture.languages)}")
    tables = {language: tokens[tokens["language"] == language] for language in known}
    texts = text_set(tables, reading=reading, languages=model.architecture.languages)
    together = pd.concat(tables.values())
    frame = pd.DataFrame(
        {
            "item_id": together["caption_id"],
            "image_id": together["image_id"],
            "kind": "caption",
            "language": together["language"],
        }
    ).reset_index(drop=True)
    return frame, embed_texts(model.to(best_device()), texts.to(best_device()))


def embed_set(model: JointModel, captions: CaptionSet) -> tuple[np.ndarray, np.ndarray]:
    """Embed a set's images [N, E] and captions [C, E]."""
    return embed_images(model, captions.features), embed_texts(model, captions)


@torch.inference_mode()
def embed_images(model: JointModel, features: Tensor) -> np.ndarray:
    """Embed features of images: [N, R F] -> [N, E]."""
    model.eval()
    device = next(model.parameters()).device  # features may be kept elsewhere (`CaptionSet.to`)
    blocks = features.split(IMAGES_AT_ONCE)
    return np.concatenate([model.embed_images(block.to(device)).cpu().numpy() for block in blocks])


@torch.inference_mode()
def embed_texts(model: JointModel, captions: CaptionSet) -> np.ndarray:
    """Embed a set's captions: [C, E]."""
    model.eval()
    # equal lengths together: a batch of captions costs as much as its longest
    order = torch.argsort(captions.lengths, stable=True)
    embedded = np.empty((len(captions), model.architecture.joint_dimension), dtype=np.float32)
    for rows in order.split(CAPTIONS_AT_ONCE):
        embedded[rows.numpy()] = model.embed_captions(*captions.texts(rows)).cpu().numpy()
    return embedded
