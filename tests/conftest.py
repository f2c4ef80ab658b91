"""What all tests share: one thread a process, as pytest runs in two, and no time limit an example.

With more threads than cores, those of OpenMP wait for one another in busy loops: small models then take minutes.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when PyTorch or NumPy is first imported
settings.register_profile("unhurried", deadline=None)  # which a busy machine would break
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[object]]:
    """Initialise a tracking store, which takes seconds, from four processes at once; give its folder and answers.

    Tests that use it belong to the group tracking, so that one of pytest's processes makes it.
    """
    from crosscap.tracking import initialise
    from crosscap.tracking_store import load_mlflow
    from tests.tracked import at_once

    load_mlflow()
    folder = tmp_path_factory.mktemp("tracking") / "a 画像"
    return folder, at_once(lambda: initialise(None, folder=folder, experiment="crosscap"), [()] * 4)
