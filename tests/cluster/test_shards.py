"""Features in eight shards, submitted to Slurm as one array of jobs, against one job without a cluster."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cluster.runs import SLURM, finish

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("slurm")]
FEATURES = "results/scenes/features.parquet"


def settings(folder: Path, shards: int) -> Path:
    """A settings file: 72 images in 18 batches, whatever the shards."""
    file = folder / "settings.yaml"
    file.write_text(json.dumps({"features": {"batch_size": 4, "shards": shards}}))
    return file


def test_an_array_of_eight_shards_makes_the_bytes_of_one(node: None, tmp_path: Path) -> None:
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    for place in (alone, shared):
        place.mkdir()
    one, eight = (settings(place, shards) for place, shards in ((alone, 1), (shared, 8)))
    status, said = finish("--cores", "2", FEATURES, folder=alone, log=alone / "said.log", settings=one)
    assert status == 0, said[-20000:]
    array = ["--slurm-array-jobs", "extract_features"]
    status, said = finish(*SLURM, *array, FEATURES, folder=shared, log=shared / "said.log", settings=eight)
    assert status == 0, said[-20000:]
    assert re.findall(r"Submitted array job .* SLURM job ID \d+\. The individual task IDs are (\S+)\.", said) == ["1-8"]
    assert (shared / FEATURES).read_bytes() == (alone / FEATURES).read_bytes()
