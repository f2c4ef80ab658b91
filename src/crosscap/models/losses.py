"""The ranking loss: a matched caption and image must score higher than mismatched ones, by a margin."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

HingeName = Literal["sum", "max"]


def ranking_loss(scores: Tensor, *, margin: float, hinge: HingeName, negatives: Tensor) -> Tensor:
    """Return the summed hinge losses of a batch whose pair k is caption k with image k.

    ``sum`` adds up all violations (Kiros et al. 2014; AME eq. 2), ``max`` takes the hardest negative of each caption
    and of each image (VSE++, Faghri et al. 2018). The loss is a sum over the batch, as in the published codes, whose
    learning rates and clipping assume that.

    Shapes:
        scores [B, B]: row a caption, column an image, matched on the diagonal.
        negatives [B, B] bool: which pairs count as mismatched; never the diagonal.
    """
    wrong_image, wrong_caption = _violations(scores, margin, negatives)
    if hinge == "sum":
        return wrong_image.sum() + wrong_caption.sum()
    return wrong_image.amax(dim=1).sum() + wrong_caption.amax(dim=0).sum()


def scheduled_ranking_loss(scores: Tensor, *, margin: float, hardness: float, negatives: Tensor) -> Tensor:
    """Return (1 - hardness) of the sum of the hinges and hardness of their maxima, both as in `ranking_loss`.

    The hardest negatives alone are too hard for a model that has learned nothing yet, so they are phased in (LAVSE,
    Wehrmann et al. 2019). Hardness 0 is the hinge ``sum``, hardness 1 is ``max``.

    Shapes:
        scores [B, B]: row a caption, column an image (or a caption), matched on the diagonal.
        negatives [B, B] bool: which pairs count as mismatched; never the diagonal.
    """
    wrong_image, wrong_caption = _violations(scores, margin, negatives)
    every = wrong_image.sum() + wrong_caption.sum()
    hardest = wrong_image.amax(dim=1).sum() + wrong_caption.amax(dim=0).sum()
    return (1 - hardness) * every + hardness * hardest


def schedule_hardness(beta: float, step: int) -> float:
    """Return the hardness of a training step, 1 - beta^step (LAVSE); the first step is 1, where it is 1 - beta."""
    return 1 - beta**step


def _violations(scores: Tensor, margin: float, negatives: Tensor) -> tuple[Tensor, Tensor]:
    """Return by how much each wrong image comes within the margin of its caption's, and each wrong caption: [B, B]."""
    matched = scores.diagonal()
    wrong_image = (margin + scores - matched[:, None]).clamp(min=0) * negatives  # rows are captions
    wrong_caption = (margin + scores - matched[None, :]).clamp(min=0) * negatives  # columns are images
    return wrong_image, wrong_caption


def mismatched_pairs(images: Tensor, *, same_image_negatives: bool) -> Tensor:
    """Return which captions and images of a batch count as mismatched, given the image of each pair.

    With `same_image_negatives` another caption of the same image is one, as in AME's code; without, it is not.

    Shapes:
        images [B] -> [B, B] bool
    """
    if same_image_negatives:
        return ~torch.eye(len(images), dtype=torch.bool, device=images.device)
    return images[:, None] != images[None, :]
