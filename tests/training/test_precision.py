"""Training with the encoders' products in bfloat16: what is rounded, what never is, and that it learns all the same."""

import itertools
from contextlib import nullcontext

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from crosscap.models.systems import SYSTEMS
from crosscap.training import loop
from crosscap.training.checkpoints import load_checkpoint
from crosscap.training.embed import embed_set
from crosscap.training.objective import encode_batch
from crosscap.training.precision import set_arithmetic

BOTH = ("float32", "bfloat16")
# of text encoders, and the share of float32's recalls to reach; LIWE's differ as much from seed to seed
KINDS = {"ame": 0.95, "pivot": 0.95, "zero-shot": 0.95, "cl2cm": 0.95, "liwe": 0.8}


class Halves(TorchDispatchMode):
    """Notes which operations give 16 bits."""

    def __init__(self):
        super().__init__()
        self.found = set()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        if any(getattr(leaf, "dtype", None) in (torch.bfloat16, torch.float16) for leaf in tree_leaves(result)):
            self.found.add(function.overloadpacket.__name__)
        return result


def batch_of(trainer):
    return torch.from_numpy(trainer._batches()[0])


def weights(trainer):
    return trainer.model.state_dict()


def assert_equal(one, other):
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def best_score(make_trainer, system, precision):
    trainer = make_trainer(system=system, similarity="cosine", epochs=8, learning_rate_steps=[], precision=precision)
    trainer.run()
    trainer.checkpoint.unlink()
    return trainer.progress.best_score


@pytest.mark.parametrize("system", KINDS)
def test_it_learns_about_as_well_as_in_float32(make_trainer, system):
    scores = {name: best_score(make_trainer, system, name) for name in BOTH}
    assert scores["bfloat16"] >= KINDS[system] * scores["float32"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_batch_is_embedded_in_float32_near_where_float32_has_it(make_trainer, system):
    trainer = make_trainer(system=system, dropout=0.0)
    exact, rounded = (encode_batch(trainer.model, trainer.train, batch_of(trainer), precision=name) for name in BOTH)
    assert not torch.equal(exact.images, rounded.images)
    for name in ("images", "captions", "teacher", "words"):
        one, other = getattr(exact, name), getattr(rounded, name)
        assert other.dtype == torch.float32
        torch.testing.assert_close(one, other, atol=0.05, rtol=0)
        if other.numel():
            torch.testing.assert_close(other.norm(dim=-1), torch.ones(other.shape[:-1]))


@pytest.mark.parametrize("system", SYSTEMS)
def test_only_the_encoders_compute_in_16_bits(make_trainer, monkeypatch, system):
    trainer = make_trainer(system=system, precision="bfloat16", distillation={"temperature": 0.1, "from_step": 1})
    seen = {}

    def watched(name, function):
        def wrapped(*arguments, **named):
            with Halves() as seen[name]:
                return function(*arguments, **named)

        return wrapped

    for name in ("encode_batch", "batch_loss", "losses_per_row", "clip_grad_norm_", "measure"):
        monkeypatch.setattr(loop, name, watched(name, getattr(loop, name)))
    monkeypatch.setattr(trainer.optimiser, "step", watched("step", trainer.optimiser.step))
    trainer._step(batch_of(trainer))
    trainer._validate_if_due()
    assert {name for name, halves in seen.items() if halves.found} == {"encode_batch"}
    assert seen.keys() == {"encode_batch", "batch_loss", "losses_per_row", "clip_grad_norm_", "measure", "step"}
    assert all(p.grad is None or p.grad.dtype == torch.float32 for p in trainer.parameters)


@pytest.mark.parametrize("system", SYSTEMS)
def test_nothing_has_16_bits_in_float32(make_trainer, system):
    trainer = make_trainer(system=system)
    with Halves() as halves:
        trainer._step(batch_of(trainer))
    assert halves.found == set()


@pytest.mark.parametrize("system", KINDS)
def test_float32_is_bit_by_bit_what_it_is_without_any_autocast(make_trainer, monkeypatch, system):
    trainers = [make_trainer(system=system, epochs=1) for _ in range(2)]  # eight steps, validations after 5 and 8
    trainers[0].run()
    trainers[0].checkpoint.unlink()
    monkeypatch.setattr(torch, "autocast", lambda *arguments, **named: nullcontext())
    trainers[1].run()
    assert_equal(*map(weights, trainers))
    assert trainers[0].progress == trainers[1].progress


@pytest.mark.parametrize("system", KINDS)
def test_a_stopped_run_goes_on_to_the_same_bytes(make_trainer, system):
    short = {"system": system, "precision": "bfloat16", "epochs": 2, "learning_rate_steps": [1]}
    whole = make_trainer(**short)
    assert whole.run()
    whole.checkpoint.unlink()
    asked = itertools.count(1)
    assert not make_trainer(**short, stop=lambda: next(asked) == 7).run()
    resumed = make_trainer(**short)
    assert resumed.run()
    assert_equal(weights(whole), weights(resumed))
    assert whole.progress == resumed.progress


def test_what_is_kept_and_what_is_embedded_are_float32(make_trainer):
    trainer = make_trainer(precision="bfloat16", stop=lambda: trainer.progress.step == 6)
    assert not trainer.run()
    tensors, _ = load_checkpoint(trainer.checkpoint)
    assert {tensor.dtype for name, tensor in tensors.items() if name != "random"} == {torch.float32}
    assert {matrix.dtype.name for matrix in embed_set(trainer.model, trainer.validation)} == {"float32"}


def test_a_training_is_deterministic_in_whole_float32(monkeypatch):
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    try:
        set_arithmetic(threads=1)
        assert torch.get_float32_matmul_precision() == "highest"
        assert torch.are_deterministic_algorithms_enabled()
    finally:
        torch.use_deterministic_algorithms(before[0])
        torch.set_num_threads(before[1])
