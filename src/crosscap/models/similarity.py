"""Similarities of captions and images for training; larger is better.

Order similarity follows Vendrov et al. (2016), "Order-Embeddings of Images and Language": S(c, i) = -|max(0, c -
i)|^2. The caption is the more general item, so S is zero when the image is at least as large in every dimension;
swapping the arguments is another, wrong model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

CHUNK_ELEMENTS = 1 << 20  # of a [captions, images, dimensions] block: 4 MB, which stays in a core's cache
ROOT_FLOOR = 1e-12  # keeps the root's gradient finite where nothing is violated


def cosine_similarity(captions: Tensor, images: Tensor) -> Tensor:
    """Return the cosine of every caption and image.

    Shapes:
        captions [C, E], images [N, E] -> [C, N]
    """
    return functional.normalize(captions, dim=1) @ functional.normalize(images, dim=1).T


def order_similarity(captions: Tensor, images: Tensor, *, power: int = 2) -> Tensor:
    """Return -|max(0, c - i)|^power for every caption and image.

    Power 2 is the paper's form; power 1, its root, is that of the AME and VSE++ codes. Both rank alike.

    Shapes:
        captions [C, E], images [N, E] -> [C, N]
    """
    squared: Tensor = _OrderViolation.apply(captions, images)
    return -squared if power == 2 else -(squared + ROOT_FLOOR).sqrt()


class _OrderViolation(torch.autograd.Function):
    """The sum of squared violations of all pairs, in memory linear in the number of captions and images.

    Autograd would keep the [C, N, E] violations; the backward pass computes them again instead, block by block:
    dV/dc = 2 sum_n g max(0, c - i_n) and dV/di = -2 sum_c g max(0, c_c - i).
    """

    @staticmethod
    def forward(ctx: Any, captions: Tensor, images: Tensor) -> Tensor:
        """Return the violations [C, N]."""
        ctx.save_for_backward(captions, images)
        squared = captions.new_empty(len(captions), len(images))
        for block, violations in _violations(captions, images):
            squared[block] = violations.square_().sum(dim=2)
        return squared

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients [C, E] and [N, E], given that of the violations [C, N]."""
        captions, images = ctx.saved_tensors
        to_captions, to_images = torch.empty_like(captions), torch.zeros_like(images)
        for block, violations in _violations(captions, images):
            weighted = violations.mul_(2 * gradients[0][block][:, :, None])  # [c, N, E]
            to_captions[block] = weighted.sum(dim=1)
            to_images -= weighted.sum(dim=0)
        return to_captions, to_images


def _violations(captions: Tensor, images: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Yield max(0, c - i) of each pair for some captions at a time, and which captions these are: [c, N, E].

    All blocks come in the same memory: the system would take longer to hand out new pages than the sums take.
    """
    rows = max(1, CHUNK_ELEMENTS // images.numel())
    memory = images.new_empty(min(rows, len(captions)), *images.shape)
    for start in range(0, len(captions), rows):
        block = slice(start, start + rows)
        some = captions[block, None]  # [c, 1, E]
        yield block, torch.sub(some, images, out=memory[: len(some)]).clamp_(min=0)
