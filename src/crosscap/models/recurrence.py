"""The GRU's state after each caption's last word (Cho et al. 2014, in cuDNN's form).

On CUDA this is PyTorch's GRU over a packed sequence. On a CPU that GRU adds to the weights' gradients at each time
step, a full matrix each time; the function here keeps the gates' gradients instead and multiplies once at the end,
which gives the same numbers in less time (`benchmarks/training_step.py`).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from crosscap.devices import moved
from crosscap.models.widening import widened


def final_state(recurrence: nn.GRU, vectors: Tensor, lengths: Tensor) -> Tensor:
    """Return a one-layer GRU's state after it has read each caption; padding never enters.

    A bidirectional GRU gives the mean of its two directions, each after the last word that it reads: the backward one
    after the caption's first. LAVSE's code takes the mean at the last word instead and reads padding first, so there
    the backward half has seen the last word alone and depends on the longest caption of the batch.

    Shapes:
        vectors [C, T, D], lengths [C] on the CPU -> [C, H]
    """
    order = torch.argsort(lengths, descending=True)  # packing sorts too, but then has a GPU wait
    vectors = widened(vectors).index_select(0, moved(order, vectors.device))
    with torch.autocast(vectors.device.type, enabled=False):  # on CUDA it would take float16, whatever was asked for
        state = _sorted_state(recurrence, vectors, lengths[order])
    return state.index_select(0, moved(torch.argsort(order), vectors.device))


def _sorted_state(recurrence: nn.GRU, vectors: Tensor, lengths: Tensor) -> Tensor:
    """Return the state after each caption, longest first: [C, T, D], [C] -> [C, H]."""
    if vectors.is_cuda:
        return _library_state(recurrence, vectors, lengths)
    state = _direction_state(recurrence, vectors, lengths, suffix="l0")
    if not recurrence.bidirectional:
        return state
    backward = _direction_state(recurrence, _reverse(vectors, lengths), lengths, suffix="l0_reverse")
    return (state + backward) / 2


def _library_state(recurrence: nn.GRU, vectors: Tensor, lengths: Tensor) -> Tensor:
    """Return the same by PyTorch's own GRU, which on CUDA is cuDNN's: all words in one call, without waiting."""
    packed = pack_padded_sequence(vectors, lengths, batch_first=True)
    return recurrence(packed)[1].mean(dim=0)  # one state a direction


def _reverse(vectors: Tensor, lengths: Tensor) -> Tensor:
    """Turn each caption's words round within its length: [C, T, D] -> [C, T, D]; what stands behind is arbitrary."""
    count, longest, _ = vectors.shape
    words = (lengths[:, None] - 1 - torch.arange(longest)).clamp(min=0)  # [C, T]
    rows = (torch.arange(count)[:, None] * longest + words).flatten()
    # Indexing by rows and words at once says the same, but its gradient on a CPU is slow.
    return vectors.flatten(0, 1).index_select(0, rows).unflatten(0, (count, longest))


def _direction_state(recurrence: nn.GRU, vectors: Tensor, lengths: Tensor, *, suffix: str) -> Tensor:
    """Return the last state of the direction whose weights end in `suffix`, reading forward: [C, T, D] -> [C, H]."""
    packed = pack_padded_sequence(vectors, lengths, batch_first=True)
    weights = [getattr(recurrence, f"{name}_{suffix}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    state: Tensor = _PackedGru.apply(packed.data, packed.batch_sizes.tolist(), *weights)
    return state


class _PackedGru(torch.autograd.Function):
    """A GRU over a packed sequence, whose rows stand by time step and by falling length within a step.

    Legend: S words of all captions, C captions, D input width, H state width. A step's rows are the first ones of the
    step before it, so the state of a caption that has ended simply stays.
    """

    @staticmethod
    def forward(
        ctx: Any,
        words: Tensor,
        batch_sizes: list[int],
        input_weight: Tensor,
        state_weight: Tensor,
        input_bias: Tensor,
        state_bias: Tensor,
    ) -> Tensor:
        """Run the words [S, D] through the recurrence and return the last states [C, H]."""
        width = state_weight.shape[1]
        from_input = torch.addmm(input_bias, words, input_weight.T)  # [S, 3H]: reset, update, new
        state = words.new_zeros(batch_sizes[0], width)
        before = words.new_empty(len(words), width)  # the states that each step started from
        gates = torch.empty_like(from_input)  # reset, update, new after their non-linearity
        candidate = torch.empty_like(before)  # the state's part of `new`, before the reset gate
        for step in _steps(batch_sizes):
            rows = step.stop - step.start
            before[step] = state[:rows]
            from_state = torch.addmm(state_bias, state[:rows], state_weight.T)  # [rows, 3H]
            reset_update = gates[step, : 2 * width]
            torch.add(from_input[step, : 2 * width], from_state[:, : 2 * width], out=reset_update).sigmoid_()
            reset, update = reset_update.chunk(2, dim=1)
            candidate[step] = from_state[:, 2 * width :]
            new = torch.addcmul(from_input[step, 2 * width :], reset, candidate[step]).tanh_()
            gates[step, 2 * width :] = new
            state[:rows] = new.lerp(state[:rows], update)  # (1 - update) new + update state
        ctx.save_for_backward(words, input_weight, state_weight, before, gates, candidate)
        ctx.batch_sizes = batch_sizes
        return state

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of the words and the four weights, given that of the last states [C, H]."""
        words, input_weight, state_weight, before, gates, candidate = ctx.saved_tensors
        width = state_weight.shape[1]
        to_state = gradients[0].clone()
        to_input = torch.empty_like(gates)  # gradients of the input's part of the gates, [S, 3H]
        to_recurrent = torch.empty_like(gates)  # of the state's part, [S, 3H]
        for step in reversed(_steps(ctx.batch_sizes)):
            current = to_state[: step.stop - step.start]
            reset, update, new = gates[step].chunk(3, dim=1)
            to_new = current * (1 - update) * (1 - new.square())
            to_input[step, 2 * width :] = to_new
            to_input[step, width : 2 * width] = current * (before[step] - new) * update * (1 - update)
            to_input[step, :width] = to_new * candidate[step] * reset * (1 - reset)
            to_recurrent[step] = to_input[step]
            to_recurrent[step, 2 * width :] *= reset
            current.copy_(torch.addmm(current * update, to_recurrent[step], state_weight))
        return (
            to_input @ input_weight,
            None,
            to_input.T @ words,
            to_recurrent.T @ before,
            to_input.sum(dim=0),
            to_recurrent.sum(dim=0),
        )


def _steps(batch_sizes: list[int]) -> list[slice]:
    """Return the rows of each time step."""
    ends = torch.tensor(batch_sizes).cumsum(0).tolist()
    return [slice(end - size, end) for size, end in zip(batch_sizes, ends, strict=True)]
