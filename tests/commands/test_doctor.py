"""`crosscap doctor`: all faults of settings, inputs and machine in one pass."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from crosscap.cli import main
from crosscap.experiments import merge
from crosscap.settings import CONFIG, SCHEMA, load_settings
from tests.doctor.broken import EXPECTED, write_broken


class Outcome(NamedTuple):
    status: int
    text: str

    @property
    def plain(self) -> dict[str, Any]:
        return json.loads(self.text)


ROOT = Path(__file__).parents[2]
REQUIRED = ("name", "system", "similarity", "seeds")  # keys of an experiment
Doctor = Callable[..., Outcome]


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """The command, run in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Outcome:
        status = main(["doctor", *arguments])
        return Outcome(status, capsys.readouterr().out)

    return run


def codes(found: list[dict[str, Any]]) -> set[str]:
    """Return the codes of faults or warnings."""
    return {fault["code"] for fault in found}


def test_the_shipped_settings_are_sound(doctor: Doctor, tmp_path: Path) -> None:
    done = doctor()
    assert done.status == 0
    assert "no faults" in done.text
    assert "scenes are generated" in done.text
    assert "room in results" in done.text
    assert list(tmp_path.iterdir()) == []  # nothing is left behind, no folder made


def test_all_that_is_wrong_is_told_in_one_pass(doctor: Doctor, tmp_path: Path) -> None:
    done = doctor("--configfile", str(write_broken(tmp_path)))
    assert done.status == 2
    for code, message in EXPECTED.items():
        told = [line for line in done.text.splitlines() if line.startswith(f"  {code} ") and message in line]
        assert told, f"{code} {message}\n{done.text}"
    assert len(EXPECTED) >= 25


def test_a_fault_in_config_yaml_itself_keeps_no_input_from_being_checked(doctor: Doctor, tmp_path: Path) -> None:
    mine = yaml.safe_load(write_broken(tmp_path).read_text())
    spoiled = {"vectors": {"dimension": 0}, "experiments": [{"seeds": 1, **mine["experiments"][0]}, {}]}
    (tmp_path / SCHEMA).parent.mkdir(parents=True)
    shutil.copy(ROOT / SCHEMA, tmp_path / SCHEMA)
    shipped = load_settings([ROOT / CONFIG], arguments={})
    (tmp_path / CONFIG).write_text(yaml.safe_dump(merge(merge(shipped, mine), spoiled)))
    done = doctor("--json")
    assert done.status == 2
    assert codes(done.plain["faults"]) == EXPECTED.keys()
    refused = [fault for fault in done.plain["faults"] if fault["code"] == "D-903"]
    assert {fault["file"] for fault in refused} == {str(tmp_path / CONFIG)}
    assert all(fault["line"] for fault in refused)
    names = {fault["message"].partition(":")[0] for fault in refused}
    assert names == {"training.epochs", "vectors.dimension", *(f"experiments.1.{key}" for key in REQUIRED)}
    [note] = [item["note"] for item in done.plain["checked"] if item["what"] == "inputs"]
    assert "training.epochs, vectors.dimension, which must be mended first" in note


def test_json_has_one_shape(doctor: Doctor, tmp_path: Path) -> None:
    done = doctor("--json", "--configfile", str(write_broken(tmp_path)))
    assert done.status == 2
    assert done.plain.keys() == {"faults", "warnings", "figures", "checked"}
    for fault in (*done.plain["faults"], *done.plain["warnings"]):
        assert {key: type(value) for key, value in fault.items() if key != "line"} == dict.fromkeys(
            ("code", "file", "message"), str
        )
        assert fault["line"] is None or fault["line"] >= 1
    assert codes(done.plain["faults"]) >= EXPECTED.keys()
    keys = [tuple(fault.values()) for fault in done.plain["faults"]]
    assert len(keys) == len(set(keys))  # a dictionary is read for two directions, its faults are told once
    states = {item["what"]: item["sound"] for item in done.plain["checked"]}
    assert not states["settings"]
    assert not states["word vectors, en"]
    assert states["word vectors, de"]


def test_files_that_are_no_settings_are_told_with_their_lines(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("training: {epochs: 1}\ntraining: {epochs: 2}\n")
    (tmp_path / "b.yaml").write_text("dataset: [\n")
    done = doctor("--json", "--configfile", "a.yaml", "b.yaml")
    assert done.status == 2
    assert {(fault["code"], fault["file"]) for fault in done.plain["faults"]} == {
        ("D-902", "a.yaml"),
        ("D-901", "b.yaml"),
    }
    assert "inputs" in {item["what"] for item in done.plain["checked"]}


def test_a_data_set_that_the_schema_refuses_is_not_read(doctor: Doctor) -> None:
    done = doctor("--json", "--config", "dataset={reader: fodler}")
    assert done.status == 2
    assert codes(done.plain["faults"]) == {"D-903"}
    assert {item["what"]: item["sound"] for item in done.plain["checked"]}["inputs"] is None
    assert "  -       inputs: not checked" in doctor("--config", "dataset={reader: fodler}").text


def test_experiments_that_contradict_the_data_set_do_not_end_the_check(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "dataset: {hub: it, reader: xtd, xtd: {coco: none.json}}\n"
        "experiments: [{name: a, system: amo, similarity: order, seeds: [1]}]\n"
    )
    done = doctor("--json", "--configfile", "mine.yaml")
    assert done.status == 2
    messages = [f"{fault['file']}: {fault['message']}" for fault in done.plain["faults"]]
    assert any("there is no system amo" in message for message in messages)
    assert any("dataset.hub: it is not one of" in message for message in messages)
    assert any("dataset.xtd.coco: there is no none.json" in message for message in messages)
    notes = {item["what"]: item["note"] for item in done.plain["checked"]}
    assert notes["data set: captions and photos"].startswith("not read: folder, coco of dataset.xtd")
    assert "device" in notes


def test_the_command_line_wins(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("training: {epochs: 0}\n")
    assert doctor("--configfile", "mine.yaml").status == 2
    assert doctor("--configfile", "mine.yaml", "--config", "training={epochs: 1}").status == 0
    messages = [
        fault["message"] for fault in doctor("--config", "dataset={languages: [en, no]}", "--json").plain["faults"]
    ]
    assert any(message.startswith("the scenes are not described in no") for message in messages)  # Norwegian, not false


@pytest.mark.parametrize("given", ["epochs", "=1", "a={b"])
def test_a_setting_is_a_key_and_a_value(given: str, doctor: Doctor, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--config", given]) == 2
    assert "key=value" in capsys.readouterr().err


def test_a_dead_tracking_server_is_a_warning(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    done = doctor("--json", "--config", "tracking={uri: http://127.0.0.1:9}")
    assert done.status == 0
    [warning] = done.plain["warnings"]
    assert (warning["code"], warning["file"]) == ("D-604", "tracking.uri")
    assert "http://127.0.0.1:9 does not answer" in warning["message"]


def test_a_tracking_database_in_a_folder_that_cannot_be_written_to_is_a_fault(doctor: Doctor) -> None:
    done = doctor("--json", "--config", "tracking={uri: sqlite:////proc/mlflow.db}")
    assert done.status == 2
    assert codes(done.plain["faults"]) == {"D-601"}


@pytest.mark.parametrize(("free", "status", "kind"), [(300, 2, "faults"), (2000, 0, "warnings"), (10**6, 0, None)])
def test_a_full_disk_is_told_before_it_is_full(
    free: int, status: int, kind: str | None, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil._ntuple_diskusage(10**13, 0, free * 10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    done = doctor("--json")
    assert done.status == status
    for part in ("faults", "warnings"):
        expected = {"D-602"} if part == kind else set()
        assert codes(done.plain[part]) == expected
    if kind:
        assert f"{free:,} MB are free and about 1," in done.plain[kind][0]["message"]


def test_a_results_folder_that_cannot_be_written_to_is_a_fault(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "results").symlink_to("/proc")  # refuses root as well
    done = doctor("--json")
    assert done.status == 2
    [fault] = [fault for fault in done.plain["faults"] if fault["code"] == "D-601"]
    assert fault["file"] == "results"
    assert "cannot be written to" in fault["message"]


def test_little_memory_is_a_warning(doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 900000 kB\nMemAvailable: 500000 kB\n")
    monkeypatch.setattr("crosscap.doctor.environment.MEMORY", tmp_path / "meminfo")
    done = doctor("--json")
    assert done.status == 0
    assert codes(done.plain["warnings"]) == {"D-603"}


def test_the_device_is_named(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda number: f"device {number}")
    notes = {item["what"]: item["note"] for item in doctor("--json").plain["checked"]}
    assert notes["device"] == "device 0, device 1"


def test_a_missing_library_is_a_fault_and_the_inputs_are_not_read(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MeCab", "torch"):
        monkeypatch.setitem(sys.modules, name, None)
    done = doctor("--json")
    assert done.status == 2
    assert [(fault["code"], fault["file"]) for fault in done.plain["faults"]] == [
        ("D-605", "MeCab"),
        ("D-605", "torch"),
    ]
    assert "pip install 'mecab-python3'" in done.plain["faults"][0]["message"]
    notes = {item["what"]: item["note"] for item in done.plain["checked"]}
    assert notes["inputs"].startswith("not checked")
    assert notes["device"] == "not known without torch"


def test_torchvision_is_needed_where_features_are_computed(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    assert [fault["file"] for fault in doctor("--json").plain["faults"]] == ["torchvision"]
    given = doctor("--json", "--config", "features={precomputed: features.npy}").plain["faults"]
    assert "torchvision" not in {fault["file"] for fault in given}


def test_the_libraries_of_language_models_are_needed_where_one_is_read(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("transformers", "sentence_transformers"):
        monkeypatch.setitem(sys.modules, name, None)
    assert doctor().status == 0
    done = doctor("--json", "--config", "sentences={source: model, model: sentence-transformers/LaBSE}")
    assert done.status == 2
    assert [fault["file"] for fault in done.plain["faults"]] == ["sentence_transformers", "transformers"]
    assert all("pip install" in fault["message"] for fault in done.plain["faults"])


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ("{backbone: resnet19}", "torchvision has no network 'resnet19' that can be used; write resnet1"),
        ("{weights: IMAGENET1K_V2}", "resnet18 has no weights 'IMAGENET1K_V2'; write IMAGENET1K_V1, DEFAULT"),
        ("{weights: seed:x}", "resnet18 has no weights 'seed:x'"),
        ("{backbone: squeezenet1_0}", "no network 'squeezenet1_0' that can be used"),
    ],
)
def test_networks_and_weights_are_torchvisions(features: str, message: str, doctor: Doctor) -> None:
    done = doctor("--json", "--config", f"features={features}")
    assert done.status == 2
    [fault] = done.plain["faults"]
    assert fault["code"] == "D-212"
    assert message in fault["message"]


def test_weights_of_another_network_are_refused(doctor: Doctor, tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({}, tmp_path / "w.safetensors")
    done = doctor("--json", "--config", "features={weights: w.safetensors}")
    assert done.status == 2
    assert "tensors are missing" in done.plain["faults"][0]["message"]
