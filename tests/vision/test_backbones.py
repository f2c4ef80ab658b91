"""Networks are cut at the right layer, and weights are refused unless they fit."""

import hashlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from crosscap.faults import InputError
from crosscap.torchvision_import import models
from crosscap.vision import published_weights
from crosscap.vision.backbones import _cut, backbone_names, load_backbone

WIDTHS = {
    "resnet18": 512,
    "resnet152": 2048,
    "vgg19": 4096,
    "mobilenet_v2": 1280,
    "mobilenet_v3_small": 1024,
    "efficientnet_b0": 1280,
    "densenet121": 1024,
    "convnext_tiny": 768,
    "shufflenet_v2_x0_5": 1024,
    "swin_t": 768,
    "vit_b_32": 768,
}
PIXELS = torch.linspace(-2, 2, 2 * 3 * 64 * 64).view(2, 3, 64, 64)


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    """Return resnet18's weights from seed 5 under torchvision's names."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        return dict(models.get_model("resnet18", weights=None).state_dict())


def saved(state: dict[str, torch.Tensor], folder: Path) -> str:
    path = folder / "weights.safetensors"
    save_file(state, path)
    return str(path)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2"])
def test_the_feature_is_what_the_last_linear_layer_reads(name: str) -> None:
    backbone = load_backbone(name, weights="seed:3")
    with torch.random.fork_rng():
        torch.manual_seed(3)
        whole = models.get_model(name, weights=None).eval()
    last = whole.fc if name == "resnet18" else whole.classifier[-1]
    with torch.inference_mode():
        feature = backbone.network(PIXELS)
        assert feature.shape == (2, backbone.width)
        torch.testing.assert_close(last(feature), whole(PIXELS))


def test_vgg_is_cut_at_fc7_after_its_relu() -> None:
    with torch.device("meta"):
        network = models.get_model("vgg19", weights=None)
    assert _cut(network) == 4096
    assert [type(layer).__name__ for layer in network.classifier][-3:] == ["ReLU", "Dropout", "Identity"]


@pytest.mark.parametrize("name", WIDTHS)
def test_widths(name: str) -> None:
    with torch.device("meta"):  # shapes without numbers: quick
        network = models.get_model(name, weights=None).eval()
        width = _cut(network)
        assert network(torch.zeros(2, 3, 224, 224)).shape == (2, width)
    assert width == WIDTHS[name]


def test_networks_come_in_evaluation_mode_without_gradients() -> None:
    network = load_backbone("resnet18", weights="seed:1").network
    assert not any(module.training for module in network.modules())
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_a_seed_gives_the_same_network_and_leaves_the_global_state_alone() -> None:
    torch.manual_seed(11)
    before = torch.random.get_rng_state()
    first, second, third = (load_backbone("resnet18", weights=f"seed:{seed}") for seed in (2019, 2019, 2020))
    assert torch.equal(before, torch.random.get_rng_state())
    assert first.weights_sha256 == second.weights_sha256 != third.weights_sha256


@pytest.mark.parametrize("name", ["resnet81", "squeezenet1_0", "googlenet", "fcn_resnet50", "fasterrcnn_resnet50_fpn"])
def test_unknown_networks_are_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(InputError, match=rf"unknown network '{name}'.*usable: .*resnet152, resnet18.*vgg19"):
        load_backbone(name, weights="seed:1")
    assert name not in backbone_names()


def test_a_misspelt_network_gets_a_hint() -> None:
    with pytest.raises(InputError, match="did you mean resnet"):
        load_backbone("resnet-18", weights="seed:1")


@pytest.mark.parametrize("weights", ["seed:", "seed:-1", "seed:x", "seed:1.5", f"seed:{2**63}"])
def test_bad_seeds_are_refused(weights: str) -> None:
    with pytest.raises(InputError, match=r"needs a whole number after 'seed:'"):
        load_backbone("resnet18", weights=weights)


def test_local_weights_equal_those_that_were_saved(tmp_path: Path, state: dict[str, torch.Tensor]) -> None:
    backbone = load_backbone("resnet18", weights=saved(state, tmp_path))
    assert backbone.weights_sha256 == load_backbone("resnet18", weights="seed:5").weights_sha256


def test_counters_of_batch_norm_may_be_absent(tmp_path: Path, state: dict[str, torch.Tensor]) -> None:
    kept = {key: tensor for key, tensor in state.items() if not key.endswith("num_batches_tracked")}
    assert len(kept) < len(state)
    backbone = load_backbone("resnet18", weights=saved(kept, tmp_path))
    assert backbone.weights_sha256 == load_backbone("resnet18", weights="seed:5").weights_sha256


def test_half_precision_weights_are_widened(tmp_path: Path, state: dict[str, torch.Tensor]) -> None:
    half = {key: tensor.half() if tensor.is_floating_point() else tensor for key, tensor in state.items()}
    network = load_backbone("resnet18", weights=saved(half, tmp_path)).network
    assert network.conv1.weight.dtype == torch.float32


def test_missing_and_foreign_tensors_are_refused(tmp_path: Path, state: dict[str, torch.Tensor]) -> None:
    without = {key: tensor for key, tensor in state.items() if not key.startswith("layer1")}
    with pytest.raises(InputError, match=r"20 tensors are missing, such as layer1\.0\.bn1\.bias, .*features\.backbone"):
        load_backbone("resnet18", weights=saved(without, tmp_path))
    with pytest.raises(InputError, match=r"1 tensors are not of this network, such as head;"):
        load_backbone("resnet18", weights=saved({**state, "head": torch.zeros(1)}, tmp_path))


def test_at_most_five_tensors_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_backbone("resnet18", weights=saved({"x": torch.zeros(1)}, tmp_path))
    assert str(caught.value).split("such as ")[1].split(";")[0].count(",") == 4


@pytest.mark.parametrize("other", [torch.zeros(64, 3, 7, 8), torch.zeros(64, 3, 7, 7, dtype=torch.int32)])
def test_other_shapes_and_types_are_refused(
    tmp_path: Path, state: dict[str, torch.Tensor], other: torch.Tensor
) -> None:
    with pytest.raises(InputError, match=r"another shape or are not floating point, such as conv1\.weight \[64, 3, 7"):
        load_backbone("resnet18", weights=saved({**state, "conv1.weight": other}, tmp_path))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(tmp_path: Path, state: dict[str, torch.Tensor], value: float) -> None:
    bad = state["bn1.weight"].clone()
    bad[3] = value
    with pytest.raises(InputError, match=r"1 tensors hold NaN or infinity, such as bn1\.weight"):
        load_backbone("resnet18", weights=saved({**state, "bn1.weight": bad}, tmp_path))


def test_damaged_and_missing_files_are_refused(tmp_path: Path, state: dict[str, torch.Tensor]) -> None:
    path = Path(saved(state, tmp_path))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match="not a whole safetensors file"):
        load_backbone("resnet18", weights=str(path))
    with pytest.raises(InputError, match=r"no\.safetensors: no such file"):
        load_backbone("resnet18", weights=str(tmp_path / "no.safetensors"))


def test_unknown_weights_name_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"resnet50 has no weights 'IMAGENET'; choose IMAGENET1K_V1, IMAGENET1K_V2"):
        load_backbone("resnet50", weights="IMAGENET")


def test_without_a_network_the_remedy_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    def refuse(url: str, *_: object, **__: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", refuse)
    place = tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth"
    with pytest.raises(InputError, match=rf"no route to host.*put it at {place}, or give a \.safetensors file"):
        load_backbone("resnet18", weights="IMAGENET1K_V1")


def test_a_cached_file_with_another_hash_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    place = tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"damaged")
    with pytest.raises(InputError, match="damaged: its sha256"):
        load_backbone("resnet18", weights="IMAGENET1K_V1")


class Canary:
    """An object whose unpickling would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


def test_published_weights_load_and_never_run_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: dict[str, torch.Tensor]
) -> None:
    torch.save(state, tmp_path / "good.pth")
    torch.save({"conv1.weight": Canary(tmp_path / "canary")}, tmp_path / "bad.pth")
    monkeypatch.setattr(published_weights, "_cached_file", lambda url: tmp_path / "good.pth")
    loaded = load_backbone("resnet18", weights="IMAGENET1K_V1")
    assert loaded.weights_sha256 == load_backbone("resnet18", weights="seed:5").weights_sha256
    monkeypatch.setattr(published_weights, "_cached_file", lambda url: tmp_path / "bad.pth")
    with pytest.raises(InputError, match="not a file of weights"):
        load_backbone("resnet18", weights="IMAGENET1K_V1")
    assert not (tmp_path / "canary").exists()


def test_a_download_is_kept_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    data = b"weights"
    name = f"tiny-{hashlib.sha256(data).hexdigest()[:8]}.pth"
    (tmp_path / name).write_bytes(data)
    path = published_weights._cached_file((tmp_path / name).as_uri())
    assert path == tmp_path / "hub" / "checkpoints" / name
    assert path.read_bytes() == data
