"""Registered models: one version a run and index, answers over HTTP, nothing pickled; a dead server is a warning."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import pytest
import yaml
from mlflow.pyfunc import scoring_server
from register_models import register_models
from starlette.testclient import TestClient

from crosscap import search
from crosscap.notes import read_note, write_note, write_sealed
from crosscap.registry import REQUIREMENTS, model_name, register, requirements
from crosscap.search import store
from crosscap.search.build import index_photos
from crosscap.search.model import Texts
from crosscap.tracking import Tracker, initialise
from crosscap.tracking_store import RUN_TAG, connect
from tests.search.serving import NETWORK, make_model, make_photos
from tests.test_packaging import DECLARED, pypi_name

RUN = "scenes/ame/seed1"
NAME = "crosscap.scenes.ame"
DEAD = "http://127.0.0.1:9"
pytestmark = pytest.mark.xdist_group("registry")


@dataclass(frozen=True)
class Registered:
    """A store with one registered model, and what it was made of."""

    uri: str
    index: Path
    card: Path
    version: str

    def register(self, run: str = RUN, **changed: Any) -> str | None:
        """Register again."""
        made: dict[str, Any] = {"index": self.index, "card": self.card, "uri": self.uri, **changed}
        return register(run, experiment="crosscap", **made)

    def versions(self, name: str = NAME) -> list[Any]:
        """Return the model's versions, the oldest first."""
        found = connect(self.uri).search_model_versions(f"name = '{name}'")
        return sorted(found, key=lambda version: int(version.version))


def track(uri: str, journal: Path, run: str, *, fingerprint: str = "abc") -> None:
    """Track a run that is finished."""
    tags = {RUN_TAG: f"{run}/{fingerprint}"}
    tracker = Tracker(uri=uri, experiment="crosscap", run_name=run, tags=tags, params={}, journal=journal)
    tracker.log(1, {"loss": 1.0})
    tracker.finish()


@pytest.fixture(scope="module", autouse=True)
def _mlflow_as_it_was() -> Iterator[None]:
    """Give MLflow's own store back to the tests that follow."""
    before = mlflow.get_tracking_uri()
    yield
    mlflow.set_tracking_uri(before)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Registered:
    """Track a run and register its model, over a real index of twelve photos."""
    folder = tmp_path_factory.mktemp("registry")
    index, card = folder / "index", folder / "card.md"
    index_photos(make_model(folder / "model"), make_photos(folder / "photos"), index, network=NETWORK, texts=Texts())
    card.write_text("# ame\n", encoding="utf-8")
    uri = str(initialise(None, folder=folder / "results", experiment="crosscap")["uri"])
    track(uri, folder / "journal.jsonl", RUN)
    version = register(RUN, uri=uri, experiment="crosscap", index=index, card=card)
    assert version is not None
    return Registered(uri, index, card, version)


@pytest.fixture(scope="module")
def folder(made: Registered) -> Path:
    """Return the files of the registered model."""
    return Path(mlflow.artifacts.download_artifacts(f"models:/{NAME}/{made.version}"))


@pytest.fixture(scope="module")
def client(made: Registered) -> TestClient:
    """Return a client of the server that `mlflow models serve` starts."""
    return TestClient(scoring_server.init(mlflow.pyfunc.load_model(f"models:/{NAME}@seed1")))


def asked(client: TestClient, *rows: dict[str, Any], **params: Any) -> Any:
    """Ask the server."""
    return client.post("/invocations", json={"dataframe_records": list(rows), "params": params})


def test_a_version_says_which_run_and_index_it_is(made: Registered) -> None:
    assert made.version == "1"
    (version,) = made.versions()
    assert version.tags[RUN_TAG] == f"{RUN}/abc"
    assert set(version.tags) == {RUN_TAG, "crosscap.index"}
    client = connect(made.uri)
    assert client.get_run(version.run_id).data.tags[RUN_TAG] == f"{RUN}/abc"
    assert client.get_model_version_by_alias(NAME, "seed1").version == int(version.version)
    assert "its card is an artifact" in version.description


def test_what_is_registered_is_not_registered_again_and_what_changed_is(made: Registered, tmp_path: Path) -> None:
    assert made.register() == "1"
    track(made.uri, tmp_path / "second.jsonl", "scenes/ame/seed2")
    assert made.register("scenes/ame/seed2") == "2"
    track(made.uri, tmp_path / "again.jsonl", RUN, fingerprint="def")  # trained anew
    shutil.copytree(made.index, tmp_path / "index")
    manifest = store.read_manifest(tmp_path / "index")
    assert made.register() == "3"
    changed = {**manifest, "files": {}}  # other files, as after a change
    write_sealed(tmp_path / "index" / store.MANIFEST, changed, format=store.FORMAT)
    assert made.register(index=tmp_path / "index") == "4"
    assert [made.register(), len(made.versions())] == ["3", 4]
    client = connect(made.uri)
    assert client.get_model_version_by_alias(NAME, "seed2").version == 2
    assert client.get_model_version_by_alias(NAME, "seed1").version == 3


def test_the_server_answers_as_the_index_does(made: Registered, client: TestClient) -> None:
    answer = asked(client, {"text": "ein rot ball", "language": "de"}, {"text": "a blue house on sand"}, k=3)
    assert answer.status_code == 200, answer.text
    questions = (("ein rot ball", "de"), ("a blue house on sand", None))
    expected = [search.open(made.index).search(*question, k=3) for question in questions]
    assert answer.json()["predictions"] == [
        {
            "language": found.language,
            "ids": [hit.image_id for hit in found.hits],
            "scores": [hit.score for hit in found.hits],
        }
        for found in expected
    ]
    assert [found.language for found in expected] == ["de", "en"]


def test_language_and_k_may_be_left_out(client: TestClient) -> None:
    text = "a red house on sand"
    for row in ({"text": text}, {"text": text, "language": None}, {"text": text, "language": ""}):
        (found,) = asked(client, row).json()["predictions"]
        assert found["language"] == "en"
        assert len(found["ids"]) == len(found["scores"]) == 10
    listed = client.post("/invocations", json={"inputs": {"text": ["red", "rot"], "language": ["en", "de"]}})
    assert [found["language"] for found in listed.json()["predictions"]] == ["en", "de"]


@pytest.mark.parametrize(
    ("row", "params", "told"),
    [
        ({"text": "red", "language": "xx"}, {}, "xx"),
        ({"text": "red"}, {"k": 0}, "k is 0"),
        ({"text": "red"}, {"k": "many"}, "Invalid parameters found"),
        ({"txt": "red"}, {}, "missing inputs ['text']"),
    ],
)
def test_wrong_questions_are_told_without_a_traceback(
    client: TestClient, row: dict[str, Any], params: dict[str, Any], told: str
) -> None:
    answer = asked(client, row, **params)
    assert answer.status_code == 400
    assert told in answer.json()["message"]
    assert "Traceback" not in answer.text


def test_a_version_is_complete_and_holds_no_pickle(made: Registered, folder: Path) -> None:
    described = yaml.safe_load((folder / "MLmodel").read_text(encoding="utf-8"))
    assert described["flavors"]["python_function"]["loader_module"] == "mlflow.pyfunc.loaders.code_model"
    assert not [path for path in folder.rglob("*") if path.suffix in {".pkl", ".pickle", ".joblib", ".pyc"}]
    assert not [path for path in folder.rglob("*") if path.is_file() and path.read_bytes()[:1] == b"\x80"]
    assert (folder / "artifacts/card.md").read_text(encoding="utf-8") == "# ame\n"
    assert (folder / "code/crosscap/search/searcher.py").is_file()
    assert [search.open(folder / "artifacts/index").search("red", k=1)] == [search.open(made.index).search("red", k=1)]
    needed = (folder / "requirements.txt").read_text(encoding="utf-8").split()
    assert set(requirements()) <= set(needed)
    assert any(line.startswith("mlflow==") for line in needed)


def test_what_is_required_is_declared_and_of_a_public_version() -> None:
    declared = {pypi_name(line.split(";")[0].split(">")[0]) for line in DECLARED}
    assert set(REQUIREMENTS) <= declared
    assert all("+" not in line for line in requirements())


def test_a_run_that_is_not_tracked_and_a_dead_server_are_warnings(
    made: Registered, caplog: pytest.LogCaptureFixture
) -> None:
    assert made.register("scenes/none/seed1") is None
    assert "no run scenes/none/seed1" in caplog.text
    assert made.register(uri=DEAD) is None
    assert f"MLflow at {DEAD} did not register the model of {RUN}" in caplog.text
    assert made.versions("crosscap.scenes.none") == []


def test_the_run_stays_as_it_ended_also_where_its_model_cannot_be_registered(
    made: Registered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(**_: object) -> None:
        raise OSError("No space left on device")

    run = "scenes/late/seed1"
    track(made.uri, tmp_path / "journal.jsonl", run)
    client = connect(made.uri)
    (before,) = (found for found in client.search_runs(["1"]) if found.data.tags[RUN_TAG] == f"{run}/abc")
    monkeypatch.setattr(mlflow.pyfunc, "log_model", full)
    assert made.register(run) is None
    assert "No space left on device" in caplog.text
    after = client.get_run(before.info.run_id).info
    assert (after.status, after.end_time) == ("FINISHED", before.info.end_time)
    assert mlflow.active_run() is None


@pytest.mark.parametrize(
    ("uri", "arrived", "expected"),
    [("made", True, {RUN: f"models:/{NAME}/3"}), ("made", False, {}), (DEAD, True, {})],
)
def test_the_script_says_where_each_model_is(
    made: Registered, tmp_path: Path, uri: str, arrived: bool, expected: dict[str, str]
) -> None:
    write_note(tmp_path / "store.json", {"uri": made.uri if uri == "made" else uri, "experiment": "crosscap"})
    write_note(tmp_path / "tracked.json", {RUN: arrived})
    register_models(
        tmp_path / "store.json",
        tmp_path / "tracked.json",
        indexes=[made.index],
        cards=[made.card],
        runs=[RUN],
        registered=tmp_path / "registered.json",
    )
    assert read_note(tmp_path / "registered.json") == expected


def test_names_of_models_tell_experiments_apart() -> None:
    assert model_name("a-b/c/seed1") != model_name("a/b-c/seed1")
