"""The cluster-tightening loss: an image and its caption close together, the hardest wrong caption far from both.

Aggarwal and Kale (2020), "Towards Zero-shot Cross-lingual Image Retrieval", push wrong texts away from the right text
too, not from the image alone. The form of their loss is not known to us: both forms here are reconstructions.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from crosscap.models.similarity import ROOT_FLOOR, cosine_similarity

TighteningForm = Literal["ratio", "hinge"]

SAME_COSINE = 1e-6  # captions whose cosine is as near to 1 are the same, but for rounding
DENOMINATOR_FLOOR = 1e-6  # keeps a ratio finite where a wrong caption equals the right one


def tightening_loss(
    images: Tensor,
    captions: Tensor,
    *,
    form: TighteningForm,
    negatives: Tensor,
    margin: float,
    image_weight: float,
    text_weight: float,
    power: float,
) -> Tensor:
    """Return the loss of a batch whose pair k is image k with caption k, summed over the batch as the ranking loss is.

    With d the Euclidean distance, i an image, t its caption and w the wrong caption most similar to i:

    - ``ratio``: image_weight d(i,t)^power / d(i,w)^power + text_weight d(i,t)^power / d(t,w)^power; no margin is read;
    - ``hinge``: d(i,t) + image_weight max(0, margin - d(i,w)) + text_weight max(0, margin - d(t,w)); no power is read.

    A caption that lies where the right one does, as one of the same words does, is not wrong: the ratio form would be
    all about that pair. An image without a wrong caption adds d(i,t) to the hinge form, and nothing to the ratio form.

    Shapes:
        images [B, E], captions [B, E]: of length 1, so that distances lie between 0 and 2.
        negatives [B, B] bool: row a caption, column an image, which pairs count as mismatched; never the diagonal.
    """
    negatives = negatives & ~_same(captions.detach())
    wrong = captions[_hardest_captions(images.detach(), captions.detach(), negatives)]
    matched, to_image, to_text = _distances(images, captions), _distances(images, wrong), _distances(captions, wrong)
    if form == "hinge":
        pushed = image_weight * (margin - to_image).clamp(min=0) + text_weight * (margin - to_text).clamp(min=0)
        return (matched + pushed * negatives.any(dim=0)).sum()
    pulled = image_weight / (to_image**power + DENOMINATOR_FLOOR) + text_weight / (to_text**power + DENOMINATOR_FLOOR)
    return (matched**power * pulled * negatives.any(dim=0)).sum()


def _hardest_captions(images: Tensor, captions: Tensor, negatives: Tensor) -> Tensor:
    """Return each image's most similar wrong caption: [B, E], [B, E], [B, B] bool -> [B]; any where it has none."""
    return cosine_similarity(captions, images).masked_fill(~negatives, -torch.inf).argmax(dim=0)


def _same(captions: Tensor) -> Tensor:
    """Return which captions lie at the same place: [B, E] -> [B, B] bool."""
    return cosine_similarity(captions, captions) > 1 - SAME_COSINE


def _distances(first: Tensor, second: Tensor) -> Tensor:
    """Return the Euclidean distance of each row to its counterpart, with a finite gradient where they are equal."""
    return ((first - second).square().sum(dim=1) + ROOT_FLOOR).sqrt()
