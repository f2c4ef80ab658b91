"""The small transformer."""

import warnings

import pytest
import torch

from crosscap.faults import InputError
from crosscap.models.transformer import SmallTransformer


@pytest.fixture
def transformer():
    torch.manual_seed(0)
    return SmallTransformer(8, layers=2, heads=2, positions=6).eval()


def test_a_caption_does_not_depend_on_its_batch(transformer):
    vectors = torch.randn(2, 5, 8)
    both = transformer(vectors, torch.tensor([3, 5]))
    alone = transformer(vectors[:1, :3], torch.tensor([3]))
    torch.testing.assert_close(both[:1, :3], alone)


def test_what_stands_in_the_padding_does_not_matter(transformer):
    vectors, lengths = torch.randn(2, 5, 8), torch.tensor([3, 5])
    other = vectors.clone()
    other[0, 3:] = 100.0
    torch.testing.assert_close(transformer(vectors, lengths), transformer(other, lengths))


def test_states_behind_the_last_word_are_zero(transformer):
    states = transformer(torch.randn(2, 5, 8), torch.tensor([3, 5]))
    assert states.shape == (2, 5, 8)
    assert not states[0, 3:].any()
    assert states[1].any(dim=1).all()


def test_longer_captions_are_cut_to_the_positions(transformer):
    vectors = torch.randn(2, 9, 8)
    states = transformer(vectors, torch.tensor([9, 2]))
    assert states.shape == (2, 6, 8)
    torch.testing.assert_close(states, transformer(vectors[:, :6], torch.tensor([6, 2])))


def test_the_same_word_in_two_places_differs(transformer):
    states = transformer(torch.ones(1, 3, 8), torch.tensor([3]))[0]
    assert not torch.allclose(states[0], states[1])


def test_use_and_training_compute_the_same_without_warnings(transformer):
    vectors, lengths = torch.randn(2, 5, 8), torch.tensor([3, 5])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained = transformer.train()(vectors, lengths)
        transformer.eval()
        with torch.no_grad():
            torch.testing.assert_close(transformer(vectors, lengths), trained)
        with torch.inference_mode():
            torch.testing.assert_close(transformer(vectors, lengths).clone(), trained)


def test_each_layer_starts_from_numbers_of_its_own(transformer):
    first, second = (layer.linear1.weight for layer in transformer.layers)
    assert not torch.equal(first, second)


def test_every_parameter_learns(transformer):
    transformer.train()(torch.randn(2, 6, 8), torch.tensor([3, 6])).square().sum().backward()
    assert all(weight.grad is not None for weight in transformer.parameters())


def test_parameter_counts():
    width, layers = 8, 2
    a_layer = 4 * (width * width + width) + 2 * 4 * width * width + 5 * width + 2 * 2 * width
    counted = sum(w.numel() for w in SmallTransformer(width, layers=layers, heads=2, positions=6).parameters())
    assert counted == layers * a_layer + 6 * width + 2 * width


def test_heads_that_do_not_divide_the_width_are_named():
    with pytest.raises(InputError, match="dimension 8 cannot be split among 3 attention heads"):
        SmallTransformer(8, layers=1, heads=3, positions=4)
