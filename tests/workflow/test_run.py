"""The workflow as its users run it: once from nothing to the report, again, and two at once."""

from __future__ import annotations

import csv
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crosscap.files import sha256_of
from crosscap.manifests import read_manifest
from crosscap.models.description import read_description
from crosscap.notes import read_note
from crosscap.search.store import read_manifest as read_index
from crosscap.verification.whole import verify
from tests.dry_runs import jobs, plan
from tests.workflow.runs import ROOT, TINY, snakemake

RUNS = [f"{experiment['name']}/seed{seed}" for experiment in TINY["experiments"] for seed in experiment["seeds"]]
OF_THE_RUN = {  # what two equal runs differ in: where the tracking store is, and when each value was measured
    "tracking.json",
    "manifests/initialise_tracking.json",
    *(f"scenes/models/{run}/journal.jsonl" for run in RUNS),
}

pytestmark = pytest.mark.xdist_group("workflow")  # one worker makes the shared run


class TestRun:
    def test_the_run_ends_with_results_and_a_report(self, folder: Path):
        with (folder / "results/scenes/summary/results.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["experiment"] for row in rows} >= {"mono-de", "cl2cm", "zero-shot", "ridge", "chance"}
        assert {row["language"] for row in rows if row["task"] == "text_to_image"} == {"en", "de", "ja"}
        assert {row["metric"] for row in rows if row["task"] == "translation"} >= {"alignment_ratio"}
        assert {row["task"] for row in rows} >= {"similarity", "tagging", "consistency", "clusters"}
        unseen = {(row["experiment"], row["language"]) for row in rows if row["trained"] == "no"}
        assert unseen >= {("cl2cm", "ja"), ("zero-shot", "de")}
        assert not unseen & {("cl2cm", "de"), ("mono-de", "de"), ("zero-shot", "en")}
        assert "<html" in (folder / "results/scenes/report.html").read_text(encoding="utf-8")
        assert (folder / "results/tracking.json").is_file()
        registered = read_note(folder / "results/scenes/registered.json")
        assert registered == {"scenes/cl2cm/seed1": "models:/crosscap.scenes.cl2cm/1"}

    def test_every_json_says_its_format_and_is_as_it_was_written(self, folder: Path):
        readers = {
            "manifest.json": lambda path: read_index(path.parent),
            "model.json": lambda path: read_description(path.parent),
        }
        for path in folder.glob("results/**/*.json"):
            below = path.relative_to(folder / "results").parts
            if "mlartifacts" not in below:
                readers.get(path.name, read_manifest if "manifests" in below else read_note)(path)

    def test_nothing_is_left_in_the_working_directory(self, folder: Path):
        assert {path.name for path in folder.iterdir()} == {".snakemake", "logs", "results"}
        assert not list(folder.rglob("*.tmp"))
        assert not list(folder.rglob("state"))

    @pytest.mark.parametrize(
        "seed", [2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in [3, 4, *range(100, 120)])]
    )
    def test_a_second_run_has_nothing_to_do_whatever_the_order_of_sets_and_hashes(
        self, copy: Path, folder: Path, seed: int
    ):
        """The slow ones are the same in further orders."""
        arguments = ["--dry-run", "--configfile", ROOT / "tests/config.yaml"]
        assert jobs(snakemake(*arguments, copy=copy, folder=folder, PYTHONHASHSEED=str(seed))) == {}

    def test_the_snakemake_report_has_the_same_artefacts(self, copy: Path, folder: Path, tmp_path: Path):
        arguments = ["--configfile", ROOT / "tests/config.yaml", "--report", tmp_path / "report.html"]
        run = plan(*arguments, copy=copy, folder=folder)
        assert run.returncode == 0, run.stdout
        text = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert all(name in text for name in ("results.csv", "tests.csv", "report.html", "learning_curves.svg"))


class TestManifests:
    def test_all_that_the_run_left_holds(self, folder: Path):
        verified = verify(folder / "results")
        assert verified.findings == verified.skipped == []
        assert len(verified.recomputed) == 1 + len(TINY["experiments"]) + 1  # baselines, each model, the summary
        assert len(list(folder.glob("logs/**/*.log"))) == verified.jobs

    def test_no_manifest_tells_of_the_folder(self, copy: Path, folder: Path):
        for path in folder.glob("results/scenes/manifests/**/*.json"):
            text = path.read_text(encoding="utf-8")
            assert str(folder) not in text
            assert str(copy) not in text

    @pytest.mark.slow
    def test_a_run_elsewhere_leaves_the_same_bytes(self, copy: Path, folder: Path, tmp_path: Path):
        arguments = ["--cores", "2", "--max-threads", "1", "--configfile", ROOT / "tests/config.yaml"]
        run = snakemake(*arguments, copy=copy, folder=tmp_path, PYTHONHASHSEED="3")
        assert run.returncode == 0, run.stdout[-20000:]
        first, second = (files_of(place / "results") for place in (folder, tmp_path))
        assert first.keys() == second.keys()
        assert {name for name in first if first[name] != second[name]} <= OF_THE_RUN
        assert len(first) > 150


def files_of(results: Path) -> dict[str, bytes]:
    """The files of a run by their names in its results, but for those of the tracking store."""
    files = {path.relative_to(results).as_posix(): path for path in results.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes() for name, path in files.items() if not name.startswith(("mlflow.db", "mlartifacts"))
    }


class TestTogether:
    """Two pipelines at once."""

    def test_a_second_one_in_a_folder_ends_with_what_to_do(self, copy: Path, tmp_path: Path):
        lock = tmp_path / ".snakemake/locks/0.output.lock"
        lock.parent.mkdir(parents=True)
        lock.write_text("results/scenes/generated/captions.csv\n")
        run = plan("--cores", "1", "results/scenes/generated/captions.csv", copy=copy, folder=tmp_path)
        assert run.returncode == 1
        *_, last = run.stdout.splitlines()
        assert "--unlock" in last
        assert not (tmp_path / "results").exists()

    @pytest.mark.slow
    def test_in_two_folders_they_make_the_same_and_in_one_the_second_is_refused(self, copy: Path, tmp_path: Path):
        folders = [tmp_path / name for name in ("one", "two")]
        arguments = ["--cores", "1", "--max-threads", "1", "--configfile", ROOT / "tests/config.yaml"]
        with ThreadPoolExecutor() as pool:
            runs = [pool.submit(snakemake, *arguments, copy=copy, folder=folder) for folder in folders]
            while not list(folders[0].glob(".snakemake/locks/*")):
                time.sleep(0.1)
            refused = snakemake(*arguments, copy=copy, folder=folders[0])
            assert [run.result().returncode for run in runs] == [0, 0]
        assert refused.returncode == 1
        assert "--unlock" in refused.stdout.splitlines()[-1]
        one, two = (digests(folder / "results") for folder in folders)
        assert one.keys() == two.keys()
        timed = {"mlflow.db", "journal.jsonl", ".snakemake_timestamp"}
        timed |= {"tracking.json", "initialise_tracking.json"}  # the store's address has the folder in it
        assert {name for name in one if one[name] != two[name] and Path(name).name not in timed} == set()


def digests(folder: Path) -> dict[str, str]:
    """The sha256 of each file below a folder, but MLflow's, whose names are drawn."""
    files = [path for path in folder.rglob("*") if path.is_file() and "mlartifacts" not in path.parts]
    return {str(path.relative_to(folder)): sha256_of(path) for path in files}
