"""Results of two experiments and the baselines as the workflow leaves them, of every kind of file, with manifests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from evaluate_baselines import evaluate_baselines
from evaluate_retrieval import evaluate_retrieval
from summarize_results import summarize_results

from crosscap import manifests
from crosscap.files import as_paths
from crosscap.models.description import write_description
from crosscap.notes import write_note
from crosscap.readers.quarantine import Quarantine
from crosscap.schemas import TABLES
from crosscap.tables import write_table
from tests.invented_jobs import invented_job

IMAGES, WIDTH = 60, 8
LANGUAGES = ["de", "en"]
RESAMPLING = {"resamples": 20, "random_seed": 1}
MODEL = "results/a/models/{}/seed1/{}"
LARGE = 200  # bytes a file at least, so that 100 can be cut off


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with results that hold."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("pristine"))
        _make_results()
        return Path.cwd()


@pytest.fixture
def work(pristine: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may damage."""
    return Path(shutil.copytree(pristine, tmp_path / "work"))


def _make_results() -> None:
    """Make the results of a small data set in the working directory."""
    names = {"images": "images.parquet", "tokens": "tokens.parquet", "quarantined": "quarantine.json"}
    with _job("read_dataset", **{name: f"results/a/{end}" for name, end in names.items()}) as files:
        images, tokens = _data()
        write_table(images, files["images"], name="images")
        write_table(tokens, files["tokens"], name="tokens")
        write_note(files["quarantined"], Quarantine(images={"test": 20}).as_dict())
    generator = np.random.default_rng(1)
    with _job("extract_features", temporary=True, features="results/a/features/1-of-1.parquet") as files:
        matrix = generator.normal(size=(IMAGES, WIDTH))
        write_table(images[["image_id"]], files["features"], name="features", matrix=matrix)
    shard = files["features"]
    with _job("gather_features", {"shards": [shard]}, features="results/a/features.parquet") as files:
        shutil.copy(shard, files["features"])
    Path(shard).unlink()  # as Snakemake does
    data = {"images": "results/a/images.parquet", "tokens": ["results/a/tokens.parquet"]}
    _evaluate_baselines(data | {"features": "results/a/features.parquet"})
    for name in ("mono", "ame"):
        _make_model(name, images, tokens, generator)
        _evaluate_retrieval(name)
    _summarize()
    with _job("write_report", {"csv": "results/a/summary/results.csv"}, **_texts()) as files:
        for name, path in files.items():
            Path(path).write_text(f"<{name}>" * LARGE)
    write_note("results/tracking.json", {"uri": "sqlite:///here"})
    for kept in ("results/a/models/ame/seed1/journal.jsonl", "results/mlflow.db", "results/README.md"):
        Path(kept).write_text("kept")
    with _job("initialise_tracking", store="results/tracking.json"):
        pass


def _data() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables images and tokens: a caption an image and language."""
    splits = ["train"] * 20 + ["val"] * 20 + ["test"] * 20
    images = pd.DataFrame({"image_id": [f"i{number}" for number in range(IMAGES)], "split": splits})
    images = images.assign(path=images["image_id"], sha256="0" * 64, width=np.int32(8), height=np.int32(8))
    tokens = pd.concat([images[["image_id", "split"]].assign(language=language) for language in LANGUAGES])
    tokens["caption_id"] = tokens["image_id"] + tokens["language"]
    tokens["tokens"] = [[f"w{number % 7}", f"v{number % 5}"] for number in range(len(tokens))]
    tokens = tokens.assign(position=np.int16(0), origin="human")[list(TABLES["tokens"])]
    return images, tokens.reset_index(drop=True)


def _make_model(name: str, images: pd.DataFrame, tokens: pd.DataFrame, generator: np.random.Generator) -> None:
    """Make a model's folder, and the embeddings of the test split: of captions near those of their images."""
    named = {"wildcards": {"experiment": name, "seed": "1"}}
    read = {"tokens": ["results/a/tokens.parquet"]}
    with _job("train_model", read, **named, model=MODEL.format(name, "model")) as files:
        facts = {"experiment": name, "seed": 1, "fidelity": "paper", "note": ""}
        write_description(Path(files["model"]), facts)
        Path(files["model"], "model.safetensors").write_bytes(generator.bytes(LARGE))
    read = {"model": MODEL.format(name, "model"), "images": "results/a/images.parquet"}
    with _job("embed_split", read, **named, embeddings=MODEL.format(name, "embeddings.parquet")) as files:
        test, captions = images[images["split"] == "test"], tokens[tokens["split"] == "test"]
        of_images = test[["image_id"]].assign(item_id=test["image_id"], kind="image", language="")
        of_captions = captions[["image_id", "language"]].assign(item_id=captions["caption_id"], kind="caption")
        items = pd.concat([of_images, of_captions])[["item_id", "image_id", "kind", "language"]]
        points = generator.normal(size=(IMAGES, WIDTH))[[int(image[1:]) for image in items["image_id"]]]
        matrix = (points + generator.normal(size=points.shape)).astype(np.float32)
        matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
        write_table(items.reset_index(drop=True), files["embeddings"], name="embeddings", matrix=matrix)


def _evaluate_baselines(read: dict[str, Any]) -> None:
    """Measure the baselines as their rule does."""
    settings = {"fold_size": None, **RESAMPLING}
    params = {"benchmark": "a", "split": "test", "settings": settings}
    written = {name: f"results/a/baselines/{name}.parquet" for name in ("ranks", "metrics")}
    with _job("evaluate_baselines", read, params=params, **written) as files:
        evaluate_baselines(**as_paths({**read, **files}.items()), benchmark="a", split="test", **settings)


def _evaluate_retrieval(name: str) -> None:
    """Measure a model as its rule does."""
    settings = {"fold_size": None, **RESAMPLING}
    params = {"similarity": "cosine", "languages": LANGUAGES, "benchmark": "a", "settings": settings}
    read = {"embeddings": MODEL.format(name, "embeddings.parquet")}
    written = {table: MODEL.format(name, f"{table}.parquet") for table in ("ranks", "metrics")}
    named = {"wildcards": {"experiment": name, "seed": "1"}}
    with _job("evaluate_retrieval", read, params=params, **named, **written) as files:
        given = as_paths({**read, **files}.items())
        shared: Any = {key: value for key, value in params.items() if key != "settings"}
        evaluate_retrieval(**given, experiment=name, seed=1, **shared, **settings)


def _summarize() -> None:
    """Bring the measurements together as the rule does."""
    models = ("mono", "ame")
    read = {
        "metrics": ["results/a/baselines/metrics.parquet", *(MODEL.format(name, "metrics.parquet") for name in models)],
        "ranks": [MODEL.format(name, "ranks.parquet") for name in models],
        "models": [MODEL.format(name, "model") for name in models],
        "baseline_ranks": "results/a/baselines/ranks.parquet",
        "quarantined": "results/a/quarantine.json",
    }
    params = {
        "runs": [(name, 1) for name in models],
        "published": [],
        "zero_shot": {"mono": [], "ame": ["de"]},
        "settings": {"permutations": 20, "seed": 1},
    }
    ends = {"csv": "results.csv", "markdown": "results.md", "latex": "results.tex", "tests": "tests.csv"}
    written = {name: f"results/a/summary/{end}" for name, end in ends.items()}
    with _job("summarize_results", read, params=params, **written) as files:
        summarize_results(dict(as_paths(read.items())), dict(as_paths(files.items())), **params)


def _texts() -> dict[str, str]:
    """The report and a figure."""
    return {"page": "results/a/report.html", "figure": "results/a/summary/comparison.svg", "card": "results/a/card.md"}


@contextmanager
def _job(
    rule: str,
    read: dict[str, Any] | None = None,
    *,
    params: dict[str, Any] | None = None,
    wildcards: dict[str, str] | None = None,
    temporary: bool = False,
    unchecked: list[str] | None = None,
    **written: str,
) -> Iterator[dict[str, str]]:
    """Record a job, and give the paths that it writes."""
    names = {} if rule == "initialise_tracking" else {"dataset": "a", **(wildcards or {})}
    log = "/".join(["logs", *list(names.values())[:1], rule, *(wildcards or {}).values()])
    job = invented_job(rule, log=f"{log}.log", input=read or {}, output=written, params=params or {}, wildcards=names)
    for path in written.values():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    with manifests.recorded(job, temporary=temporary, unchecked=unchecked or []):
        yield written


@pytest.fixture
def damage() -> Callable[[Path, np.random.Generator, str], None]:
    """A function that flips a bit of a file, or cuts off 100 bytes."""

    def apply(path: Path, generator: np.random.Generator, how: str) -> None:
        data = bytearray(path.read_bytes())
        if how == "flip":
            data[generator.integers(len(data))] ^= 1 << int(generator.integers(8))
        else:
            del data[-100:]
        path.write_bytes(data)

    return apply
