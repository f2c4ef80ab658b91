"""Losses on softmaxes over a batch: matched pairs against the others, and a teacher's similarities for a student.

Both are those of our reconstruction of CL2CM (Wang et al. 2024), whose own equations are not known; the contrastive
loss is InfoNCE (van den Oord et al. 2018) in both directions, as in CLIP (Radford et al. 2021).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from crosscap.models.similarity import cosine_similarity


def contrastive_loss(first: Tensor, second: Tensor, *, temperature: float, negatives: Tensor) -> Tensor:
    """Return the mean of -log P(second k | first k) and -log P(first k | second k) over a batch of matched pairs k.

    P is the softmax of the cosines over `temperature`, among the matched item and the negatives: what is neither, such
    as another caption of the same image, is left out. The loss is a mean over the batch, unlike the ranking loss. An
    item without negatives adds nothing.

    Shapes:
        first [B, E], second [B, E]: row k of one is matched with row k of the other.
        negatives [B, B] bool: which rows of `first` and of `second` are mismatched; the diagonal is not read.
    """
    pairs = torch.arange(len(first), device=first.device)
    compared = negatives | torch.eye(len(first), dtype=torch.bool, device=first.device)
    logits = (cosine_similarity(first, second) / temperature).masked_fill(~compared, -torch.inf)
    return (functional.cross_entropy(logits, pairs) + functional.cross_entropy(logits.T, pairs)) / 2


def distillation_loss(teacher: Tensor, student: Tensor, *, temperature: float) -> Tensor:
    """Return the divergence of a student's distributions of similarities in a batch from its teacher's.

    It is the mean of KL(teacher || student) of the rows' softmaxes and of the columns', each averaged over the batch;
    rows run over captions in the hub's language for the teacher and over their images for the student, columns over
    the same captions in another language. The teacher learns nothing from it.

    Shapes:
        teacher [B, B], student [B, B]: similarities, divided by `temperature` here.
    """
    taught, learned = teacher.detach() / temperature, student / temperature
    return (_divergence(taught, learned) + _divergence(taught.T, learned.T)) / 2


def _divergence(taught: Tensor, learned: Tensor) -> Tensor:
    """Return the mean over the rows of KL(softmax of taught || softmax of learned)."""
    return functional.kl_div(
        learned.log_softmax(dim=1), taught.log_softmax(dim=1), log_target=True, reduction="batchmean"
    )
