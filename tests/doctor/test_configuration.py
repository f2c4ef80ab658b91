"""Settings that the schema refuses, in config.yaml itself too: the check goes on, or says that it ends."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from crosscap.doctor.configuration import UNREAD, usable_settings
from crosscap.doctor.environment import check_libraries
from crosscap.doctor.findings import Findings
from crosscap.doctor.inputs import inputs_of
from crosscap.doctor.needs import needed_memory, needed_on_disk
from crosscap.settings import CONFIG, SCHEMA, load_settings

ROOT = Path(__file__).parents[2]
SHIPPED = load_settings([ROOT / CONFIG], arguments={})
Found = tuple[dict[str, Any] | None, Findings]


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., Found]:
    """A function that writes a checkout whose config.yaml has these sections, and returns what is usable, and why."""

    def write(sections: dict[str, Any], *files: Path) -> Found:
        (tmp_path / SCHEMA).parent.mkdir(parents=True)
        shutil.copy(ROOT / SCHEMA, tmp_path / SCHEMA)
        (tmp_path / CONFIG).write_text(yaml.safe_dump(sections), encoding="utf-8")
        findings = Findings()
        return usable_settings(tmp_path, files=files, arguments={}, findings=findings), findings

    return write


@pytest.mark.parametrize("value", [None, 5, {}], ids=["missing", "a number", "empty"])
@pytest.mark.parametrize("section", SHIPPED)
def test_a_section_that_is_refused_ends_no_check_in_a_traceback(
    section: str, value: object, edited: Callable[..., Found]
) -> None:
    rest = {name: given for name, given in SHIPPED.items() if name != section}
    usable, findings = edited(rest if value is None else rest | {section: value})
    assert any(section in f"{fault.file} {fault.message}" for fault in findings.faults.found)
    assert (usable is not None) == (section in UNREAD)
    if usable is None:
        assert [item.note for item in findings.checked if item.what == "inputs"]
    else:
        check_libraries(usable, findings)
        inputs_of(usable)
        assert needed_memory(usable, {}) > 0
        assert needed_on_disk(usable, {})["features"] > 0


@pytest.mark.parametrize("experiment", ["ame", {"name": "ame", "similarity": "order", "seeds": [1]}])
def test_an_experiment_that_is_none_is_a_fault(experiment: object, edited: Callable[..., Found]) -> None:
    usable, findings = edited(SHIPPED | {"experiments": [experiment]})
    assert usable is None
    assert [fault.code for fault in findings.faults.found] == ["D-903"]


def test_a_section_that_a_further_file_spoils_is_checked_as_shipped(
    edited: Callable[..., Found], tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text("vocabulary: {minimum_count: many}\n", encoding="utf-8")
    usable, findings = edited(SHIPPED, tmp_path / "mine.yaml")
    assert [fault.file for fault in findings.faults.found] == ["vocabulary.minimum_count"]
    assert usable is not None
    assert usable["vocabulary"] == SHIPPED["vocabulary"]
