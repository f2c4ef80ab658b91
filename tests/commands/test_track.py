"""`crosscap track sync`: every journal below a folder, what is missing of it, and nothing twice."""

from __future__ import annotations

import gc
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from crosscap.cli import main
from crosscap.notes import write_note
from tests.tracked import DEAD, histories, runs, tracker

pytestmark = pytest.mark.xdist_group("tracking")


def journal_of(results: Path, experiment: str, *, dataset: str = "scenes") -> Path:
    """Return the path of a run's journal."""
    return results / dataset / "models" / experiment / "seed1" / "journal.jsonl"


@pytest.fixture
def results(initialised: tuple[Path, list[Any]], tmp_path: Path) -> Path:
    """Return results of three runs whose server was dead: one finished, one killed without warning, one cut short."""
    shutil.copy(initialised[0] / "mlflow.db", tmp_path / "mlflow.db")
    for experiment in ("ame", "fme", "mono"):
        path = journal_of(tmp_path, experiment, dataset="coco" if experiment == "mono" else "scenes")
        run = tracker(DEAD, path, run=f"{path.parts[-5]}/{experiment}/seed1/abc")
        run.log(1, {"loss": 1.0, "R@1": 2.0})
        if experiment == "ame":
            run.finish()
    del run
    gc.collect()  # the locks of the journals go, as they do with a killed process
    with path.open("ab") as file:
        file.write(b'{"step": 2, "metric": "lo')
    store = f"sqlite:///{tmp_path / 'mlflow.db'}"
    write_note(tmp_path / "tracking.json", {"uri": store, "experiment": "crosscap", "reachable": True})
    return tmp_path


def store_of(results: Path) -> str:
    """Return the address of the results' store."""
    return f"sqlite:///{results / 'mlflow.db'}"


def statuses(uri: str) -> dict[str, str]:
    """Return MLflow's status of each run."""
    return {run.data.tags["crosscap.run"]: run.info.status for run in runs(uri)}


def test_it_sends_what_is_missing_of_all_journals_and_nothing_twice(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["coco/mono/seed1", "scenes/ame/seed1", "scenes/fme/seed1"]
    ends = ["KILLED", "FINISHED", "KILLED"]
    for sent in (2, 0):
        assert main(["track", "sync", str(results)]) == 0
        told = [
            f"{name}: {sent} of 2 values sent, the others were there; {end}\n"
            for name, end in zip(names, ends, strict=True)
        ]
        assert capsys.readouterr().out == "".join(told)
        values = {"loss": [(1, 1.0)], "R_at_1": [(1, 2.0)]}
        assert histories(store_of(results)) == {f"{name}/abc": values for name in names}
    assert statuses(store_of(results)) == {f"{name}/abc": end for name, end in zip(names, ends, strict=True)}


def test_a_data_sets_folder_is_enough_and_json_has_the_same(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["track", "sync", str(results / "scenes"), "--json"]) == 0
    ame, fme = json.loads(capsys.readouterr().out)
    journal = str(journal_of(results, "ame"))
    assert ame == {"journal": journal, "run": "scenes/ame/seed1/abc", "values": 2, "sent": 2, "status": "FINISHED"}
    assert fme["status"] == "KILLED"


def test_a_run_that_goes_on_stays_open_and_one_that_is_resumed_is_open_again(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal, name = journal_of(results, "fme"), "scenes/fme/seed1/abc"
    assert main(["track", "sync", str(results)]) == 0
    assert statuses(store_of(results))[name] == "KILLED"
    run = tracker(store_of(results), journal, run=name)
    assert main(["track", "sync", str(results)]) == 0
    assert statuses(store_of(results))[name] == "RUNNING"
    run.finish()
    assert main(["track", "sync", str(results)]) == 0
    assert "fme/seed1: 0 of 2 values sent, the others were there; FINISHED" in capsys.readouterr().out


def test_a_store_knows_better_than_a_journal_without_an_end(results: Path) -> None:
    run = tracker(store_of(results), journal_of(results, "new"), run="scenes/new/seed1/abc")
    run.log(1, {"loss": 1.0})
    run.finish()
    lines = journal_of(results, "new").read_bytes().splitlines(keepends=True)
    journal_of(results, "new").write_bytes(b"".join(lines[:-1]))
    assert main(["track", "sync", str(results / "scenes")]) == 0
    assert statuses(store_of(results))["scenes/new/seed1/abc"] == "FINISHED"


def test_a_dead_store_and_a_broken_journal_are_told_with_status_1(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["track", "sync", str(results), "--uri", DEAD, "--json"]) == 1
    assert [row["sent"] for row in json.loads(capsys.readouterr().out)] == [None] * 3
    journal_of(results, "ame").write_bytes(b"\x00")
    assert main(["track", "sync", str(results)]) == 1
    told = capsys.readouterr().out
    assert f"{journal_of(results, 'ame')}: not sent\n" in told
    assert "scenes/fme/seed1: 2 of 2 values sent" in told


def test_it_says_how_test_results_that_did_not_arrive_are_sent(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_note(results / "scenes" / "tracked.json", {"scenes/ame/seed1": False})
    write_note(results / "coco" / "tracked.json", {"coco/mono/seed1": True})
    assert main(["track", "sync", str(results)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    again = f"snakemake --cores 1 --forcerun track_results -- {results / 'scenes' / 'tracked.json'}"
    assert last == f"Test results did not arrive: {again}"


@pytest.mark.parametrize("text", ["[]", "{}", '{"uri": 5, "experiment": "crosscap"}', '{"format": "0"}'])
@pytest.mark.parametrize("name", ["tracking.json", "scenes/tracked.json"])
def test_a_note_of_another_format_is_refused(
    name: str, text: str, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (results / name).write_text(text)
    assert main(["track", "sync", str(results)]) == 2
    told = capsys.readouterr().err
    assert f"{results / name}: note format {'0' if '0' in text else 'none'}, expected 1; remove it and run" in told


@pytest.mark.parametrize("given", [[], ["--uri", "http://me:hunter2@host"]])
def test_a_folder_without_runs_and_an_address_with_a_password_are_refused(
    given: list[str], results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    folders = {True: [str(results)], False: [str(tmp_path / "empty"), str(tmp_path / "none" / "none")]}[bool(given)]
    for folder in folders:
        assert main(["track", "sync", folder, *given]) == 2
        told = capsys.readouterr().err
        assert told.startswith("crosscap track: ")
        assert "hunter2" not in told
