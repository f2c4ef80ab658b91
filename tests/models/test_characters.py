"""Words read letter by letter."""

import copy

import pytest
import torch

from crosscap.models.characters import CharacterWords
from crosscap.models.encoders import CharacterEncoder


@pytest.fixture
def words():
    torch.manual_seed(0)
    return CharacterWords(12)


def symbols(*words):
    """Return words of letter ids, [S, 26], with zeros behind the letters."""
    return torch.tensor([[*word, *[0] * (26 - len(word))] for word in words], dtype=torch.int16)


def test_words_become_vectors_of_300_whatever_their_number(words):
    made = words.eval()(symbols([5, 6], [7], [5] * 26))
    assert made.shape == (3, 300)
    assert words(symbols()[:0].reshape(0, 26)).shape == (0, 300)


def test_parameters_are_those_of_three_layers_their_scales_and_normalisations():
    layers = 624 * 384 + 384 * 448 + 448 * 300
    per_unit = 384 + 448 + 300  # of bias, scale of the weight, and scale and shift of the normalisation
    counted = sum(weight.numel() for weight in CharacterWords(101).parameters())
    assert counted == 101 * 24 + layers + 4 * per_unit == 553_000


def test_a_further_letter_costs_24_parameters():
    sizes = [sum(weight.numel() for weight in CharacterWords(letters).parameters()) for letters in (101, 102)]
    assert sizes[1] - sizes[0] == 24


def test_equals_the_formula_written_out(words):
    words.train()
    for _ in range(3):
        words(torch.randint(5, 12, (16, 26)))
    words.eval()
    ids = symbols([5, 6, 7], [8])
    expected = torch.stack([torch.cat([words.letters.weight[letter] for letter in row.long()]) for row in ids])
    for stage in words.stages:
        linear, norm, _ = stage
        size = linear.parametrizations.weight.original0
        direction = linear.parametrizations.weight.original1
        expected = expected @ (size * direction / direction.norm(dim=1, keepdim=True)).T + linear.bias
        expected = (expected - norm.running_mean) / (norm.running_var + norm.eps).sqrt() * norm.weight + norm.bias
        expected = torch.where(expected > 0, expected, 0.1 * expected)
    torch.testing.assert_close(words(ids), expected)


def test_a_word_does_not_depend_on_the_others_when_the_model_is_used(words):
    words.eval()
    both = words(symbols([5, 6, 7], [8]))
    torch.testing.assert_close(both[:1], words(symbols([5, 6, 7])))


def test_the_filler_behind_a_word_is_zero_and_learns_nothing(words):
    assert not words.letters.weight[0].any()
    words(symbols([5, 6, 7], [8])).sum().backward()
    assert not words.letters.weight.grad[0].any()
    assert words.letters.weight.grad[8].any()


def test_padding_of_captions_stays_out_of_the_statistics_in_training():
    torch.manual_seed(0)
    narrow = CharacterEncoder(12, 8)
    wide = copy.deepcopy(narrow)
    ids = torch.randint(5, 12, (2, 3, 26), dtype=torch.int16)
    lengths, languages = torch.tensor([3, 2]), torch.tensor([0, 0])
    padded = torch.cat([ids, torch.full((2, 4, 26), 7, dtype=torch.int16)], dim=1)
    padded[1, 2] = 11  # behind the second caption's last word
    torch.testing.assert_close(wide(padded, lengths, languages), narrow(ids, lengths, languages))
    torch.testing.assert_close(wide.state_dict(), narrow.state_dict())
    assert narrow.words.stages[0][1].running_mean.any()


def test_a_word_in_a_caption_is_the_same_in_captions_of_other_lengths():
    torch.manual_seed(0)
    encoder = CharacterEncoder(12, 8).eval()
    ids = torch.randint(5, 12, (2, 5, 26), dtype=torch.int16)
    languages = torch.tensor([0, 0])
    both = encoder(ids, torch.tensor([3, 5]), languages)
    alone = encoder(ids[:1, :3], torch.tensor([3]), languages[:1])
    torch.testing.assert_close(both[:1], alone)
    torch.testing.assert_close(both.norm(dim=1), torch.ones(2))
