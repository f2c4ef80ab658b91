"""The state directory."""

import pytest
import torch

from crosscap.faults import InputError
from crosscap.training.checkpoints import load_checkpoint, save_checkpoint

TENSORS = {"a": torch.arange(6.0).reshape(2, 3), "counts": torch.tensor([1, 2])}
VALUES = {"step": 7, "history": [{"metric": "loss", "value": 0.5}]}


def test_round_trip(tmp_path):
    save_checkpoint(tmp_path / "checkpoint", TENSORS, VALUES)
    tensors, values = load_checkpoint(tmp_path / "checkpoint")
    assert values == VALUES
    assert all(torch.equal(tensors[name], TENSORS[name]) for name in TENSORS)


def test_none_where_there_is_none(tmp_path):
    assert load_checkpoint(tmp_path / "checkpoint") is None


def test_a_flipped_bit_or_a_cut_is_refused_wherever_it_is(tmp_path):
    path = tmp_path / "checkpoint"
    save_checkpoint(path, TENSORS, VALUES)
    whole = path.read_bytes()  # the header's length, the header, the tensors, the digest
    flipped = [whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :] for at in range(len(whole))]
    cut = [whole[:length] for length in range(len(whole))]
    for damaged in [*flipped, *cut, whole + b"0"]:
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"checkpoint is damaged; restore it, or .* start: crosscap restart"):
            load_checkpoint(path)


def test_a_failed_write_keeps_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint"
    save_checkpoint(path, TENSORS, VALUES)
    before = path.read_bytes()

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(InputError, match=r"checkpoint: the disk is full .* bytes needed\); make room and run again"):
        save_checkpoint(path, TENSORS, {"step": 8})
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["checkpoint"]
