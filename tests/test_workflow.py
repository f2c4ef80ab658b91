"""The workflow as its users run it: once from nothing to the report, and then what a change makes run again.

All tests share one run, on a copy of the workflow (so that library files can be edited) and with another working
directory, whose name has a space and Japanese letters.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

from crosscap.cli import main
from crosscap.files import sha256_of
from crosscap.manifests import PHOTOS, read_manifest
from crosscap.models.description import read_description
from crosscap.notes import read_note
from crosscap.planning.dry_run import parse
from crosscap.planning.plan import make_plan
from crosscap.search.store import read_manifest as read_index
from crosscap.verification.whole import verify
from tests.dry_runs import jobs, plan

ROOT = Path(__file__).parents[1]
TINY = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
AFTER_EVALUATION = {"summarize_results", "write_report", "track_results", "register_models"}
MEASURING = {"evaluate_retrieval", "evaluate_similarity", "evaluate_tagging"}
AFTER_TRAINING = {"embed_split", "embed_texts", "write_card", *MEASURING, *AFTER_EVALUATION}
RUNS = [f"{experiment['name']}/seed{seed}" for experiment in TINY["experiments"] for seed in experiment["seeds"]]
OF_THE_RUN = {  # what two equal runs differ in: where the tracking store is, and when each value was measured
    "tracking.json",
    "manifests/initialise_tracking.json",
    *(f"scenes/models/{run}/journal.jsonl" for run in RUNS),
}
SEARCHED = {"build_index"}  # of the first seed of cl2cm
AFTER_TRAINING_CL2CM = {"add_language", "evaluate_translation", *AFTER_TRAINING, *SEARCHED}

pytestmark = pytest.mark.xdist_group("workflow")  # one worker makes the shared run


def snakemake(*arguments: str | Path, copy: Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Snakemake on a copy of the workflow in `folder`, as its users do."""
    quick = {"OMP_NUM_THREADS": "1", "NUMBA_DISABLE_JIT": "1"}
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--snakefile", copy / "Snakefile", "--directory", folder, *arguments],
        env=os.environ | quick | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workflow and its library."""
    target = tmp_path_factory.mktemp("copy")
    for name in ("Snakefile", "config.yaml"):
        shutil.copy2(ROOT / name, target)
    for name in ("workflow", "src", "envs"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    return target


@pytest.fixture(scope="session")
def folder(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working directory of the one whole run."""
    work = tmp_path_factory.mktemp("work") / "with space 日本"
    work.mkdir()
    arguments = ["--cores", "2", "--max-threads", "1", "--configfile", ROOT / "tests/config.yaml"]
    run = snakemake(*arguments, copy=copy, folder=work, PYTHONHASHSEED="1")
    assert run.returncode == 0, run.stdout[-20000:]
    return work


@pytest.fixture
def dry_run(copy: Path, folder: Path, tmp_path: Path) -> Callable[..., dict[str, int]]:
    """A function that says which jobs would run after a change of the tiny settings."""

    def planned(changes: dict[str, Any] | None = None, *, text: str = "") -> dict[str, int]:
        part = tmp_path / "part.yaml"
        part.write_text(text or yaml.safe_dump(TINY | (changes or {})))
        return jobs(plan("--dry-run", "--configfile", part, copy=copy, folder=folder))

    return planned


@pytest.fixture
def edited(copy: Path) -> Iterator[Callable[..., None]]:
    """A function that appends a line to a library file of the copy; all is undone afterwards."""
    kept: dict[Path, str] = {}

    def append(name: str, line: str = "# edited\n") -> None:
        file = copy / "src/crosscap" / name
        kept[file] = file.read_text()
        file.write_text(kept[file] + line)

    yield append
    for file, text in kept.items():
        file.write_text(text)


@pytest.fixture
def altered() -> Iterator[Callable[..., None]]:
    """A function that appends a line to a file, at a time if asked; all is undone afterwards, the file's times too."""
    kept: dict[Path, tuple[bytes, os.stat_result]] = {}

    def append(file: Path, line: str = "# altered\n", *, seconds: float | None = None) -> None:
        kept[file] = (file.read_bytes(), file.stat())
        file.write_bytes(kept[file][0] + line.encode())
        if seconds is not None:
            os.utime(file, (seconds, seconds))

    yield append
    for file, (content, status) in kept.items():
        file.write_bytes(content)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


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
        "seed", [2, 3, 4, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(100, 120))]
    )
    def test_a_second_run_has_nothing_to_do_whatever_the_order_of_sets_and_hashes(
        self, copy: Path, folder: Path, seed: int
    ):
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


def experiments(**cl2cm: Any) -> list[dict[str, Any]]:
    """The tiny experiments with changes of the second."""
    return [TINY["experiments"][0], TINY["experiments"][1] | cl2cm, *TINY["experiments"][2:]]


class TestReruns:
    """A change of a setting runs the stages that read it and those behind them, and no others."""

    def test_a_learning_rate_retrains_its_experiment_only(self, dry_run):
        planned = dry_run({"experiments": experiments(training={"learning_rate": 0.01})})
        assert planned.keys() == {"train_model", *AFTER_TRAINING_CL2CM}
        assert planned["train_model"] == planned["embed_split"] == planned["evaluate_retrieval"] == 1

    def test_another_language_to_be_measured_in_trains_nothing(self, dry_run):
        planned = dry_run({"experiments": experiments(zero_shot=[])})
        assert planned.keys() == {*AFTER_TRAINING, *SEARCHED}
        assert planned["embed_split"] == 1

    def test_a_further_language_of_the_data_is_read_with_all_behind_it(self, dry_run):
        planned = dry_run({"dataset": TINY["dataset"] | {"languages": ["en", "de", "ja", "fr"]}})
        assert planned.keys() >= {"check_inputs", "generate_scenes", "read_dataset", "train_model"}
        assert planned["tokenize_captions"] == 4

    def test_tracking_elsewhere_trains_nothing_and_hides_no_other_change(self, dry_run):
        elsewhere = TINY["tracking"] | {"experiment": "other"}
        assert "train_model" not in dry_run({"tracking": elsewhere})
        faster = experiments(training={"learning_rate": 0.01})
        assert dry_run({"tracking": elsewhere, "experiments": faster})["train_model"] == 1

    def test_only_experiments_that_read_a_training_setting_train_anew(self, dry_run):
        change = {"margin": {"order": 0.3}, "weight_decay": 0.1}  # mono-de reads the one; the other is adamw's
        assert dry_run({"training": TINY["training"] | change})["train_model"] == 1

    def test_the_same_number_written_otherwise_reruns_nothing(self, dry_run):
        text = (ROOT / "tests/config.yaml").read_text()
        assert "learning_rate: 1e-3" in text
        assert dry_run(text=text.replace("learning_rate: 1e-3", "learning_rate: 1.0E-3")) == {}

    def test_a_further_seed_trains_that_seed_only(self, dry_run):
        planned = dry_run({"experiments": experiments(seeds=[1, 2])})
        assert planned.keys() == {"train_model", *AFTER_TRAINING_CL2CM} - SEARCHED
        assert planned["train_model"] == planned["embed_split"] == planned["evaluate_retrieval"] == 1

    @pytest.mark.parametrize(
        ("section", "key", "value", "rules"),
        [
            ("evaluation", "resamples", 51, {*MEASURING, "evaluate_baselines", "write_card", *AFTER_EVALUATION}),
            ("evaluation", "neighbours", 5, {"evaluate_translation", "write_card", *AFTER_EVALUATION}),
            ("evaluation", "permutations", 51, AFTER_EVALUATION),
            (
                "evaluation",
                "split",
                "val",
                {"evaluate_baselines", *AFTER_TRAINING, *SEARCHED} - {"embed_texts", "evaluate_similarity"},
            ),
            ("report", "examples", 1, {"write_report"}),
            ("dataset", "folder", {"split_percent": {"train": 70, "val": 20, "test": 10}}, set()),  # scenes have splits
            ("tracking", "experiment", "other", {"initialise_tracking", "track_results", "register_models"}),
            (
                "alignment",
                "iterations",
                3,
                {"align_vectors", "encode_sentences", "encode_texts", "train_model", *AFTER_TRAINING_CL2CM},
            ),
        ],
    )
    def test_a_setting_reruns_its_readers(self, dry_run, section: str, key: str, value: Any, rules: set[str]):
        planned = dry_run({section: TINY.get(section, {}) | {key: value}})
        assert planned.keys() == rules

    @pytest.mark.parametrize(
        ("module", "first", "untouched"),
        [
            ("models/losses.py", {"train_model"}, {"extract_features", "build_lexicon", "evaluate_baselines"}),
            ("evaluation/metrics.py", {"evaluate_retrieval", "evaluate_baselines"}, {"train_model", "embed_split"}),
            ("text/alignment.py", {"align_vectors"}, {"train_vectors", "extract_features", "evaluate_baselines"}),
            ("report/page.py", {"write_report"}, {"summarize_results", "evaluate_retrieval"}),
            ("report/page/report.css", {"write_report"}, {"summarize_results", "evaluate_retrieval"}),
            ("report/published/ame_t1.tsv", {"summarize_results", "write_report"}, {"evaluate_retrieval"}),
        ],
    )
    def test_an_edited_file_of_the_library_reruns_the_rules_that_read_it(
        self, dry_run, edited, module: str, first: set[str], untouched: set[str]
    ):
        edited(module)
        planned = dry_run()
        assert planned.keys() >= first
        assert not planned.keys() & untouched

    def test_an_edited_check_of_the_inputs_checks_them_again_and_reads_nothing_anew(self, dry_run, edited):
        edited("doctor/networks.py")
        assert dry_run().keys() == {"check_inputs", "write_report"}

    def test_an_edited_script_reruns_its_rule_and_what_is_behind(self, dry_run, altered, copy: Path):
        altered(copy / "workflow/scripts/train_model.py")
        assert dry_run().keys() == {"train_model", *AFTER_TRAINING_CL2CM}

    def test_experiments_in_another_order_are_only_shown_in_another_order(self, dry_run):
        assert dry_run({"experiments": TINY["experiments"][::-1]}).keys() == AFTER_EVALUATION

    def test_an_experiment_less_trains_nothing(self, dry_run):
        assert dry_run({"experiments": TINY["experiments"][1:]}).keys() == AFTER_EVALUATION

    def test_an_experiment_of_another_name_is_another_one(self, dry_run):
        planned = dry_run({"experiments": [*TINY["experiments"][1:], TINY["experiments"][0] | {"name": "other"}]})
        assert planned["train_model"] == planned["embed_split"] == planned["evaluate_retrieval"] == 1

    @pytest.mark.parametrize("name", ["envs/torch.yaml", "config.yaml", "workflow/presets/coco-ja.yaml", "Snakefile"])
    def test_a_comment_where_no_job_reads_reruns_nothing(self, dry_run, altered, copy: Path, name: str):
        altered(copy / name)
        assert dry_run() == {}

    def test_all_that_jobs_read_are_results_and_the_library(self, copy: Path, folder: Path):
        run = plan("--dry-run", "--forceall", "--configfile", ROOT / "tests/config.yaml", copy=copy, folder=folder)
        read = {file for job in parse(run.stdout, total=0).jobs for file in job.inputs}
        library = {file for file in read if file.startswith(f"{copy}/src/crosscap/")}
        assert len(library) > 100
        assert all(file.startswith("results/") for file in read - library)

    def test_an_altered_input_reruns_its_reader(self, dry_run, altered, folder: Path):
        altered(folder / "results/scenes/generated/captions.csv")
        planned = dry_run()
        assert planned.keys() >= {"read_dataset", "tokenize_captions", "train_model"}
        assert "generate_scenes" not in planned

    def test_an_altered_input_that_looks_old_is_found_by_verify(self, dry_run, altered, folder: Path, capsys):
        captions = folder / "results/scenes/generated/captions.csv"
        altered(captions, seconds=captions.stat().st_mtime)  # older than what was made of it, as a restored copy is
        assert dry_run() == {}  # Snakemake looks at what is newer only
        assert main(["verify", str(folder / "results")]) == 1
        assert "generated/captions.csv" in capsys.readouterr().out

    def test_a_touched_module_reruns_nothing(self, dry_run, copy: Path):
        (copy / "src/crosscap/tables.py").touch()
        assert dry_run() == {}


class TestPlan:
    """`crosscap plan` on the workflow itself."""

    def test_it_says_what_runs_why_and_how_long_and_touches_nothing(
        self, copy: Path, folder: Path, tmp_path: Path, capsys
    ):
        part = tmp_path / "part.yaml"
        part.write_text(yaml.safe_dump(TINY | {"experiments": experiments(training={"learning_rate": 0.01})}))
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if ".snakemake" not in path.parts}
        arguments = ["--snakefile", copy / "Snakefile", "--directory", folder, "--configfile", part]
        assert main(["plan", "--json", "--cores", "2", *map(str, arguments)]) == 0
        planned = json.loads(capsys.readouterr().out)
        first = planned["jobs"][0]
        assert (first["rule"], first["wildcards"]["experiment"]) == ("train_model", "cl2cm")
        assert first["reasons"] == ["training.learning_rate changed from 0.001 to 0.01"]
        assert {tuple(job["reasons"]) for job in planned["jobs"][1:]} == {("train_model runs before it",)}
        assert planned["replaced_models"] == ["results/scenes/models/cl2cm/seed1/model"]
        assert planned["unknown_seconds"] == 0
        assert first["seconds"] < planned["seconds"] < sum(job["seconds"] for job in planned["jobs"])
        assert planned["total"] > 50
        assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*") if ".snakemake" not in path.parts}

    def test_files_that_changed_or_are_gone_are_named(self, altered, copy: Path, folder: Path, tmp_path: Path):
        altered(copy / "src/crosscap/models/losses.py")
        altered(copy / "workflow/scripts/evaluate_baselines.py")
        page = folder / "results/scenes/report.html"
        page.rename(tmp_path / page.name)
        try:
            run = plan("--dry-run", "--configfile", ROOT / "tests/config.yaml", copy=copy, folder=folder)
        finally:
            (tmp_path / page.name).rename(page)
        steps = make_plan(parse(run.stdout, total=0), cores=2).steps
        why = {step.job.rule: step.reasons for step in steps}
        assert why["encode_sentences"] == ("src/crosscap/models/losses.py changed",)
        assert why["evaluate_baselines"] == ("workflow/scripts/evaluate_baselines.py changed",)
        assert all(step.cost for step in steps)


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


class TestMistakes:
    def test_all_faults_are_told_without_a_traceback(self, copy: Path, tmp_path: Path):
        part = tmp_path / "part.yaml"
        part.write_text("training: {learning_rat: 1, epochs: 0}\n")
        run = plan("--dry-run", "--configfile", part, copy=copy, folder=tmp_path)
        assert run.returncode == 1
        assert "training: there is no key learning_rat; did you mean learning_rate?" in run.stdout
        assert "training.epochs: 0 is less than the minimum of 1" in run.stdout
        assert "Traceback" not in run.stdout

    def test_equal_keys_are_refused(self, copy: Path, tmp_path: Path):
        part = tmp_path / "part.yaml"
        part.write_text("training: {epochs: 1}\ntraining: {epochs: 2}\n")
        run = plan("--dry-run", "--configfile", part, copy=copy, folder=tmp_path)
        assert run.returncode == 1
        assert f"{part}:2: the key training is there twice" in run.stdout

    def test_the_command_line_wins_and_is_checked(self, copy: Path, tmp_path: Path):
        run = plan("--dry-run", "--config", "training={epochs: many}", copy=copy, folder=tmp_path)
        assert "training.epochs: 'many' is not of type 'integer'" in run.stdout


class TestOtherData:
    def test_models_that_read_no_new_texts_are_not_registered(self, copy: Path, tmp_path: Path):
        for name in ("sentences.npy", "sentences.txt"):
            (tmp_path / name).write_text("a file that planning does not open")
        zero_shot = {
            "name": "files",
            "system": "zero-shot",
            "similarity": "cosine",
            "languages": ["en"],
            "seeds": [1, 2],
        }
        settings = {
            "sentences": {"source": "files", "files": dict.fromkeys(("en", "de", "ja"), "sentences.npy")},
            "experiments": [zero_shot, {"name": "mono", "system": "clmr", "similarity": "order", "seeds": [1]}],
        }
        part = tmp_path / "part.yaml"
        part.write_text(yaml.safe_dump(settings))
        planned = jobs(plan("--dry-run", "--configfile", part, copy=copy, folder=tmp_path))
        assert (planned["train_model"], planned["build_index"], planned["register_models"]) == (3, 1, 1)

    def test_models_that_are_folders_are_inputs_of_the_rules_that_load_them(self, copy: Path, tmp_path: Path):
        names = ("encoder/deep/model.safetensors", "en-de/model.safetensors", "bert/model.safetensors")
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True)
            (tmp_path / name).write_text("weights that planning does not open")
        cl2cm = {"name": "a", "system": "cl2cm", "languages": ["en", "de"], "training": {"pretrained": "bert"}}
        zero_shot = {"name": "b", "system": "zero-shot", "languages": ["en"], "search": True}
        settings = {
            "translation": {"languages": ["de"], "method": "model", "model": "{source}-{target}"},
            "sentences": {"source": "model", "model": "encoder"},
            "experiments": [some | {"similarity": "cosine", "seeds": [1]} for some in (cl2cm, zero_shot)],
        }
        part = tmp_path / "part.yaml"
        part.write_text(yaml.safe_dump(settings))
        run = plan("--dry-run", "--configfile", part, copy=copy, folder=tmp_path)
        assert run.returncode == 0, run.stdout
        read = {name: {job.rule for job in parse(run.stdout, total=0).jobs if name in job.inputs} for name in names}
        encoding = {"encode_sentences", "encode_texts", "build_index"}
        assert list(read.values()) == [encoding, {"translate_captions"}, {"train_model"}]

    def test_a_folder_of_ones_own_is_read(self, copy: Path, tmp_path: Path):
        write_folder(tmp_path, images=12)
        section = {"captions": "captions.csv", "images": "photos"}
        settings = {
            "dataset": {"name": "own", "reader": "folder", "languages": ["en"], "folder": section},
            "features": {"precomputed": "features.npy"},
            "experiments": [{"name": "mono", "system": "mono", "similarity": "order", "seeds": [1]}],
        }
        part = tmp_path / "part.yaml"
        part.write_text(yaml.safe_dump(settings))
        planned = jobs(plan("--dry-run", "--configfile", part, copy=copy, folder=tmp_path))
        assert planned["train_model"] == planned["read_features"] == 1
        assert not planned.keys() & {"generate_scenes", "extract_features", "build_lexicon", "evaluate_translation"}

        target = "results/own/features.parquet"
        mine = tmp_path / "mine"
        mine.mkdir()
        (mine / "sitecustomize.py").write_text("import sys\nprint(sys.orig_argv, file=open(__file__ + '.log', 'a'))\n")
        arguments = [target, "results/own/doctor.json", "--cores", "1", "--configfile", part]
        run = snakemake(*arguments, copy=copy, folder=tmp_path, PYTHONPATH=str(mine))
        assert run.returncode == 0, run.stdout
        assert "read_features.py" in (mine / "sitecustomize.py.log").read_text()  # the user's path is kept
        assert (tmp_path / target).is_file()
        checked = read_note(tmp_path / "results/own/doctor.json")
        assert sum(checked["counts"]["images"].values()) == 12

        (tmp_path / "photos/3.png").write_bytes(b"")
        (tmp_path / "photos/4.png").unlink()
        run = snakemake(*arguments, copy=copy, folder=tmp_path)
        assert run.returncode == 1
        assert "D-131 captions.csv:6: 1 photo is not in photos" in run.stdout
        assert "D-133 captions.csv:5: photo '3.png' cannot be opened as JPEG or PNG" in run.stdout
        assert "rule read_dataset:" not in run.stdout  # the inputs are checked before it


class TestStyle:
    def test_lint_has_nothing_to_say(self, copy: Path, tmp_path: Path):
        run = plan("--lint", copy=copy, folder=tmp_path)
        assert run.returncode == 0, run.stdout
        assert "good condition" in run.stdout

    def test_the_rules_are_formatted(self):
        files = ["Snakefile", *sorted(str(file) for file in (ROOT / "workflow/rules").glob("*.smk"))]
        command = [sys.executable, "-m", "snakefmt.snakefmt", "--check", *files]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr

    def test_each_rule_has_its_script_and_each_script_its_rule(self):
        text = "".join(file.read_text() for file in sorted((ROOT / "workflow/rules").glob("*.smk")))
        blocks = {block.partition(":")[0]: block for block in re.split(r"^ *rule ", text, flags=re.MULTILINE)[1:]}
        assert blocks.keys() == {file.stem for file in (ROOT / "workflow/scripts").glob("*.py")}
        for name, block in blocks.items():
            for part in (f'code("{name}.py")', f'"../scripts/{name}.py"', "log:", "conda:", "threads:", "mem_mb="):
                assert part in block, f"rule {name} lacks {part}"

    def test_a_script_says_of_its_files_what_its_rule_says(self):
        text = "".join(file.read_text() for file in sorted((ROOT / "workflow/rules").glob("*.smk")))
        for block in re.split(r"^ *rule ", text, flags=re.MULTILINE)[1:]:
            name = block.partition(":")[0]
            script = (ROOT / f"workflow/scripts/{name}.py").read_text()
            assert "=ancient(" not in block, f"{name}: behind such an input Snakemake overlooks other changes"
            assert ("temp(" in block) == ("temporary=True" in script), name
            assert set(re.findall(r"(\w+)=image_folder\(", block)) <= set(PHOTOS), name

    def test_the_snakefile_is_a_table_of_contents(self):
        assert len((ROOT / "Snakefile").read_text().splitlines()) <= 45


def write_folder(folder: Path, *, images: int) -> None:
    """Write photos, a captions file and precomputed features."""
    (folder / "photos").mkdir()
    names = [f"{number}.png" for number in range(images)]
    rows = ["image,language,caption"]
    for name in names:
        Image.new("RGB", (8, 8), "red").save(folder / "photos" / name)
        rows.append(f"{name},en,a red square")
    (folder / "captions.csv").write_text("\n".join(rows) + "\n")
    np.save(folder / "features.npy", np.ones((images, 4), dtype=np.float32))
    (folder / "names.txt").write_text("\n".join(names) + "\n")
