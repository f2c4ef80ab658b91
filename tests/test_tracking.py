"""Tracking keeps every value, doubles none, and never stops its caller."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from initialise_tracking import initialise_tracking
from track_results import track_results

from crosscap import tracking
from crosscap.faults import InputError
from crosscap.journal import Journal, flatten, read_journal
from crosscap.notes import read_note, write_note
from crosscap.tables import write_table
from crosscap.tracking import initialise, log_results, sync
from crosscap.tracking_store import connect
from tests.tracked import DEAD, RUN, runs, tracker

pytestmark = pytest.mark.xdist_group("tracking")


@pytest.fixture
def store(initialised: tuple[Path, list[Any]], tmp_path: Path) -> str:
    """Return the uri of a store of the test's own."""
    shutil.copy(initialised[0] / "mlflow.db", tmp_path / "mlflow.db")
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


def steps(uri: str, metric: str) -> list[tuple[int, float]]:
    """Return the steps and values of a metric of the store's only run."""
    (run,) = runs(uri)
    return [(entry.step, entry.value) for entry in connect(uri).get_metric_history(run.info.run_id, metric)]


def noted(journal: Path) -> list[tuple[int, str, float]]:
    """Return what a journal holds."""
    return [(entry["step"], entry["metric"], entry["value"]) for entry in read_journal(journal).entries]


def test_a_new_store_says_where_it_is_and_can_be_initialised_again(
    initialised: tuple[Path, list[Any]], tmp_path: Path
) -> None:
    folder, answers = initialised
    described = {"uri": f"sqlite:///{folder / 'mlflow.db'}", "experiment": "crosscap", "reachable": True}
    assert answers == [described] * 4
    initialise_tracking(tmp_path / "tracking.json", uri=described["uri"], experiment="crosscap")
    assert read_note(tmp_path / "tracking.json") == described


def test_a_run_keeps_parameters_tags_and_metrics(store: str, tmp_path: Path) -> None:
    run = tracker(store, tmp_path / "journal.jsonl")
    run.log(10, {"R@1_i2t": 12.5, "loss": 3.0})
    run.log(20, {"R@1_i2t": 15.0})
    run.finish()
    (kept,) = runs(store)
    assert kept.info.status == "FINISHED"
    assert kept.data.params == {"learning_rate": "0.001", "margin.order": "0.05"}
    assert kept.data.tags["crosscap.data"] == "5f3a"
    assert steps(store, "R_at_1_i2t") == [(10, 12.5), (20, 15.0)]


def test_a_resumed_run_goes_on_without_doubled_steps(store: str, tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    first = tracker(store, journal)
    for step in range(4):
        first.log(step, {"loss": float(step)})
    with journal.open("ab") as file:
        file.write(b'{"step": 4, "met')  # killed in the middle of a line
    del first  # and with it its lock, as at its death
    second = tracker(store, journal)
    for step in range(2, 6):
        second.log(step, {"loss": float(step)})
    second.finish()
    assert steps(store, "loss") == [(step, float(step)) for step in range(6)]
    assert noted(journal) == [(step, "loss", float(step)) for step in range(6)]


@pytest.mark.parametrize(
    ("error", "status"), [(None, "FINISHED"), (SystemExit(143), "KILLED"), (ValueError("broken"), "FAILED")]
)
def test_a_run_is_closed_as_its_block_ends(
    store: str, tmp_path: Path, error: BaseException | None, status: str
) -> None:
    with contextlib.suppress(SystemExit, ValueError), tracker(store, tmp_path / "journal.jsonl") as run:
        run.log(1, {"loss": 1.0})
        if error:
            raise error
    assert [run.info.status for run in runs(store)] == [status]


def test_a_run_with_another_fingerprint_is_a_new_run(store: str, tmp_path: Path) -> None:
    tracker(store, tmp_path / "journal.jsonl").log(1, {"loss": 1.0})
    tracker(store, tmp_path / "journal.jsonl", run=f"{RUN}/def").log(1, {"loss": 2.0})
    assert sorted(run.data.tags["crosscap.run"] for run in runs(store)) == [f"{RUN}/abc", f"{RUN}/def"]
    assert noted(tmp_path / "journal.jsonl") == [(1, "loss", 2.0)]


def test_a_dead_server_costs_a_warning_and_the_journal_is_sent_later(
    store: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = tracker(DEAD, tmp_path / "journal.jsonl")
    for step in range(5):
        run.log(step, {"loss": 1.0})
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "the values stay in" in caplog.text
    run.finish()
    assert len(noted(tmp_path / "journal.jsonl")) == 5
    assert not sync(tmp_path / "journal.jsonl", uri=DEAD)
    assert sync(tmp_path / "journal.jsonl", uri=store)
    assert sync(tmp_path / "journal.jsonl", uri=store)
    assert steps(store, "loss") == [(step, 1.0) for step in range(5)]
    assert initialise(DEAD, folder=tmp_path, experiment="crosscap")["reachable"] is False


def test_a_store_that_fails_once_gets_everything_at_the_end(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(*_: object) -> None:
        raise RuntimeError("database is locked")

    run = tracker(store, tmp_path / "journal.jsonl")
    run.log(1, {"loss": 1.0})
    with monkeypatch.context() as patched:
        patched.setattr(tracking, "send_values", locked)
        run.log(2, {"loss": 2.0})
    run.log(3, {"loss": 3.0})
    assert steps(store, "loss") == [(1, 1.0)]
    run.finish()
    assert steps(store, "loss") == [(1, 1.0), (2, 2.0), (3, 3.0)]
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_journal_that_cannot_be_written_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    run = tracker(DEAD, tmp_path / "file" / "journal.jsonl")
    run.log(1, {"loss": 1.0})
    run.finish()
    assert len(caplog.records) == 1
    assert "the run is not tracked any more" in caplog.text


def test_results_go_to_the_run_of_exactly_that_name_with_their_files(
    initialised: tuple[Path, list[Any]], store: str, tmp_path: Path
) -> None:
    (tmp_path / "model.json").write_text("{}", encoding="utf-8")
    for name in ("scenes/a_b/seed1", "scenes/a-b/seed1", "scenes/a_b/seed10"):
        tracker(store, tmp_path / f"{name.replace('/', '.')}.jsonl", run=f"{name}/abc").log(1, {"loss": 1.0})
    where: Any = {"uri": store, "experiment": "crosscap", "artifacts": [tmp_path / "model.json"]}
    assert log_results("scenes/a_b/seed1", {"test/R@1": 50.0}, **where)
    assert list((initialised[0] / "mlartifacts").rglob("model.json"))
    got = [run.data.tags["crosscap.run"] for run in runs(store) if "test/R_at_1" in run.data.metrics]
    assert got == ["scenes/a_b/seed1/abc"]
    assert not log_results("scenes/none/seed1", {"a": 1.0}, uri=store, experiment="crosscap", artifacts=[])


def result_files(folder: Path, uri: str) -> dict[str, Any]:
    """Write what evaluation leaves of one run that the store has not seen, and return the script's arguments."""
    write_note(folder / "tracking.json", {"uri": uri, "experiment": "crosscap", "reachable": False})
    write_note(folder / "model" / "model.json", {})
    (folder / "results.csv").write_text("metric\n", encoding="utf-8")
    row = {"experiment": "ame", "seed": 1, "benchmark": "scenes", "task": "text_to_image", "language": "de"}
    metrics = pd.DataFrame([{**row, "metric": "R@1", "value": 50.0, "low": 40.0, "high": 60.0}])
    write_table(metrics, folder / "metrics.parquet", name="metrics")
    tracker(DEAD, folder / "journal.jsonl").log(1, {"loss": 1.0})
    return {
        "store": folder / "tracking.json",
        "results": folder / "results.csv",
        "metrics": [folder / "metrics.parquet"],
        "models": [folder / "model"],
        "journals": [folder / "journal.jsonl"],
        "runs": [RUN],
        "tracked": folder / "tracked.json",
    }


def test_the_results_of_a_run_whose_server_was_dead_arrive_with_its_journal(store: str, tmp_path: Path) -> None:
    track_results(**result_files(tmp_path, store))
    assert read_note(tmp_path / "tracked.json") == {RUN: True}
    (run,) = runs(store)
    assert run.data.metrics == {"loss": 1.0, "scenes/text_to_image/de/R_at_1": 50.0}


def test_results_without_a_server_are_a_note_in_the_marker(tmp_path: Path) -> None:
    track_results(**result_files(tmp_path, DEAD))
    assert read_note(tmp_path / "tracked.json") == {RUN: False}


def test_a_journal_begins_anew_where_the_file_is_none(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for content in (b"", b"\xff\n", b"[1]\n", b'{"step": 1}\n'):
        path.write_bytes(content)
        assert [entry["step"] for entry in Journal(path, header={"run": "a"}).note(7, {"loss": 1.0})] == [7]
        assert noted(path) == [(7, "loss", 1.0)]
    with pytest.raises(InputError, match="no tracking journal"):
        read_journal(tmp_path / "none.jsonl")


def test_a_journal_whose_first_line_is_damaged_loses_no_value(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    begun = Journal(path, header={"run": "a"})
    begun.note(7, {"loss": 1.0})
    begun.close()
    path.write_bytes(b"X" + path.read_bytes()[1:])
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"journal\.jsonl: the first line, which names the run, is damaged"):
        Journal(path, header={"run": "a"})
    assert path.read_bytes() == before


def test_a_journal_keeps_values_that_are_not_numbers(tmp_path: Path) -> None:
    Journal(tmp_path / "journal.jsonl", header={"run": "a"}).note(1, {"loss": float("nan")})
    assert json.loads((tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines()[1])["metric"] == "loss"
    assert str(noted(tmp_path / "journal.jsonl")) == "[(1, 'loss', nan)]"


def test_nested_settings_become_one_level() -> None:
    assert flatten({"a": {"b": {"c": 1}, "d": [1, 2]}, "e": None}) == {"a.b.c": "1", "a.d": "[1, 2]", "e": "None"}


def test_another_runs_journal_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for run in "abc":
        journal = Journal(path, header={"run": run})
        journal.note(1, {"loss": 1.0})
        journal.close()
    kept = [read_journal(tmp_path / name).header["run"] for name in ("journal.1.jsonl", "journal.2.jsonl", path.name)]
    assert kept == ["a", "b", "c"]
