"""What a dry run writes, read: jobs with files, wildcards and reasons; failures without Snakemake's header."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from crosscap.faults import InputError
from crosscap.planning import dry_run as module
from crosscap.planning.dry_run import dry_run, parse

TEXT = """\
Config file config.yaml is extended by additional config specified via the command line.

SNAKEMAKE
=========
  Host: vm
  Base directory: /home/me/crosscap
  Working directory: {folder}

Building DAG of jobs...
Job stats:
job            count
-----------  -------
train_model        1
all                1
total              2


[Sat Nov 21 19:42:32 2026]
rule train_model:
    input: results/scenes/features.parquet, /home/me/crosscap/src/crosscap/models/losses.py
    output: results/scenes/models/ame/seed1/model, results/scenes/models/ame/seed1/history.parquet
    log: logs/scenes/train_model/ame-seed1.log
    jobid: 14
    benchmark: logs/scenes/train_model/ame-seed1.tsv
    reason: Updated input files: /home/me/crosscap/src/crosscap/models/losses.py
    wildcards: dataset=scenes, experiment=ame, seed=1
    threads: 2
    resources: tmpdir=/tmp, runtime=720, gpu=1
[Sat Nov 21 19:42:32 2026]
localrule all:
    input: results/scenes/report.html
    jobid: 0
    reason: Input files updated by another job: results/scenes/report.html
    resources: tmpdir=/tmp
This was a dry-run (flag -n). The order of jobs does not reflect the order of execution.
"""


class TestParse:
    def test_a_job_has_its_files_and_reason(self):
        (job,) = parse(TEXT, total=9).jobs  # `all` makes nothing
        assert (job.rule, job.threads) == ("train_model", 2)
        assert job.wildcards == {"dataset": "scenes", "experiment": "ame", "seed": "1"}
        assert job.inputs[0] == "results/scenes/features.parquet"
        assert job.outputs == (
            "results/scenes/models/ame/seed1/model",
            "results/scenes/models/ame/seed1/history.parquet",
        )
        assert job.benchmark == "logs/scenes/train_model/ame-seed1.tsv"
        assert job.reason == "Updated input files: /home/me/crosscap/src/crosscap/models/losses.py"

    def test_the_folders_are_known(self, tmp_path: Path):
        run = parse(TEXT.format(folder=tmp_path), total=9)
        assert (run.base, run.folder, run.total) == (Path("/home/me/crosscap"), tmp_path, 9)

    def test_nothing_to_be_done_is_no_job(self):
        text = "Building DAG of jobs...\nNothing to be done (all requested files are present and up to date).\n"
        assert parse(text, total=9).jobs == ()

    def test_a_folder_with_locks_is_locked(self, tmp_path: Path):
        run = parse(TEXT.format(folder=tmp_path), total=9)
        assert not run.locked
        (tmp_path / ".snakemake/locks").mkdir(parents=True)
        assert not run.locked
        (tmp_path / ".snakemake/locks/0.input.lock").touch()
        assert run.locked


class TestDryRun:
    @pytest.fixture
    def snakemake(self, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
        """Put `cat` and `false` in Snakemake's place; the list gets the commands."""
        commands: list[list[str]] = []

        def start(command: list[str], **keywords: object) -> subprocess.Popen:
            commands.append(command)
            script = "echo SNAKEMAKE; echo WorkflowError in file x:; echo no such key; exit 1"
            return real(["sh", "-c", script], **keywords)

        real = subprocess.Popen
        monkeypatch.setattr(module.subprocess, "Popen", start)
        return commands

    def test_a_failure_is_told_without_the_header(self, snakemake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(tmp_path)
        with pytest.raises(InputError, match=r"^Snakemake cannot plan:\nWorkflowError in file x:\nno such key$"):
            dry_run(["--configfile", "mine.yaml"])
        assert all("--dry-run" in command for command in snakemake)  # nothing else may ever be started
        assert [command[4] for command in snakemake] == [str(module.CHECKOUT / "Snakefile")] * 2
        assert "--forceall" in snakemake[1]

    @pytest.mark.parametrize("arguments", [["--snakefile", "x"], ["-s", "x"], ["--snakefile=x"]])
    def test_a_workflow_that_is_named_is_not_named_again(self, snakemake, arguments: list[str]):
        with pytest.raises(InputError):
            dry_run(arguments)
        assert str(module.CHECKOUT / "Snakefile") not in snakemake[0]

    def test_a_workflow_in_the_folder_is_taken(self, snakemake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "Snakefile").touch()
        with pytest.raises(InputError):
            dry_run([])
        assert "--snakefile" not in snakemake[0]

    def test_a_library_without_a_workflow_says_what_to_give(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(module, "CHECKOUT", tmp_path)
        with pytest.raises(InputError, match=r"no Snakefile here; .*--snakefile FILE"):
            dry_run([])

    def test_a_python_without_snakemake_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(module.sys, "executable", str(python := tmp_path / "python"))
        python.write_text("#!/bin/sh\necho python: No module named snakemake\nexit 1\n")
        python.chmod(0o755)
        with pytest.raises(InputError, match=r"install crosscap\[workflow\]"):
            dry_run([])
