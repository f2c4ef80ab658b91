"""Metrics and summary against the stored ranks: a job that wrote what its inputs do not give is found out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from crosscap.files import sha256_of
from crosscap.manifests import FORMAT, read_manifest
from crosscap.notes import write_sealed
from crosscap.tables import read_table, write_table
from crosscap.verification.whole import verify

METRICS = "results/a/models/ame/seed1/metrics.parquet"
BASELINES = "results/a/baselines/metrics.parquet"


def sign(work: Path, manifest: str, output: str) -> None:
    """Make a manifest vouch for what an output has become, and summarize_results' for having read it."""
    for name, side in ((manifest, "outputs"), ("summarize_results", "inputs")):
        path = work / "results/a/manifests" / f"{name}.json"
        values = read_manifest(path)
        for given in values[side].values():
            for entry in given if isinstance(given, list) else [given]:
                if entry["path"] == output:
                    entry["sha256"] = sha256_of(work / output)
                    entry.update({"bytes": (work / output).stat().st_size} if side == "outputs" else {})
        write_sealed(path, values, format=FORMAT)


def one_number(frame: pd.DataFrame) -> pd.DataFrame:
    """Another recall in one row."""
    return frame.assign(value=frame["value"].where(frame.index != 3, 99.5))


def one_row_less(frame: pd.DataFrame) -> pd.DataFrame:
    """All rows but the first."""
    return frame.iloc[1:]


def narrower(frame: pd.DataFrame) -> pd.DataFrame:
    """Intervals that begin a little later."""
    return frame.assign(low=frame["low"] * (1 + 1e-6))


@pytest.mark.parametrize(
    ("path", "manifest", "edit", "told"),
    [
        (METRICS, "evaluate_retrieval/ame/1", one_number, "1 of "),
        (METRICS, "evaluate_retrieval/ame/1", narrower, "numbers are others than stored ranks give"),
        (BASELINES, "evaluate_baselines", one_number, "1 of "),
        (BASELINES, "evaluate_baselines", one_row_less, "other rows than stored ranks give"),
    ],
)
def test_metrics_that_ranks_do_not_give_are_told(
    work: Path, edit: Callable, told: str, path: str, manifest: str
) -> None:
    frame = read_table(work / path, name="metrics")
    write_table(edit(frame), work / path, name="metrics")
    sign(work, manifest, path)
    verified = verify(work / "results/a")
    findings = {finding.path: finding for finding in verified.findings}
    assert {finding.kind for finding in verified.findings} == {"recomputed"}
    assert told in findings[path].found
    assert len(verified.recomputed) == 4


@pytest.mark.parametrize("name", ["results.csv", "results.md", "results.tex", "tests.csv"])
def test_a_summary_that_metrics_and_ranks_do_not_give_is_told(work: Path, name: str) -> None:
    path = f"results/a/summary/{name}"
    (work / path).write_text((work / path).read_text().replace("ame", "AME"))
    sign(work, "summarize_results", path)
    report = work / "results/a/manifests/write_report.json"
    write_sealed(report, {**read_manifest(report), "inputs": {}}, format=FORMAT)
    [finding] = verify(work / "results/a").findings
    assert (finding.kind, finding.path) == ("recomputed", path)
    assert finding.found == "other bytes than stored metrics and ranks give"


def test_a_number_that_another_machine_rounds_otherwise_is_the_same(work: Path) -> None:
    frame = read_table(work / METRICS, name="metrics")
    write_table(frame.assign(value=frame["value"] * (1 + 1e-12)), work / METRICS, name="metrics")
    sign(work, "evaluate_retrieval/ame/1", METRICS)
    assert METRICS not in {finding.path for finding in verify(work / "results/a").findings}


def test_what_is_damaged_is_not_computed_from(work: Path) -> None:
    (work / METRICS).write_bytes(b"")
    verified = verify(work / "results/a")
    assert [finding.kind for finding in verified.findings] == ["changed"]
    assert sorted(verified.skipped) == ["evaluate_retrieval ame 1", "summarize_results"]
    assert sorted(verified.recomputed) == ["evaluate_baselines", "evaluate_retrieval mono 1"]


def test_the_manifests_are_json_that_others_can_read(work: Path) -> None:
    for path in work.glob("results/**/manifests/**/*.json"):
        assert json.loads(path.read_text())["format"] == "1"
