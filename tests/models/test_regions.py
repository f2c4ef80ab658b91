"""Images as regions."""

import pytest
import torch

from crosscap.models.regions import RegionEncoder, SelfAttention


@pytest.fixture(params=["none", "self"])
def encoder(request):
    torch.manual_seed(0)
    made = RegionEncoder(16, 5, attention=request.param).eval()
    for weight in made.parameters():
        weight.data = torch.randn_like(weight)  # the attention's scale too, which starts at 0
    return made


def test_images_have_length_one(encoder):
    embedded = encoder(torch.rand(4, 6, 16))
    assert embedded.shape == (4, 5)
    torch.testing.assert_close(embedded.norm(dim=1), torch.ones(4))


def test_the_plain_form_written_out():
    torch.manual_seed(0)
    encoder = RegionEncoder(4, 3)
    features = torch.rand(2, 3, 4)
    for image, embedded in zip(features, encoder(features), strict=True):
        total = torch.zeros(3)
        for region in image:
            projected = encoder.project.weight @ region + encoder.project.bias
            projected = torch.where(projected > 0, projected, 0.1 * projected)
            total += projected / projected.norm()
        torch.testing.assert_close(embedded, total / total.norm())


def test_attention_written_out():
    torch.manual_seed(0)
    attention = SelfAttention(16)
    attention.scale.data.fill_(0.7)
    regions = torch.rand(2, 3, 16)
    scores = attention.query(regions) @ attention.key(regions).transpose(1, 2)
    seen = torch.softmax(scores, dim=2) @ attention.value(regions)
    torch.testing.assert_close(attention(regions), regions + 0.7 * seen)
    assert attention.query.out_features == attention.key.out_features == 2


def test_attention_changes_nothing_at_the_start_and_learns_its_scale():
    torch.manual_seed(0)
    plain = RegionEncoder(16, 5)
    attending = RegionEncoder(16, 5, attention="self")
    attending.project.load_state_dict(plain.project.state_dict())
    features = torch.rand(4, 6, 16)
    torch.testing.assert_close(attending(features), plain(features))
    attending(features)[:, 0].sum().backward()
    assert attending.attention.scale.grad.any()


def test_the_order_of_regions_does_not_matter(encoder):
    features = torch.rand(4, 6, 16)
    torch.testing.assert_close(encoder(features.flip(1)), encoder(features))


def test_an_image_does_not_depend_on_its_batch(encoder):
    features = torch.rand(4, 6, 16)
    torch.testing.assert_close(encoder(features)[:1], encoder(features[:1]))


def test_one_region_is_a_plain_feature(encoder):
    features = torch.rand(4, 1, 16)
    embedded = encoder(features)
    torch.testing.assert_close(encoder(features.expand(4, 3, 16)), embedded)
    assert embedded.shape == (4, 5)


@pytest.mark.parametrize(("attention", "extra"), [("none", 0), ("self", 2 * (16 * 2 + 2) + 16 * 16 + 16 + 1)])
def test_parameter_counts(attention, extra):
    counted = sum(weight.numel() for weight in RegionEncoder(16, 5, attention=attention).parameters())
    assert counted == 16 * 5 + 5 + extra


def test_dropout_acts_in_training_only():
    encoder = RegionEncoder(16, 5, dropout=0.5)
    features = torch.rand(4, 6, 16)
    assert not torch.equal(encoder(features), encoder(features))
    encoder.eval()
    assert torch.equal(encoder(features), encoder(features))


def test_narrow_features_can_attend():
    assert RegionEncoder(3, 2, attention="self")(torch.rand(2, 4, 3)).shape == (2, 2)


def test_zero_features_give_no_nan():
    encoder = RegionEncoder(16, 5)
    embedded = encoder(torch.zeros(1, 2, 16))
    assert not embedded.any()
    embedded.sum().backward()
    assert torch.isfinite(encoder.project.bias.grad).all()
