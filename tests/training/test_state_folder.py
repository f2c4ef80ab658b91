"""The state directory: what an interrupted training may go on with, and what it may not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from signal import SIGTERM
from typing import Any

import pytest
import torch

from crosscap.cli import main
from crosscap.faults import WRONG_INPUT, InputError
from crosscap.training import experiment
from crosscap.training.experiment import Experiment, run_fingerprint
from crosscap.training.state_folder import locked_state
from crosscap.training.stopping import TERMINATED
from tests.training.killing import Training, finish, hashes, noted, read_log
from tests.training.small_run import inputs_of, resolved
from tests.training.traps import Trap

pytestmark = pytest.mark.xdist_group("killing")
SETTINGS = resolved()
KINDS = ("images", "features", "tokens", "vectors", "vocabularies", "mappings", "lexicons", "sentences", "captions")


def leave(folder: Path, fingerprint: Mapping[str, object]) -> None:
    """Leave the state of an interrupted training."""
    with suppress(KeyboardInterrupt), locked_state(folder, fingerprint=fingerprint) as checkpoint:
        checkpoint.write_bytes(b"weights")
        raise KeyboardInterrupt


def resume(folder: Path, fingerprint: Mapping[str, object]) -> None:
    """Go on with it, and be interrupted again."""
    with suppress(KeyboardInterrupt), locked_state(folder, fingerprint=fingerprint) as checkpoint:
        assert checkpoint.read_bytes() == b"weights"
        raise KeyboardInterrupt


def fingerprint_of(data: Path, changes: Mapping[str, Any] | None = None, *, seed: int = 1, **files: Any) -> dict:
    return run_fingerprint(Experiment(**(SETTINGS | (changes or {}))), inputs_of(data, **files), seed=seed)


def other(value: Any) -> Any:
    """Return another value of a setting."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, (dict, list)):
        return {**value, "more": 1} if isinstance(value, dict) else [*value, "more"]
    return f"{value}-other"


def assert_refused(folder: Path, data: Path, changed: Mapping[str, object], *, named: list[str]) -> None:
    """See a training refused for these keys, and the one that was interrupted go on after all."""
    leave(folder, fingerprint_of(data))
    with pytest.raises(InputError, match=r"with other settings left its state here \(.*\); restore them") as error:
        resume(folder, changed)
    message = str(error.value)
    assert message.count(" -> ") == len(named)
    assert all(re.search(rf"[(, ]{re.escape(key)} ", message) for key in named)
    assert message.endswith(f"put the state aside and train from the start: crosscap restart {folder.parent}")
    resume(folder, fingerprint_of(data))


@pytest.mark.parametrize("key", [key for key in SETTINGS if key != "training"])
def test_another_experiment_does_not_go_on(small_data, tmp_path, key):
    changed = fingerprint_of(small_data, {key: "fme" if key == "system" else other(SETTINGS[key])})
    assert_refused(tmp_path / "state", small_data, changed, named=[key])


@pytest.mark.parametrize("key", SETTINGS["training"])
def test_another_setting_does_not_go_on(small_data, tmp_path, key):
    training = SETTINGS["training"] | {key: other(SETTINGS["training"][key])}
    assert_refused(tmp_path / "state", small_data, fingerprint_of(small_data, {"training": training}), named=[key])


@pytest.mark.parametrize("kind", KINDS)
def test_other_data_does_not_go_on(small_data, tmp_path, kind):
    (tmp_path / "other").write_bytes(b"other")
    one: Any = tmp_path / "other"
    given = {"de-en": one} if kind == "lexicons" else one if kind in ("images", "features") else [one]
    assert_refused(tmp_path / "state", small_data, fingerprint_of(small_data, **{kind: given}), named=[f"data.{kind}"])


def test_another_seed_does_not_go_on(small_data, tmp_path):
    assert_refused(tmp_path / "state", small_data, fingerprint_of(small_data, seed=2), named=["seed"])


def test_other_code_does_not_go_on(small_data, tmp_path):
    (tmp_path / "losses.py").write_text("other = True\n")
    changed = fingerprint_of(small_data, code=[tmp_path / "losses.py"])
    assert_refused(tmp_path / "state", small_data, changed, named=["code"])


@pytest.mark.parametrize(
    ("place", "name", "value", "key"),
    [(torch, "__version__", "9.9.9", "torch"), (experiment, "device_kind", lambda: "other", "device")],
)
def test_another_library_or_device_does_not_go_on(small_data, tmp_path, monkeypatch, place, name, value, key):
    with monkeypatch.context() as surroundings:
        surroundings.setattr(place, name, value)
        changed = fingerprint_of(small_data)
    assert_refused(tmp_path / "state", small_data, changed, named=[key])


def test_without_a_checkpoint_other_settings_may_start(tmp_path):
    for rate in (0.1, 0.2):
        with suppress(KeyboardInterrupt), locked_state(tmp_path / "state", fingerprint={"learning_rate": rate}):
            raise KeyboardInterrupt


def test_the_state_of_a_finished_training_goes(tmp_path):
    leave(tmp_path / "state", {})
    with locked_state(tmp_path / "state", fingerprint={}):
        pass
    assert not (tmp_path / "state").exists()


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files of a folder but the log."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "log"}


def test_the_script_refuses_with_status_2_and_changes_nothing(small_data, undisturbed, tmp_path):
    folder = tmp_path / "run"
    assert Training(folder, small_data, trap=Trap("step", number=9, signals=(SIGTERM,))).end() == TERMINATED
    before = contents(folder)
    assert {"checkpoint", "journal.jsonl"} <= set(before)
    assert Training(folder, small_data, learning_rate=0.02).end() == WRONG_INPUT
    assert "learning_rate 0.01 -> 0.02" in read_log(folder)[-1]
    assert contents(folder) == before
    finish(folder, small_data)
    assert hashes(folder) == hashes(undisturbed)
    assert noted(folder) == noted(undisturbed)


def test_a_restart_starts_anew_and_loses_nothing(small_data, undisturbed, tmp_path, capsys):
    folder = tmp_path / "run"
    assert Training(folder, small_data, trap=Trap("step", number=9, signals=(SIGTERM,))).end() == TERMINATED
    assert main(["restart", str(folder)]) == 0
    training = Training(folder, small_data, learning_rate=0.02)
    assert training.wait_for(0) == 0
    assert training.end() == 0
    rmtree(folder / "model")
    (folder / "history.parquet").unlink()
    (folder / "state.1").rename(folder / "state")
    (folder / "state/journal.jsonl").rename(folder / "journal.jsonl")
    again = Training(folder, small_data)
    assert again.wait_for(0) == 9
    assert again.end() == 0
    assert hashes(folder) == hashes(undisturbed)
    assert noted(folder) == noted(undisturbed)
