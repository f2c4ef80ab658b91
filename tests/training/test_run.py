"""A training run as its own process: killed at any moment, it goes on to the same bytes and notes nothing twice."""

from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest

from crosscap import tables
from crosscap.faults import InputError
from crosscap.models.description import read_description
from crosscap.models.store import load_model
from crosscap.training.inputs import read_images
from tests.training.killing import KILLED, Training, finish, hashes, kill_at_random, noted
from tests.training.small_run import SMALL
from tests.training.traps import Trap

pytestmark = pytest.mark.xdist_group("killing")
RUNS, KILLS = 4, 5
IN_WRITES = [
    Trap("half", file="fingerprint.json"),
    Trap("loading"),
    Trap("validation"),
    Trap("noting", number=2),
    Trap("step", number=3),
    *(Trap(moment) for moment in ("begun", "half", "flushed", "renamed")),
    *(Trap(moment, number=2) for moment in ("begun", "half", "flushed", "renamed")),
    Trap("writing the model"),
    *(Trap(moment, file="model.safetensors") for moment in ("half", "flushed", "renamed")),
    *(Trap(moment, file="model.json") for moment in ("begun", "flushed")),
    *(Trap(moment, file="history.parquet") for moment in ("half", "flushed", "renamed")),
]


def assert_same(folder: Path, undisturbed: Path) -> None:
    """Compare all that two trainings leave."""
    assert hashes(folder) == hashes(undisturbed)
    assert noted(folder) == noted(undisturbed)


def test_a_run_is_worth_resuming(undisturbed):
    assert sorted(hashes(undisturbed)) == ["history.parquet", "model/model.json", "model/model.safetensors"]
    assert len(set(noted(undisturbed))) == len(noted(undisturbed))
    history = tables.read_table(undisturbed / "history.parquet", name="history")
    assert history.loc[history["metric"] == "learning_rate", "value"].min() < SMALL["learning_rate"]
    stored = load_model(undisturbed / "model")
    assert stored.description["best_step"] > 0
    maps = stored.model.texts.table.maps
    assert not np.allclose(maps[1], maps[0])


@pytest.mark.parametrize("number", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, RUNS))])
def test_killed_at_random_moments_it_ends_in_the_same_bytes(small_data, undisturbed, tmp_path, number):
    """The slow ones are the same with moments of other seeds; chosen moments are in the tests of every write."""
    attempts = list(kill_at_random(tmp_path / "run", small_data, kills=KILLS, random=Random(number)))
    assert len(attempts) == KILLS
    assert attempts[-1].resumed_from > 0
    assert_same(tmp_path / "run", undisturbed)


def test_killed_in_every_write_it_ends_in_the_same_bytes(small_data, undisturbed, tmp_path):
    folder = tmp_path / "run"
    for trap in IN_WRITES:
        assert Training(folder, small_data, trap=trap).end() == KILLED, trap
        left = [path.name for path in folder.rglob("*.tmp")]
        assert len(left) == (trap.moment in ("begun", "half", "flushed")), left  # those of trainings before are cleared
    finish(folder, small_data)
    assert_same(folder, undisturbed)


def test_the_same_seed_alone_gives_the_same_bytes(small_data, undisturbed, tmp_path):
    finish(tmp_path / "again", small_data)
    assert_same(tmp_path / "again", undisturbed)
    other = Training(tmp_path / "other", small_data, dropout=0.2)
    assert other.end() == 0
    description = read_description(tmp_path / "other/model")
    assert description["weights_sha256"] != read_description(undisturbed / "model")["weights_sha256"]


def test_features_of_other_images_are_refused(small_data, tmp_path):
    other = pd.DataFrame({"image_id": ["else.png"]})
    tables.write_table(other, tmp_path / "features", name="features", matrix=np.ones((1, 5)))
    with pytest.raises(InputError, match="not the features of the images"):
        read_images(small_data / "images", tmp_path / "features")
