"""Whole models: which encoders a system has, and how its captions and images are compared."""

import pytest
import torch

from crosscap.models.architecture import Architecture
from crosscap.models.encoders import (
    CharacterEncoder,
    ImageEncoder,
    Perceptron,
    SentenceEncoder,
    TransformerEncoder,
    WordEncoder,
)
from crosscap.models.joint import JointModel, seeded_model
from crosscap.models.regions import RegionEncoder
from crosscap.models.systems import SYSTEMS
from tests.architectures import small_architecture

ENCODERS = {
    "pivot": (ImageEncoder, WordEncoder),
    "parallel": (ImageEncoder, WordEncoder),
    "mono": (ImageEncoder, WordEncoder),
    "fme": (ImageEncoder, WordEncoder),
    "ame": (ImageEncoder, WordEncoder),
    "clmr": (RegionEncoder, WordEncoder),
    "liwe": (RegionEncoder, CharacterEncoder),
    "cl2cm": (ImageEncoder, TransformerEncoder),
    "zero-shot": (Perceptron, SentenceEncoder),
    "zero-shot-ranking": (Perceptron, SentenceEncoder),
}
LOW, HIGH = torch.tensor([[0.0, 0.0]]), torch.tensor([[1.0, 2.0]])


def architecture(system="ame", **changes):
    sizes = {"similarity": "order", "order_power": 2, "text_dimension": 4, "joint_dimension": 8}
    return small_architecture(system, **{**sizes, **changes})


def model(system="ame", *, seed=0, **changes):
    made = architecture(system, **changes)
    blocks = 1 if made.recipe.vectors == "scratch_shared" else 2
    vectors = [torch.zeros(6, 4)] * blocks
    return seeded_model(made, vectors, dropout=0.0, generator_seed=seed, characters=9).eval()


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_has_the_encoders_of_its_recipe(system):
    made = model(system)
    assert (type(made.images), type(made.texts)) == ENCODERS[system]
    if isinstance(made.texts, WordEncoder):
        assert len(made.texts.recurrences) == (2 if system in ("pivot", "parallel") else 1)
        assert made.texts.recurrences[0].bidirectional == (system == "clmr")
        assert made.texts.table.mapped == (system == "ame")
        assert made.texts.table.words.weight.requires_grad == (system != "fme")


def test_the_caption_is_the_more_general_one_of_caption_and_image():
    made = model()
    assert made.similarity(LOW, HIGH).item() == 0
    assert made.similarity(HIGH, LOW).item() == -5
    assert model(order_power=1).similarity(HIGH, LOW).item() == pytest.approx(-(5**0.5))
    assert model(similarity="cosine").similarity(HIGH, 3 * HIGH).item() == pytest.approx(1)


@pytest.mark.parametrize(
    ("order", "low_first", "high_first"), [("symmetric", -2.5, -2.5), ("first", 0, -5), ("second", -5, 0)]
)
def test_which_of_two_captions_is_the_more_general_one(order, low_first, high_first):
    made = model(caption_order=order)
    assert made.caption_similarity(LOW, HIGH).item() == low_first
    assert made.caption_similarity(HIGH, LOW).item() == high_first


@pytest.mark.parametrize("order", ["symmetric", "first", "second"])
def test_captions_are_scored_row_by_column(order):
    torch.manual_seed(0)
    made = model(caption_order=order)
    first, second = torch.randn(3, 5), torch.randn(4, 5)
    scores = made.caption_similarity(first, second)
    assert scores.shape == (3, 4)
    for row in range(3):
        for column in range(4):
            alone = made.caption_similarity(first[[row]], second[[column]])
            torch.testing.assert_close(alone, scores[[row]][:, [column]])


@pytest.mark.parametrize("order", ["symmetric", "first", "second"])
def test_the_cosine_of_captions_has_no_order(order):
    made = model(similarity="cosine", caption_order=order)
    assert made.caption_similarity(torch.eye(2), torch.eye(2) + 1).flatten().tolist() == pytest.approx(
        [2 / 5**0.5, 1 / 5**0.5, 1 / 5**0.5, 2 / 5**0.5]
    )


def test_embeddings_are_positive_where_the_architecture_asks_for_it():
    torch.manual_seed(0)
    signed, positive = model("liwe"), model("liwe", absolute=True)
    symbols, lengths, languages = torch.randint(5, 9, (2, 3, 26)), torch.tensor([3, 2]), torch.tensor([0, 1])
    for one, other in (
        (
            made.embed_images(torch.randn(2, 3, generator=torch.Generator().manual_seed(1)))
            for made in (signed, positive)
        ),
        (made.embed_captions(symbols, lengths, languages) for made in (signed, positive)),
    ):
        assert (one < 0).any()
        assert torch.equal(one.abs(), other)


def test_the_seed_alone_says_how_a_model_starts():
    torch.manual_seed(5)
    one = model().state_dict()
    state = torch.random.get_rng_state()
    other, third = model().state_dict(), model(seed=1).state_dict()
    assert torch.equal(torch.random.get_rng_state(), state)  # the data's order does not depend on it
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert not torch.equal(one["images.project.weight"], third["images.project.weight"])


def test_an_architecture_survives_json():
    made = architecture("clmr", regions=36, region_attention="self")
    assert Architecture.from_dict(made.as_dict()) == made
    assert isinstance(made.as_dict()["languages"], list)


def test_regions_of_an_image_stand_one_behind_the_other():
    made = model("clmr", regions=2)
    assert isinstance(made, JointModel)
    features = torch.rand(5, 6, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(
        made.embed_images(features), made.images(torch.stack([features[:, :3], features[:, 3:]], 1))
    )
