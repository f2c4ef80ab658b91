"""The command `crosscap verify`: what it prints, and its exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crosscap.cli import main
from crosscap.manifests import recorded
from crosscap.notes import write_sealed
from tests.invented_jobs import invented_job

CARD = "results/a/card.md"


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A function that makes results of one file in the working directory."""
    monkeypatch.chdir(tmp_path)

    def write() -> None:
        job = invented_job("write_card", log="logs/a/write_card.log", wildcards={"dataset": "a"}, output={"card": CARD})
        Path("results/a").mkdir(parents=True)
        with recorded(job, temporary=False, unchecked=[]):
            Path(CARD).write_text("a card")

    return write


def test_what_holds_ends_with_0(make: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    make()
    assert main(["verify"]) == 0
    said = capsys.readouterr().out
    assert said == "1 files of 1 jobs compared (0.0 MB), the results of 0 jobs computed again: all holds\n"


def test_what_does_not_hold_ends_with_1_and_the_remedy(
    make: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    make()
    Path(CARD).write_text("another card")
    assert main(["verify", "results/a"]) == 1
    said = capsys.readouterr().out
    assert said.startswith(f"changed: {CARD}: 12 bytes instead of 6 (write_card)\n")
    assert said.endswith(f"\n  snakemake --cores all --forcerun {CARD}\n")


def test_json_has_all_findings(make: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    make()
    for number in range(60):
        Path(f"results/a/{number}").write_text("")
    assert main(["verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert len(told["findings"]) == 60
    assert told["findings"][0] | {"found": ""} == {
        **{"kind": "unknown", "path": "results/a/0", "job": "", "made": ""},
        "found": "",
    }
    assert told["remedy"] == ""
    main(["verify"])
    assert "... the first 50 of 60; --json has all" in capsys.readouterr().out


def test_nothing_to_check_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path / "results")]) == 2
    assert "there are no manifests here; run the workflow first" in capsys.readouterr().err
    write_sealed(tmp_path / "results/a/manifests/b.json", {}, format="1")
    assert main(["verify", str(tmp_path)]) == 2
