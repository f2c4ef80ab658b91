"""Files against manifests: what holds, what is damaged, stale, gone or unknown, and that no damage passes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from crosscap.faults import InputError
from crosscap.manifests import FORMAT
from crosscap.notes import write_sealed
from crosscap.verification.compared import compare_files, place_of, read_manifests
from crosscap.verification.findings import Finding, Verified, remedy
from crosscap.verification.whole import verify

RANKS = "results/a/models/ame/seed1/ranks.parquet"
DAMAGES = 3  # of each way, a file


def compared(work: Path) -> list[Finding]:
    """Return what the files of all results differ in."""
    verified = Verified()
    root, places = place_of(work / "results")
    compare_files(work / "results", root, read_manifests(places, root=root, verified=verified), verified=verified)
    return verified.findings


def test_all_holds_where_nothing_was_changed(pristine: Path) -> None:
    for folder in ("results", "results/a"):
        verified = verify(pristine / folder)
        assert verified.findings == verified.skipped == []
    assert (verified.jobs, len(verified.recomputed)) == (12, 4)
    assert verified.files == 23


@pytest.mark.parametrize("how", ["flip", "cut"])
def test_a_damaged_file_of_any_kind_is_named(work: Path, damage: Callable[..., None], how: str) -> None:
    generator = np.random.default_rng(13)
    kept = {"journal.jsonl", "mlflow.db", "README.md"}
    files = [path for path in sorted(work.glob("results/**/*")) if path.is_file() and path.name not in kept]
    assert {path.suffix for path in files} == {
        *(".parquet", ".safetensors", ".json", ".csv", ".md", ".tex", ".html", ".svg"),
    }
    for path in files:
        whole = path.read_bytes()
        for _ in range(DAMAGES):
            damage(path, generator, how)
            assert str(path.relative_to(work)) in {finding.path for finding in compared(work)}, (path, how)
            path.write_bytes(whole)
    assert compared(work) == []


def test_a_damaged_file_is_told_once_with_its_job_and_what_makes_it_anew(work: Path) -> None:
    (work / RANKS).write_bytes(b"short")
    findings = compared(work)
    assert [finding.kind for finding in findings] == ["changed"]
    assert str(findings[0]).startswith(f"changed: {RANKS}: 5 bytes instead of ")
    assert str(findings[0]).endswith("(evaluate_retrieval ame 1)")
    assert remedy(findings) == f"snakemake --cores all --forcerun {RANKS}"


def test_a_file_of_a_folder_is_made_anew_with_the_folder(work: Path) -> None:
    (work / "results/a/models/ame/seed1/model/model.safetensors").unlink()
    [finding] = compared(work)
    assert (finding.kind, finding.found) == ("missing", "missing")
    assert finding.path == "results/a/models/ame/seed1/model/model.safetensors"
    assert remedy([finding]) == "snakemake --cores all --forcerun results/a/models/ame/seed1/model"


def test_the_readers_of_a_file_that_was_made_anew_are_stale(work: Path) -> None:
    manifest = work / "results/a/manifests/evaluate_retrieval/ame/1.json"
    other = work / "results/a/manifests/evaluate_retrieval/mono/1.json"
    assert manifest.is_file()
    assert other.is_file()
    shutil.rmtree(work / "results/a/manifests/read_dataset", ignore_errors=True)
    (work / "results/a/manifests/read_dataset.json").unlink()
    (work / "results/a/tokens.parquet").write_bytes(b"others")
    stale = {finding.job for finding in compared(work) if finding.kind == "stale"}
    assert stale == {"train_model ame 1", "train_model mono 1", "evaluate_baselines"}


def test_a_damaged_file_is_told_before_what_is_stale(work: Path) -> None:
    path = work / "results/a/manifests/evaluate_baselines.json"
    manifest = json.loads(path.read_text())
    manifest["inputs"]["images"]["sha256"] = "of a version before"
    write_sealed(path, {key: value for key, value in manifest.items() if key not in {"format", "seal"}}, format=FORMAT)
    (work / "results/a/report.html").write_text("short")  # of a rule whose name comes later
    assert [finding.kind for finding in compared(work)] == ["stale", "changed"]
    assert [finding.kind for finding in verify(work / "results").findings] == ["changed", "stale"]


def test_a_file_that_no_job_made_is_told_first_where_one_has_read_it_and_else_last(work: Path) -> None:
    (work / "results/a/manifests/read_dataset.json").unlink()
    (work / "results/a/tokens.parquet").write_bytes(b"others")
    findings = verify(work / "results").findings
    assert findings[0].kind == "unknown"
    assert {finding.path for finding in findings if finding.kind == "stale"} == {findings[0].path}
    assert [finding.kind for finding in findings[1:]] == ["stale"] * 3 + ["unknown"] * 2


def test_a_file_that_no_job_made_is_told(work: Path) -> None:
    (work / "results/a/mine.csv").write_text("a,b\n")
    (work / "results/a/models/ame/seed1/model/extra.bin").write_text("")
    findings = compared(work)
    assert {(finding.kind, finding.path) for finding in findings} == {
        ("unknown", "results/a/mine.csv"),
        ("unknown", "results/a/models/ame/seed1/model/extra.bin"),
    }
    assert remedy(findings) == ""


def test_what_commands_leave_among_results_is_not_spoken_of(work: Path) -> None:
    for name in ("a/snakemake-report.html", "a/models/ame/seed1/state/checkpoint", "a/models/ame/seed1/state.12/lock"):
        (work / "results" / name).parent.mkdir(exist_ok=True)
        (work / "results" / name).write_text("kept")  # by make report, a training, crosscap restart
    assert compared(work) == []
    (work / "results/a/models/ame/seed1/state.mine").write_text("")
    assert [finding.kind for finding in compared(work)] == ["unknown"]


def test_the_outputs_of_a_job_without_a_manifest_are_told(work: Path) -> None:
    (work / "results/a/manifests/write_report.json").unlink()
    assert {finding.path for finding in compared(work) if finding.kind == "unknown"} == {
        "results/a/report.html",
        "results/a/summary/comparison.svg",
        "results/a/card.md",
    }


def test_a_manifest_of_another_format_is_told(work: Path) -> None:
    path = work / "results/a/manifests/write_report.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": "9"}))
    [finding] = [finding for finding in compared(work) if finding.kind == "manifest"]
    assert finding.path == "results/a/manifests/write_report.json"
    assert finding.made == "write_report"


@pytest.mark.parametrize("folder", ["", "results/a/models", "results/none"])
def test_a_folder_without_manifests_is_refused(work: Path, folder: str) -> None:
    with pytest.raises(InputError, match=r"give the folder results of a run|there are no manifests here"):
        place_of(work / folder)
