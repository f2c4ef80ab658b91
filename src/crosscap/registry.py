"""Finished runs as models in MLflow's registry: each answers texts with images, from its search index.

A registered model is an experiment, ``crosscap.{dataset}.{experiment}``; a version of it is one run with one index, and
the alias ``seed1`` the newest version of that seed: ``models:/crosscap.scenes.ame@seed1`` is what to serve. A version
is complete in itself: code (`crosscap.served` and a copy of this package), index and card; nothing in it is pickled.
What is registered already is not registered again. As in `crosscap.tracking`, a store that fails is a warning.
"""

from __future__ import annotations

import hashlib
import json
import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosscap.attempts import attempt
from crosscap.search.store import read_manifest
from crosscap.tracking_store import RUN_TAG, connect, experiment_id_of, newest_run

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.models import ModelSignature

PACKAGE = Path(__file__).parent
INDEX_TAG = "crosscap.index"  # sha256 of the index's files
DEFAULT_COUNT = 10  # images an answer, where it is not said
REQUIREMENTS = (  # of an answer; what is not installed here, the model does not need
    *("numpy", "pandas", "pyarrow", "tqdm", "torch", "torchvision", "safetensors", "pillow", "numba", "faiss-cpu"),
    *("sacremoses", "mecab-python3", "unidic-lite", "py3langid"),
    *("transformers", "tokenizers", "sentencepiece", "sentence-transformers"),
)
_ENVIRONMENT = {  # a user's own settings win
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",  # seconds a file; tracking's 5 are too few for an index
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


def model_name(run: str) -> str:
    """Return ``crosscap.scenes.ame`` for the run ``scenes/ame/seed1``."""
    dataset, experiment, _ = run.split("/")
    return f"crosscap.{dataset}.{experiment}"


def register(run: str, *, uri: str, experiment: str, index: Path, card: Path) -> str | None:
    """Register the model of a tracked run, if it is not there yet, and return its version; None after a warning.

    Args:
        run: ``scenes/ame/seed1``; the newest tracked run of that name is the one whose model it is.
        uri: The store, as `crosscap.tracking.initialise` returned it.
        experiment: MLflow's experiment.
        index: The folder of the search index, which holds the model too.
        card: The model's card.
    """
    return attempt(
        lambda: _register(run, uri=uri, experiment=experiment, index=index, card=card),
        f"MLflow at {uri} did not register the model of {run}",
    )


def index_digest(index: Path) -> str:
    """Return a sha256 of the files of an index, as its manifest has theirs.

    Raises:
        InputError: there is no index, it is of another format, or its manifest is damaged.
    """
    files = read_manifest(index)["files"]
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def requirements() -> list[str]:
    """Return what the served model needs, each in the version that is installed here."""
    found = []
    for name in REQUIREMENTS:
        try:
            found.append(f"{name}=={version(name).partition('+')[0]}")  # 2.13.0+cpu is on no public index
        except PackageNotFoundError:
            continue
    return found


def _register(run: str, *, uri: str, experiment: str, index: Path, card: Path) -> str:
    """Find the tracked run, and register its model under the experiment's name."""
    for setting, value in _ENVIRONMENT.items():
        os.environ.setdefault(setting, value)
    client = connect(uri)
    run_id = newest_run(client, experiment_id_of(client, experiment), f"{run}/")
    if run_id is None:
        raise LookupError(f"no run {run}")
    tracked = client.get_run(run_id)
    tags = {RUN_TAG: tracked.data.tags[RUN_TAG], INDEX_TAG: index_digest(index)}
    name, alias = model_name(run), run.rpartition("/")[2]
    number = _registered(client, name, tags)
    if number is None:
        try:
            number = _log(run_id, uri=uri, name=name, tags=tags, artifacts={"index": str(index), "card": str(card)})
        finally:  # MLflow opens the run again and closes it as of now, as failed if the registering failed
            client.set_terminated(run_id, tracked.info.status, tracked.info.end_time)
        client.update_model_version(name, number, f"The model of {run} over its search index; its card is an artifact.")
    client.set_registered_model_alias(name, alias, number)
    return number


def _registered(client: MlflowClient, name: str, tags: dict[str, str]) -> str | None:
    """Return the version of a model that has these tags, None where there is none."""
    versions = client.search_model_versions(f"name = '{name}'")
    return next((str(found.version) for found in versions if tags.items() <= found.tags.items()), None)


def _log(run_id: str, *, uri: str, name: str, tags: dict[str, str], artifacts: dict[str, str]) -> str:
    """Log the model to its run, register it, and return the version."""
    import mlflow

    mlflow.set_tracking_uri(uri)
    with mlflow.start_run(run_id=run_id):
        logged = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(PACKAGE / "served.py"),
            code_paths=[str(PACKAGE)],
            artifacts=artifacts,
            signature=_signature(),
            input_example=_example(artifacts["index"]),
            pip_requirements=requirements(),
            registered_model_name=name,
            tags=tags,
        )
    return str(logged.registered_model_version)


def _signature() -> ModelSignature:
    """Return what the model takes, texts with or without their language and k, and what it answers."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
    from mlflow.types.schema import Array

    return ModelSignature(
        inputs=Schema([ColSpec("string", "text"), ColSpec("string", "language", required=False)]),
        outputs=Schema(
            [
                ColSpec("string", "language"),
                ColSpec(Array(DataType.string), "ids"),
                ColSpec(Array(DataType.double), "scores"),
            ]
        ),
        params=ParamSchema([ParamSpec("k", DataType.long, DEFAULT_COUNT)]),
    )


def _example(index: str) -> tuple[Any, dict[str, int]]:
    """Return a question in the index's first language."""
    import pandas as pd

    language = read_manifest(Path(index))["languages"][0]
    return pd.DataFrame([{"text": "2", "language": language}]), {"k": 3}
