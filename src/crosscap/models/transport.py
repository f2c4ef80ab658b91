"""Words of two captions aligned by optimal transport: who says the same is found without any dictionary.

Entropic transport follows Cuturi (2013), "Sinkhorn Distances: Lightspeed Computation of Optimal Transport". That CL2CM
(Wang et al. 2024) aligns words so is known, its equations are not: the loss is our reconstruction.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from crosscap.devices import moved


def sinkhorn(cost: Tensor, *, first_weights: Tensor, second_weights: Tensor, epsilon: float, iterations: int) -> Tensor:
    """Return the plan that carries the first weights to the second ones at a small cost, for each of P problems.

    It minimises the sum of plan * cost - epsilon * entropy(plan) by Sinkhorn's algorithm on logarithms, which does not
    underflow however small epsilon is. The plan's columns sum to the second weights exactly, its rows to the first
    ones in the limit of many iterations; the smaller epsilon, the more it takes. What weighs nothing gets nothing.

    Shapes:
        cost [P, M, N], first_weights [P, M], second_weights [P, N] -> [P, M, N]; both weights of a problem have the
        same sum, above zero, and there is at least one iteration.
    """
    kernel = -cost / epsilon
    first_logs, second_logs = first_weights.log(), second_weights.log()  # minus infinity at padding, and stays so
    second_scaling = second_logs
    for _ in range(iterations):
        first_scaling = first_logs - torch.logsumexp(kernel + second_scaling[:, None, :], dim=2)
        second_scaling = second_logs - torch.logsumexp(kernel + first_scaling[:, :, None], dim=1)
    return torch.exp(first_scaling[:, :, None] + kernel + second_scaling[:, None, :])


def word_alignment_loss(
    first_states: Tensor,
    second_states: Tensor,
    *,
    first_lengths: Tensor,
    second_lengths: Tensor,
    epsilon: float,
    iterations: int,
    temperature: float,
) -> Tensor:
    """Return how badly the words of matched captions find each other, as the transport between them pairs them up.

    The plan of the cost 1 - cosine, every word of a caption weighing the same, is taken as given. Each word's row of
    it, made to sum to 1, is the target of the softmax of the word's cosines over `temperature`: their cross-entropy is
    averaged over the caption's words. Both directions are added up; the loss is a mean over the pairs of captions.

    Shapes:
        first_states [P, M, D], second_states [P, N, D]; first_lengths [P], second_lengths [P]: words of each caption,
        at least 1; lengths beyond M or N count as these. What lies behind a caption's last word is not read.
    """
    first_said, second_said = _said(first_states, first_lengths), _said(second_states, second_lengths)
    cosines = functional.normalize(first_states, dim=2) @ functional.normalize(second_states, dim=2).transpose(1, 2)
    with torch.no_grad():
        plan = sinkhorn(
            1 - cosines,
            first_weights=first_said / first_said.sum(dim=1, keepdim=True),
            second_weights=second_said / second_said.sum(dim=1, keepdim=True),
            epsilon=epsilon,
            iterations=iterations,
        )
    logits = cosines / temperature
    forwards = _cross_entropy(plan, logits, first_said, second_said)
    backwards = _cross_entropy(plan.transpose(1, 2), logits.transpose(1, 2), second_said, first_said)
    return (forwards + backwards).mean()


def _said(states: Tensor, lengths: Tensor) -> Tensor:
    """Return which states are a caption's words and not padding: [P, M, D], [P] -> [P, M] bool."""
    return torch.arange(states.shape[1], device=states.device) < moved(lengths, states.device)[:, None]


def _cross_entropy(plan: Tensor, logits: Tensor, words: Tensor, others: Tensor) -> Tensor:
    """Return the mean cross-entropy of each caption's words: [P, M, N], [P, M, N], [P, M] bool, [P, N] bool -> [P]."""
    smallest = torch.finfo(plan.dtype).tiny  # rows of padding are all zero
    targets = plan / plan.sum(dim=2, keepdim=True).clamp(min=smallest)
    guesses = logits.masked_fill(~others[:, None, :], -torch.inf).log_softmax(dim=2)
    guesses = guesses.masked_fill(~others[:, None, :], 0.0)  # no mass meets them, but 0 * infinity is not 0
    return -(targets * guesses).sum(dim=(1, 2)) / words.sum(dim=1)
