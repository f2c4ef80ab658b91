"""The workflow through its profile slurm: what is asked of Slurm, what a kill costs, and where a failure is told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.runs import ROOT, SLURM, finish, start
from tests.cluster.slurm import jobs, slurm, wait_until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("slurm")]
TRAINING = "rule_train_model_wildcards_scenes_{}_1"
CHECKPOINT = "results/scenes/models/{}/seed1/state/checkpoint"
MODEL = "results/scenes/models/{}/seed1/model"
# one after another on two busy cores: long enough to be stopped in the middle
LONG = {"epochs": 40, "patience": 40, "checkpoint_every": 2}


def submitted(comment: str) -> list[dict[str, str]]:
    """The submissions whose comment, which names the rule or the group, begins so, in their order."""
    found = [job for job in jobs() if job.get("Comment", "").startswith(comment)]
    return sorted(found, key=lambda job: int(job["JobId"]))


def asked(comment: str) -> tuple[str, ...]:
    """What the first such submission asked for: memory, time, processors, GPUs."""
    job = submitted(comment)[0]
    return job["MinMemoryNode"], job["TimeLimit"], job["NumCPUs"], job.get("TresPerJob", "none")


def settings(folder: Path, *names: str, **training: Any) -> Path:
    """A settings file with experiments of these names, equal but for the name."""
    experiment = {"system": "mono", "similarity": "order", "languages": ["de"], "seeds": [1], "training": training}
    experiments = [{"name": name, **experiment} for name in names]
    file = folder / "settings.yaml"
    file.write_text(json.dumps({"experiments": experiments, "report": {"compare": []}}))
    return file


@pytest.fixture
def without_gpus(tmp_path: Path) -> list[str | Path]:
    """The profile as a site without GPUs edits it: one key, whose lines are there."""
    text = (ROOT / "workflow/profiles/slurm/config.yaml").read_text()
    edited = re.sub(r"^# (set-resources:|  \w+: { gpu: 0 })", r"\1", text, flags=re.MULTILINE)
    assert edited.count("\n  train_model: { gpu: 0 }") == 1
    (tmp_path / "config.yaml").write_text(edited)
    return ["--workflow-profile", tmp_path, *SLURM[2:]]


class TestWholeRun:
    def test_the_results_are_those_of_a_run_without_a_cluster(self, folder: Path, tmp_path: Path):
        status, said = finish("--cores", "2", folder=tmp_path, log=tmp_path / "said.log")
        assert status == 0, said[-20000:]
        files = [path.relative_to(tmp_path) for path in tmp_path.glob("results/scenes/**/*") if path.is_file()]
        compared = [file for file in files if file.name != "journal.jsonl"]  # which has times
        assert len(compared) > 100
        assert not [file for file in compared if (tmp_path / file).read_bytes() != (folder / file).read_bytes()]

    @pytest.mark.parametrize(
        ("comment", "expected"),
        [
            ("rule_extract_features_", ("8000M", "04:00:00", "2", "gres:gpu:1")),
            (TRAINING.format("cl2cm"), ("8000M", "12:00:00", "1", "gres:gpu:1")),
            ("rule_embed-cl2cm-1_", ("8000M", "04:00:00", "2", "gres:gpu:1")),
            ("rule_language-en_", ("8000M", "03:00:00", "1", "none")),
            ("rule_results_", ("8000M", "03:30:00", "1", "none")),
        ],
    )
    def test_slurm_is_asked_for_what_the_rules_name(self, folder: Path, comment: str, expected: tuple[str, ...]):
        assert asked(comment) == expected

    def test_small_jobs_are_submitted_together(self, folder: Path):
        said = (folder / "said.log").read_text()
        (steps,) = re.findall(r"^(\d+) of \1 steps", said, flags=re.MULTILINE)
        assert said.count("has been submitted with SLURM jobid") < int(steps) / 2.5

    def test_of_jobs_that_ended_well_the_logs_of_rules_stay_and_those_of_slurm_go(self, folder: Path):
        assert (folder / "logs/scenes/train_model/cl2cm-seed1.log").read_text().count("done in") == 1
        assert not list(folder.glob("logs/slurm/**/*.log"))


class TestKilled:
    def test_preempted_and_cancelled_trainings_go_on_to_the_same_bytes(
        self, folder: Path, tmp_path: Path, without_gpus: list[str | Path]
    ):
        names = ("preempted", "cancelled")
        given = settings(tmp_path, "steady", *names, **LONG)
        models = [MODEL.format(name) for name in names]
        run = start(*without_gpus, *models, folder=folder, log=tmp_path / "said.log", settings=given)
        states = [folder / CHECKPOINT.format(name) for name in names]
        wait_until(lambda: run.poll() is not None or all(state.exists() for state in states), within=400)
        slurm("scancel", submitted(TRAINING.format("cancelled"))[0]["JobId"])
        slurm("sbatch", "--partition=urgent", "--cpus-per-task=2", "--mem=10", "--output=/dev/null", "--wrap=sleep 1")
        assert run.wait() == 0, (tmp_path / "said.log").read_text()[-20000:]

        preempted, *others = submitted(TRAINING.format("preempted"))
        assert (preempted["JobState"], int(preempted["Restarts"]) > 0, others) == ("COMPLETED", True, [])
        cancelled, again = submitted(TRAINING.format("cancelled"))
        assert (cancelled["JobState"], again["JobState"]) == ("CANCELLED", "COMPLETED")
        assert (cancelled["MinMemoryNode"], again["MinMemoryNode"]) == ("8000M", "16000M")
        assert "TresPerJob" not in preempted

        status, said = finish(
            *("--cores", "1", MODEL.format("steady")), folder=folder, log=tmp_path / "local.log", settings=given
        )
        assert status == 0, said[-20000:]
        steady = (folder / MODEL.format("steady") / "model.safetensors").read_bytes()
        for name in names:
            assert "going on from step" in (folder / f"logs/scenes/train_model/{name}-seed1.log").read_text()
            assert (folder / MODEL.format(name) / "model.safetensors").read_bytes() == steady


class TestFailed:
    def test_what_a_job_says_is_in_both_logs_and_on_the_terminal(self, folder: Path, tmp_path: Path):
        damaged = folder / "results/scenes/features.parquet"
        sound = damaged.read_bytes()
        damaged.write_bytes(sound[: len(sound) // 2])
        try:
            given = settings(tmp_path, "failed")
            status, said = finish(
                *(*SLURM, "--retries", "0", MODEL.format("failed")),
                folder=folder,
                log=tmp_path / "said.log",
                settings=given,
            )
        finally:
            damaged.write_bytes(sound)
        assert status == 1
        (log,) = folder.glob("logs/slurm/rule_train_model/scenes_failed_1/*.log")
        assert str(log) in said
        told = "results/scenes/features.parquet"
        rule_log = (folder / "logs/scenes/train_model/failed-seed1.log").read_text()
        assert f"ERROR crosscap: {told}" in rule_log
        assert told in said
        assert told in log.read_text()

    def test_a_job_that_no_node_has_the_memory_for_is_refused_at_once(self, folder: Path, tmp_path: Path):
        given = settings(tmp_path, "large")
        large = ["--set-resources", "train_model:mem_mb=900000", "--retries", "0"]
        arguments = [*SLURM, *large, MODEL.format("large")]
        status, said = finish(*arguments, folder=folder, log=tmp_path / "said.log", settings=given)
        assert status == 1
        assert "Requested node configuration is not available" in said
