"""The encoders."""

import pytest
import torch

from crosscap.models.encoders import ImageEncoder, TextEncoder


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    blocks = [torch.randn(6, 4), torch.randn(5, 4)]
    made = TextEncoder(blocks, 8, vectors_are="tuned", mapped=True).eval()
    made.maps[1] = torch.linalg.qr(torch.randn(4, 4))[0]
    return made


def test_images_have_length_one_whatever_the_features_scale():
    torch.manual_seed(0)
    encoder = ImageEncoder(5, 3)
    features = torch.rand(4, 5)
    embedded = encoder(features)
    torch.testing.assert_close(embedded.norm(dim=1), torch.ones(4))
    torch.testing.assert_close(encoder(7 * features), embedded)


def test_a_caption_does_not_depend_on_its_batch(encoder):
    ids = torch.tensor([[1, 4, 2, 0, 0], [1, 4, 5, 3, 2]])
    both = encoder(ids, torch.tensor([3, 5]), torch.tensor([0, 0]))
    alone = encoder(ids[:1, :3], torch.tensor([3]), torch.tensor([0]))
    torch.testing.assert_close(both[:1], alone)


def test_what_stands_in_the_padding_does_not_matter(encoder):
    lengths, languages = torch.tensor([3]), torch.tensor([0])
    padded = [encoder(torch.tensor([[1, 4, 2, filler]]), lengths, languages) for filler in (0, 5)]
    assert torch.equal(*padded)


def test_each_language_goes_through_its_own_map(encoder):
    ids = torch.tensor([[7, 9, 8]])  # in the second language's block
    carried = encoder.carried_block(1)
    torch.testing.assert_close(carried, encoder.block(1) @ encoder.maps[1].T)
    plain = TextEncoder([torch.zeros(6, 4), carried.detach()], 8, vectors_are="tuned", mapped=False).eval()
    plain.recurrence.load_state_dict(encoder.recurrence.state_dict())
    lengths, languages = torch.tensor([3]), torch.tensor([1])
    torch.testing.assert_close(encoder(ids, lengths, languages), plain(ids, lengths, languages))


def test_languages_mix_in_a_batch(encoder):
    ids, lengths = torch.tensor([[1, 4, 2], [7, 9, 8]]), torch.tensor([3, 3])
    mixed = encoder(ids, lengths, torch.tensor([0, 1]))
    for row, language in enumerate((0, 1)):
        alone = encoder(ids[[row]], lengths[[row]], torch.tensor([language]))
        torch.testing.assert_close(mixed[[row]], alone)


@pytest.mark.parametrize(("vectors_are", "moves"), [("tuned", True), ("frozen", False)])
def test_frozen_vectors_take_no_gradient(vectors_are, moves):
    encoder = TextEncoder([torch.randn(6, 4)], 8, vectors_are=vectors_are, mapped=False)
    encoder(torch.tensor([[1, 4, 2]]), torch.tensor([3]), torch.tensor([0])).sum().backward()
    assert (encoder.words.weight.grad is not None) is moves
