"""The GRU's last state."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from crosscap.models.recurrence import final_state


@pytest.mark.parametrize("lengths", [[5, 2, 7, 1], [3, 3, 3], [4]])
def test_equals_pytorchs_gru_with_its_gradients(lengths):
    torch.manual_seed(0)
    gru = nn.GRU(6, 4, batch_first=True).double()
    vectors = torch.randn(len(lengths), max(lengths), 6, dtype=torch.float64, requires_grad=True)
    target = torch.randn(len(lengths), 4, dtype=torch.float64)
    wanted = [vectors, *gru.parameters()]
    packed = pack_padded_sequence(vectors, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    theirs = gru(packed)[1][0]
    ours = final_state(gru, vectors, torch.tensor(lengths))
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(
        torch.autograd.grad((ours * target).sum(), wanted), torch.autograd.grad((theirs * target).sum(), wanted)
    )


def test_gradient_is_the_true_one():
    torch.manual_seed(1)
    gru = nn.GRU(3, 2, batch_first=True).double()
    vectors = torch.randn(3, 4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda v: final_state(gru, v, torch.tensor([4, 1, 2])), (vectors,))
