"""`crosscap plan`: its arguments, and Snakemake's, which it hands on; what it says is tested in tests/planning."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from crosscap.cli import main
from crosscap.faults import InputError
from crosscap.planning import dry_run as module
from crosscap.planning.dry_run import DryRun


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What Snakemake would be asked; it has nothing to do."""
    calls: list[list[str]] = []

    def nothing(arguments: list[str]) -> DryRun:
        calls.append(arguments)
        return DryRun((), total=83, base=Path(), folder=Path("/nowhere"))

    monkeypatch.setattr(module, "dry_run", nothing)
    return calls


def test_snakemakes_arguments_are_handed_on(asked, capsys: pytest.CaptureFixture[str]):
    given = ["results/a.csv", "--configfile", "a.yaml", "--config", "x={y: 1}", "-R", "train_model"]
    assert main(["plan", *given, "--cores", "3"]) == 0
    assert asked == [[*given, "--cores", "3"]]
    assert capsys.readouterr().out == "Nothing would run: all 83 jobs are up to date.\n"


def test_json_is_for_programs(asked, capsys: pytest.CaptureFixture[str]):
    assert main(["plan", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["jobs"] == []


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="Linux alone tells what a process may use")
def test_without_a_number_all_cores_are_used(asked):
    assert main(["plan"]) == main(["plan", "--cores", "all"]) == 0
    assert asked == [["--cores", str(len(os.sched_getaffinity(0)))]] * 2


@pytest.mark.parametrize("cores", ["0", "-1", "many", "1.5"])
def test_a_wrong_number_of_cores_is_refused(asked, cores: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="2"):
        main(["plan", f"--cores={cores}"])
    assert f"{cores} is neither a number of cores from 1 nor all" in capsys.readouterr().err
    assert not asked


def test_a_failure_is_a_line_and_status_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def fail(arguments: list[str]) -> DryRun:
        raise InputError("there is no Snakefile here")

    monkeypatch.setattr(module, "dry_run", fail)
    assert main(["plan"]) == 2
    assert capsys.readouterr().err == "crosscap plan: there is no Snakefile here\n"


def test_other_commands_take_no_arguments_that_they_do_not_know(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="2"):
        main(["compare", "a", "b", "--configfile", "a.yaml"])
    assert "unrecognized arguments: --configfile a.yaml" in capsys.readouterr().err
