"""The GRU's last state."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from crosscap.models.recurrence import final_state

GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


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


@pytest.mark.parametrize("lengths", [[5, 2, 7, 1], [3, 3, 3], [4]])
def test_both_directions_equal_pytorchs_gru_over_one_caption_at_a_time(lengths):
    torch.manual_seed(0)
    gru = nn.GRU(6, 4, batch_first=True, bidirectional=True).double()
    vectors = torch.randn(len(lengths), max(lengths), 6, dtype=torch.float64, requires_grad=True)
    target = torch.randn(len(lengths), 4, dtype=torch.float64)
    states = [gru(vectors[[row], :length])[0][0] for row, length in enumerate(lengths)]  # each [length, 2 H]
    theirs = torch.stack([(state[-1, :4] + state[0, 4:]) / 2 for state in states])
    ours = final_state(gru, vectors, torch.tensor(lengths))
    torch.testing.assert_close(ours, theirs)
    packed = pack_padded_sequence(vectors, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    torch.testing.assert_close(ours, gru(packed)[1].mean(dim=0))  # what a GPU computes
    wanted = [vectors, *gru.parameters()]
    torch.testing.assert_close(
        torch.autograd.grad((ours * target).sum(), wanted), torch.autograd.grad((theirs * target).sum(), wanted)
    )


@pytest.mark.parametrize("bidirectional", [False, True])
def test_what_stands_in_the_padding_does_not_matter(bidirectional):
    torch.manual_seed(0)
    gru = nn.GRU(6, 4, batch_first=True, bidirectional=bidirectional)
    vectors, lengths = torch.randn(3, 5, 6), torch.tensor([5, 2, 3])
    other = vectors.clone()
    for row, length in enumerate(lengths):
        other[row, length:] = torch.randn(5 - length, 6)
    assert torch.equal(final_state(gru, vectors, lengths), final_state(gru, other, lengths))


def test_a_palindrome_reads_the_same_in_both_directions():
    torch.manual_seed(0)
    gru = nn.GRU(6, 4, batch_first=True, bidirectional=True)
    forward = nn.GRU(6, 4, batch_first=True)
    forward.load_state_dict({name: weight for name, weight in gru.state_dict().items() if "reverse" not in name})
    gru.load_state_dict({name: gru.state_dict()[name.removesuffix("_reverse")] for name in gru.state_dict()})
    first, second = torch.randn(2, 6)
    palindrome, lengths = torch.stack([first, second, first])[None], torch.tensor([3])
    torch.testing.assert_close(final_state(gru, palindrome, lengths), final_state(forward, palindrome, lengths))


@GPU
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_gpu_gives_the_same(bidirectional):
    torch.manual_seed(0)
    gru = nn.GRU(6, 4, batch_first=True, bidirectional=bidirectional).double()
    vectors, lengths = torch.randn(3, 5, 6, dtype=torch.float64), torch.tensor([5, 2, 3])
    here = final_state(gru, vectors, lengths)
    torch.testing.assert_close(final_state(gru.cuda(), vectors.cuda(), lengths).cpu(), here)


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=GPU)])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_autocast_changes_no_bit(bidirectional, device):
    torch.manual_seed(0)
    gru = nn.GRU(6, 4, batch_first=True, bidirectional=bidirectional).to(device)
    vectors = torch.randn(3, 5, 6, dtype=torch.bfloat16, device=device, requires_grad=True)  # as autocast leaves them
    found = []
    for enabled in (True, False):
        with torch.autocast(device, dtype=torch.bfloat16, enabled=enabled):
            state = final_state(gru, vectors if enabled else vectors.float(), torch.tensor([5, 2, 3]))
        found.append([state, *torch.autograd.grad(state.square().sum(), [vectors, *gru.parameters()])])
    assert found[0][0].dtype == torch.float32
    assert all(map(torch.equal, *found))


@pytest.mark.parametrize("bidirectional", [False, True])
def test_gradient_is_the_true_one(bidirectional):
    torch.manual_seed(1)
    gru = nn.GRU(3, 2, batch_first=True, bidirectional=bidirectional).double()
    vectors = torch.randn(3, 4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda v: final_state(gru, v, torch.tensor([4, 1, 2])), (vectors,))
