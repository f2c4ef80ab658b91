"""Addresses of tracking stores: four kinds, and a password in none of them, nor in what is written or said."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from initialise_tracking import initialise_tracking

from crosscap.settings import check_settings, load_schema, load_settings
from crosscap.tracking import log_results, sync
from crosscap.tracking_store import connect
from crosscap.tracking_uri import fault_of, masked
from tests.tracked import tracker

ROOT = Path(__file__).parents[1]
SECRET = "hunter2"
GOOD = [
    "http://127.0.0.1:5000",
    "https://tracking.example/mlflow",
    "postgresql://crosscap@db.example:5432/runs",
    "postgresql+psycopg2://db.example/runs?sslmode=require",
    "sqlite:////data/a b/画像@home:1/mlflow.db",
    "sqlite:///results/mlflow.db",
]
TOLD = [
    (f"http://me:{SECRET}@host:5000", "http://***@host:5000", "MLFLOW_TRACKING_PASSWORD"),
    (f"https://{SECRET}@host", "https://***@host", "MLFLOW_TRACKING_USERNAME"),
    (f"postgresql://me:{SECRET}@host/runs", "postgresql://me:***@host/runs", "PGPASSWORD"),
    (f"postgresql://me:a/b@{SECRET}@host/runs", "postgresql://me:***@host/runs", "~/.pgpass"),
    (f"postgresql://me@host/runs?Password={SECRET}&x=1", "postgresql://me@host/runs?Password=***&x=1", "PGPASSWORD"),
]
WITH_SECRET = [uri for uri, _, _ in TOLD]


@pytest.mark.parametrize("uri", GOOD)
def test_a_good_address_is_told_as_it_is(uri: str) -> None:
    assert fault_of(uri) is None
    assert masked(f"MLflow at {uri} failed") == f"MLflow at {uri} failed"


@pytest.mark.parametrize("uri", ["mlruns", "localhost:5000", "file:///data", "http://", "sqlite:///", "ftp://host", ""])
def test_what_is_no_address_is_told_with_the_four_kinds(uri: str) -> None:
    assert "write one like http://host:5000" in (fault_of(uri) or "")


@pytest.mark.parametrize(("uri", "shown", "variable"), TOLD)
def test_an_address_with_a_password_is_refused_with_the_remedy_and_without_it(
    uri: str, shown: str, variable: str
) -> None:
    fault = fault_of(uri) or ""
    assert fault.startswith(f"{shown} holds a password")
    assert variable in fault
    assert SECRET not in fault


@pytest.mark.parametrize("uri", WITH_SECRET)
def test_the_settings_refuse_it_before_anything_is_written(uri: str) -> None:
    settings = load_settings([ROOT / "config.yaml"], arguments={"tracking": {"uri": uri}})
    with pytest.raises(ValueError, match=r"tracking\.uri: .* holds a password") as refused:
        check_settings(settings, schema=load_schema(ROOT / "workflow/schemas/config.schema.yaml"))
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("uri", WITH_SECRET)
def test_no_call_connects_with_it_or_says_it(uri: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = tmp_path / "journal.jsonl"
    with tracker(uri, journal) as run:
        run.log(1, {"loss": 1.0})
    assert sync(journal, uri=uri) is None
    assert not log_results("scenes/ame/seed1", {"a": 1.0}, uri=uri, experiment="crosscap", artifacts=[])
    with pytest.raises(ValueError, match="holds a password"):
        initialise_tracking(tmp_path / "tracking.json", uri=uri, experiment="crosscap")
    written = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    assert SECRET not in "".join([*written, caplog.text])
    assert "holds a password" in caplog.text


@contextmanager
def server_that_notes(seen: list[str | None]) -> Iterator[str]:
    """Refuse every request, and note how the client names itself."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization"))
            self.send_error(403)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_server_gets_the_password_of_the_environment_which_is_never_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "me")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", SECRET)
    seen: list[str | None] = []
    with server_that_notes(seen) as uri:
        initialise_tracking(tmp_path / "tracking.json", uri=uri, experiment="crosscap")
    assert set(seen) == {f"Basic {base64.b64encode(f'me:{SECRET}'.encode()).decode()}"}
    assert "does not answer" in caplog.text
    assert SECRET not in caplog.text + (tmp_path / "tracking.json").read_text(encoding="utf-8")


def test_mlflow_is_told_to_report_its_use_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_DISABLE_TELEMETRY", raising=False)
    connect("http://127.0.0.1:9")
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "export MLFLOW_DISABLE_TELEMETRY := true" in makefile
