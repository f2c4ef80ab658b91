"""The encoders."""

import json

import pytest
import torch

from crosscap.models.encoders import (
    CharacterEncoder,
    ImageEncoder,
    Perceptron,
    SentenceEncoder,
    TransformerEncoder,
    WordEncoder,
)
from crosscap.models.pretrained import blank_body
from crosscap.models.transformer import SmallTransformer
from crosscap.models.words import WordTable


def word_encoder(blocks, *, languages=None, frozen=False, mapped=False, recurrences=1, bidirectional=False):
    table = WordTable(blocks, languages=languages or len(blocks), frozen=frozen, mapped=mapped)
    return WordEncoder(table, 8, recurrences=recurrences, bidirectional=bidirectional).eval()


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    made = word_encoder([torch.randn(6, 4), torch.randn(5, 4)], mapped=True)
    made.table.maps[1] = torch.linalg.qr(torch.randn(4, 4))[0]
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
    carried = encoder.table.carried_block(1)
    torch.testing.assert_close(carried, encoder.table.block(1) @ encoder.table.maps[1].T)
    plain = word_encoder([torch.zeros(6, 4), carried.detach()])
    plain.recurrences.load_state_dict(encoder.recurrences.state_dict())
    lengths, languages = torch.tensor([3]), torch.tensor([1])
    torch.testing.assert_close(encoder(ids, lengths, languages), plain(ids, lengths, languages))


def test_languages_mix_in_a_batch(encoder):
    ids, lengths = torch.tensor([[1, 4, 2], [7, 9, 8]]), torch.tensor([3, 3])
    mixed = encoder(ids, lengths, torch.tensor([0, 1]))
    for row, language in enumerate((0, 1)):
        alone = encoder(ids[[row]], lengths[[row]], torch.tensor([language]))
        torch.testing.assert_close(mixed[[row]], alone)


@pytest.mark.parametrize("frozen", [True, False])
def test_frozen_vectors_take_no_gradient(frozen):
    encoder = word_encoder([torch.randn(6, 4)], frozen=frozen)
    encoder(torch.tensor([[1, 4, 2]]), torch.tensor([3]), torch.tensor([0])).sum().backward()
    assert (encoder.table.words.weight.grad is None) is frozen


def test_a_table_for_all_languages_gives_each_the_same_block():
    table = WordTable([torch.randn(6, 4)], languages=3, frozen=False, mapped=False)
    assert torch.equal(table.block(0), table.block(2))


def test_each_language_may_have_a_recurrence_of_its_own():
    torch.manual_seed(0)
    encoder = word_encoder([torch.randn(6, 4), torch.randn(5, 4)], recurrences=2)
    ids, lengths, languages = torch.tensor([[1, 4, 2], [7, 9, 8], [1, 3, 0]]), torch.tensor([3, 3, 2]), [0, 1, 0]
    mixed = encoder(ids, lengths, torch.tensor(languages))
    for row, language in enumerate(languages):
        alone = word_encoder([torch.randn(11, 4)])
        alone.table.load_state_dict({**encoder.table.state_dict(), "maps": alone.table.maps})
        alone.recurrences[0].load_state_dict(encoder.recurrences[language].state_dict())
        torch.testing.assert_close(mixed[[row]], alone(ids[[row]], lengths[[row]], torch.tensor([0])))


def transformer(body, *, width, table=None):
    return TransformerEncoder(body, width, 8, table=table).eval()


def table(*, frozen=False, mapped=False):
    return WordTable([torch.randn(15, 4), torch.randn(15, 4)], languages=2, frozen=frozen, mapped=mapped)


def carried_encoder():
    made = word_encoder([torch.randn(15, 4), torch.randn(15, 4)], mapped=True)
    made.table.maps[1] = torch.linalg.qr(torch.randn(4, 4))[0]
    return made


def pretrained_body():
    pytest.importorskip("transformers")
    shape = {"vocab_size": 30, "hidden_size": 4, "num_hidden_layers": 2, "num_attention_heads": 2}
    return blank_body(json.dumps({"model_type": "bert", "intermediate_size": 8, "max_position_embeddings": 9} | shape))


KINDS = {  # each reads ids below 30, and two languages
    "words": lambda: word_encoder([torch.randn(30, 4)], languages=2),
    "carried words": carried_encoder,
    "words in both directions": lambda: word_encoder([torch.randn(30, 4)], languages=2, bidirectional=True),
    "a recurrence a language": lambda: word_encoder([torch.randn(15, 4), torch.randn(15, 4)], recurrences=2),
    "letters": lambda: CharacterEncoder(30, 8).eval(),
    "transformer": lambda: transformer(
        SmallTransformer(4, layers=2, heads=2, positions=9), width=4, table=table(mapped=True)
    ),
    "pretrained": lambda: transformer(pretrained_body(), width=4),
}


@pytest.fixture(params=KINDS)
def kind(request):
    """Return an encoder, and three captions in two languages that end behind 6, 2 and 4 words."""
    torch.manual_seed(0)
    made = KINDS[request.param]()
    shape = (3, 6, 26) if request.param == "letters" else (3, 6)
    return made, torch.randint(1, 30, shape), torch.tensor([6, 2, 4]), torch.tensor([0, 1, 0])


def test_every_encoder_reads_a_caption_alone_as_in_a_batch(kind):
    encoder, inputs, lengths, languages = kind
    together = encoder(inputs, lengths, languages)
    torch.testing.assert_close(together.norm(dim=1), torch.ones(3))
    assert torch.pdist(together).min() > 1e-3
    for row, length in enumerate(lengths.tolist()):
        alone = encoder(inputs[[row], :length], lengths[[row]], languages[[row]])
        torch.testing.assert_close(alone, together[[row]])
    order = torch.tensor([2, 0, 1])
    torch.testing.assert_close(encoder(inputs[order], lengths[order], languages[order]), together[order])


def test_no_encoder_reads_padding(kind):
    encoder, inputs, lengths, languages = kind
    padded = torch.cat([inputs, inputs], dim=1)[:, :9]
    for row, length in enumerate(lengths.tolist()):
        padded[row, length:] = 7
    torch.testing.assert_close(encoder(padded, lengths, languages), encoder(inputs, lengths, languages))


def test_every_encoder_reads_the_last_word(kind):
    encoder, inputs, lengths, languages = kind
    other = inputs.clone()
    for row, length in enumerate(lengths.tolist()):
        other[row, length - 1] = 1 + inputs[row, length - 1] % 29
    changed = (encoder(other, lengths, languages) - encoder(inputs, lengths, languages)).norm(dim=1)
    assert changed.min() > 1e-5


@pytest.mark.parametrize("kind", ["transformer", "pretrained"], indirect=True)
def test_a_lesson_does_not_depend_on_the_batch_nor_on_padding(kind):
    encoder, inputs, lengths, languages = kind
    together = encoder.teach(inputs, lengths, languages)
    torch.testing.assert_close(together.teacher.norm(dim=1), torch.ones(3))
    for row, length in enumerate(lengths.tolist()):
        alone = encoder.teach(inputs[[row], :length], lengths[[row]], languages[[row]])
        torch.testing.assert_close(alone.student, together.student[[row]])
        torch.testing.assert_close(alone.teacher, together.teacher[[row]])
        torch.testing.assert_close(alone.words, together.words[[row], :length])


PLAIN = {  # whose inputs have no length
    "images": lambda: ImageEncoder(5, 8),
    "perceptron": lambda: Perceptron(5, 8),
    "sentences": lambda: SentenceEncoder(5, 8),
}


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("training", [False, True])
def test_an_image_and_a_sentence_do_not_depend_on_their_batch(name, training):
    torch.manual_seed(0)
    encoder = PLAIN[name]().train(training)

    def embed(features):
        rest = (torch.ones(len(features)), torch.zeros(len(features))) if name == "sentences" else ()
        return encoder(features[:, None] if name == "sentences" else features, *rest)

    features = torch.randn(4, 5)
    together = embed(features)
    torch.testing.assert_close(together.norm(dim=1), torch.ones(4))
    for row in range(4):
        torch.testing.assert_close(embed(features[[row]]), together[[row]])
    torch.testing.assert_close(embed(features.flip(0)), together.flip(0))


def test_letters_in_the_padding_do_not_enter_the_statistics_of_a_batch():
    torch.manual_seed(0)
    encoder = CharacterEncoder(30, 8).train()
    inputs, lengths, languages = torch.randint(1, 30, (4, 5, 26)), torch.tensor([2, 5, 3, 1]), torch.zeros(4)
    other = inputs.clone()
    other[0, 2:] = 7
    torch.testing.assert_close(encoder(inputs, lengths, languages), encoder(other, lengths, languages))


def test_a_lesson_agrees_with_the_embedding_of_the_student():
    torch.manual_seed(0)
    encoder = KINDS["transformer"]()
    inputs, lengths, languages = torch.randint(1, 30, (3, 6)), torch.tensor([6, 2, 4]), torch.zeros(3).long()
    lesson = encoder.teach(inputs, lengths, languages)
    assert torch.equal(lesson.student, encoder(inputs, lengths, languages))
    assert lesson.teacher.shape == (3, 8)
    torch.testing.assert_close(lesson.words.norm(dim=2), torch.ones(3, 6))


def test_sentences_are_a_frozen_feature_through_two_layers():
    torch.manual_seed(0)
    encoder = SentenceEncoder(5, 8).eval()
    features = torch.rand(3, 1, 5)
    embedded = encoder(features, torch.ones(3), torch.zeros(3))
    torch.testing.assert_close(embedded.norm(dim=1), torch.ones(3))
    torch.testing.assert_close(embedded, Perceptron.forward(encoder.head, 3 * features.squeeze(1)))
