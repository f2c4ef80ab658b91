"""A training run as its own process: killed and stopped from outside, it goes on to the same bytes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crosscap import tables
from crosscap.experiments import resolve_experiments
from crosscap.faults import InputError
from crosscap.settings import load_settings
from crosscap.training.experiment import Experiment, Inputs, run_fingerprint

SHIPPED = load_settings([Path(__file__).parents[2] / "config.yaml"], arguments={})
SMALL = {
    "joint_dimension": 16,
    "batch_size": 8,
    "dropout": 0.1,
    "learning_rate": 0.01,
    "learning_rate_steps": [3],
    "epochs": 4,
    "patience": 100,
    "validate_every": 50,
    "checkpoint_every": 5,
    "align_every": 3,
    "align_learning_rate": 1.0,
    "align_neighbours": 2,
}


def resolved(**changes):
    experiment = {"name": "ame", "system": "ame", "similarity": "order", "languages": ["en", "de"], "seeds": [1]}
    experiments = [experiment | {"training": SMALL | changes}]
    settings = resolve_experiments(SHIPPED | {"experiments": experiments})["ame"]
    del settings["zero_shot"]
    return settings


SLOW_STEPS = 0.01  # seconds a step in the child, so that there is a middle to stop it in

CHILD = """
import json, sys, time
from pathlib import Path
from crosscap.training import loop
from crosscap.experiments import resolve_experiments
from crosscap.settings import load_settings
from crosscap.training.experiment import Experiment, Inputs, run_fingerprint
from crosscap.training.run import train_experiment

folder, experiment = Path(sys.argv[1]), Experiment(**json.loads(sys.argv[2]))
step = loop.Trainer._step
def slow(self, rows):
    time.sleep(float(sys.argv[3]))
    (folder / "steps").write_text(str(self.progress.step))
    step(self, rows)
loop.Trainer._step = slow
data = folder / "data"
inputs = Inputs(
    images=data / "images", features=data / "features",
    tokens=[data / "tokens-en", data / "tokens-de"], vectors=[data / "vectors-en", data / "vectors-de"],
    mappings=[data / "mapping"], lexicons={name: data / name for name in ("de-en", "en-de")}, code=[],
    vocabularies=[], sentences=[], captions=[],
)
train_experiment(
    experiment, inputs, seed=1, fingerprint=run_fingerprint(experiment, inputs, seed=1), state=folder / "state",
    report=lambda step, figures: None, model_folder=folder / "model", history=folder / "history",
)
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Write the tables of a small data set."""
    folder = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    shown = random.integers(6, size=(40, 3))
    ids = [f"{number}.png" for number in range(40)]
    splits = ["train"] * 28 + ["val"] * 12
    blank = {"path": "", "sha256": "", "width": 0, "height": 0}
    tables.write_table(pd.DataFrame({"image_id": ids, "split": splits, **blank}), folder / "images", name="images")
    features = random.random((40, 5), dtype=np.float32)
    tables.write_table(pd.DataFrame({"image_id": ids}), folder / "features", name="features", matrix=features)
    for language in ("en", "de"):
        words = ["<pad>", "<start>", "<end>", "<unk>", *(f"{language}{number}" for number in range(6))]
        captions = [[f"{language}{number}" for number in row] for row in shown]
        frame = pd.DataFrame({"caption_id": [f"{i}#{language}#0" for i in ids], "image_id": ids, "language": language})
        frame = frame.assign(position=0, origin="human", split=splits, tokens=captions)
        tables.write_table(frame, folder / f"tokens-{language}", name="tokens")
        vocabulary = pd.DataFrame({"index": range(10), "word": words, "known": True})
        vectors = random.normal(size=(10, 8))
        tables.write_table(vocabulary, folder / f"vectors-{language}", name="vectors", matrix=vectors)
    tables.write_table(pd.DataFrame(index=range(8)), folder / "mapping", name="mapping", matrix=np.eye(8))
    for source, target in (("en", "de"), ("de", "en")):
        pairs = [(f"{source}{n}", f"{target}{n}", part) for n in range(6) for part in ("train", "test")]
        frame = pd.DataFrame(pairs, columns=["source", "target", "part"])
        tables.write_table(frame, folder / f"{source}-{target}", name="lexicon")
    return folder


def start(folder: Path, data: Path, *, seconds_a_step: float = 0.0, **overrides) -> subprocess.Popen:
    """Start a training in a process of its own."""
    folder.mkdir(exist_ok=True)
    if not (folder / "data").exists():
        (folder / "data").symlink_to(data)
    experiment = json.dumps(resolved(**overrides))
    arguments = [sys.executable, "-c", CHILD, folder, experiment, str(seconds_a_step)]
    source = str(Path(__file__).parents[2] / "src")
    return subprocess.Popen(arguments, env=os.environ | {"PYTHONPATH": source}, stderr=subprocess.PIPE, text=True)


def stop_in_the_middle(folder: Path, data: Path, signal_number: int, *, step: int) -> int:
    """Start a training, send it a signal once it is past `step`, and return its exit status."""
    child = start(folder, data, seconds_a_step=SLOW_STEPS)
    (folder / "steps").unlink(missing_ok=True)
    deadline = time.monotonic() + 60
    while not (folder / "steps").exists() or int((folder / "steps").read_text() or 0) < step:
        assert child.poll() is None, child.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.002)
    child.send_signal(signal_number)
    return child.wait(timeout=60)


@pytest.fixture(scope="module")
def undisturbed(data, tmp_path_factory):
    """Return the files of a run that nothing happened to."""
    folder = tmp_path_factory.mktemp("undisturbed")
    child = start(folder, data)
    assert child.wait(timeout=120) == 0, child.communicate()[1]
    return results(folder)


def results(folder: Path) -> dict[str, bytes]:
    """Return the bytes of everything that a run leaves."""
    assert not (folder / "state").exists()
    return {path.name: path.read_bytes() for path in [*sorted((folder / "model").iterdir()), folder / "history"]}


def test_sigkill_twice_then_sigterm_end_in_the_same_bytes(data, undisturbed, tmp_path):
    folder = tmp_path / "run"
    assert stop_in_the_middle(folder, data, signal.SIGKILL, step=8) == -signal.SIGKILL
    assert stop_in_the_middle(folder, data, signal.SIGKILL, step=13) == -signal.SIGKILL
    assert stop_in_the_middle(folder, data, signal.SIGTERM, step=17) == 143
    child = start(folder, data)
    assert child.wait(timeout=120) == 0, child.communicate()[1]
    assert results(folder) == undisturbed


def test_another_setting_does_not_go_on_from_it(data, tmp_path):
    folder = tmp_path / "run"
    stop_in_the_middle(folder, data, signal.SIGTERM, step=3)
    child = start(folder, data, learning_rate=0.02)
    message = child.communicate(timeout=120)[1]
    assert child.returncode != 0
    assert "learning_rate 0.01 -> 0.02" in message


def test_the_fingerprint_names_what_the_bytes_depend_on(data, tmp_path):
    inputs = {
        "images": data / "images",
        "features": data / "features",
        "tokens": [],
        "vectors": [],
        "vocabularies": [],
        "mappings": [],
        "lexicons": {},
        "sentences": [],
        "captions": [],
        "code": [],
    }
    one = run_fingerprint(Experiment(**resolved()), Inputs(**inputs), seed=1)
    assert one == run_fingerprint(Experiment(**resolved()), Inputs(**inputs), seed=1)
    other = Experiment(**resolved(threads=2))
    changed = run_fingerprint(other, Inputs(**(inputs | {"features": data / "images"})), seed=2)
    assert {key for key in one if one[key] != changed[key]} == {"threads", "data.features", "seed"}


def test_features_of_other_images_are_refused(data, tmp_path):
    from crosscap.training.inputs import read_images

    other = pd.DataFrame({"image_id": ["else.png"]})
    tables.write_table(other, tmp_path / "features", name="features", matrix=np.ones((1, 5)))
    with pytest.raises(InputError, match="not the features of the images"):
        read_images(data / "images", tmp_path / "features")
