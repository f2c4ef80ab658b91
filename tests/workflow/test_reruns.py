"""What a change makes run again, and what is said of it before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from crosscap.cli import main
from crosscap.planning.dry_run import parse
from crosscap.planning.plan import make_plan
from tests.dry_runs import plan
from tests.workflow.runs import ROOT, TINY, experiments

AFTER_EVALUATION = {"summarize_results", "write_report", "track_results", "register_models"}
MEASURING = {"evaluate_retrieval", "evaluate_similarity", "evaluate_tagging"}
AFTER_TRAINING = {"embed_split", "embed_texts", "write_card", *MEASURING, *AFTER_EVALUATION}
SEARCHED = {"build_index"}  # of the first seed of cl2cm
AFTER_TRAINING_CL2CM = {"add_language", "evaluate_translation", *AFTER_TRAINING, *SEARCHED}

pytestmark = pytest.mark.xdist_group("workflow")  # one worker makes the shared run


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

    def test_a_model_that_is_gone_is_trained_again(self, dry_run, folder: Path, tmp_path: Path):
        model = folder / "results/scenes/models/mono-de/seed1/model"  # as a training that fails leaves it
        model.rename(tmp_path / "model")
        try:
            assert dry_run()["train_model"] == 1
        finally:
            (tmp_path / "model").rename(model)
        assert dry_run() == {}

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
