"""Settings that the schema refuses, in config.yaml itself too: the check goes on without them, or says that it ends."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from crosscap.doctor.configuration import DATASET, usable_settings
from crosscap.doctor.environment import check_libraries
from crosscap.doctor.findings import Findings
from crosscap.doctor.inputs import inputs_of
from crosscap.doctor.mending import mend
from crosscap.doctor.needs import needed_memory, needed_on_disk
from crosscap.experiments import merge
from crosscap.faults import Faults
from crosscap.settings import CONFIG, SCHEMA, load_schema, load_settings, schema_faults

ROOT = Path(__file__).parents[2]
SHIPPED = load_settings([ROOT / CONFIG], arguments={})
SCHEMA_OF_SETTINGS = load_schema(ROOT / SCHEMA)
Found = tuple[dict[str, Any] | None, Findings]


def leaves(settings: dict[str, Any], place: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """All values by the keys that lead to them."""
    found: dict[tuple[str, ...], Any] = {}
    for key, value in settings.items():
        found |= leaves(value, (*place, key)) if isinstance(value, dict) and value else {(*place, key): value}
    return found


KEYS = sorted(leaves(SHIPPED))


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
    assert (usable is None) == (section == "dataset")
    [note] = [item.note for item in findings.checked if item.what == "inputs"]
    if usable is None:
        assert note == "not checked: the settings must be mended first"
    else:
        assert note.startswith("checked without ")
        assert section in note
        check_libraries(usable, findings)
        inputs_of(usable)
        assert needed_memory(usable, {}) > 0
        assert needed_on_disk(usable, {})["features"] > 0


@pytest.mark.parametrize("place", KEYS, ids=".".join)
def test_a_key_that_is_refused_leaves_all_others_as_they_are(place: tuple[str, ...]) -> None:
    value: Any = 5.5  # a number where a number is wanted, but a whole one, or too large a share; else no number at all
    for key in reversed(place):
        value = {key: value}
    spoiled = merge(SHIPPED, value)
    mended, places = mend(spoiled, schema=SCHEMA_OF_SETTINGS, shipped={})
    refused = schema_faults(spoiled, schema=SCHEMA_OF_SETTINGS, faults=Faults())
    assert places == ({place} if refused else set())
    assert not schema_faults(mended, schema=SCHEMA_OF_SETTINGS, faults=Faults())
    shipped, kept = ({key: one for key, one in leaves(of).items() if key != place} for of in (SHIPPED, mended))
    assert kept == shipped
    assert leaves(mended).keys() == leaves(SHIPPED).keys()
    if place[:1] != ("dataset",):
        assert inputs_of(mended | {"experiments": SHIPPED["experiments"]}).files() == []


@pytest.mark.parametrize("place", sorted(DATASET), ids=".".join)
def test_a_data_set_of_which_too_little_is_known_is_not_read(
    place: tuple[str, str], edited: Callable[..., Found]
) -> None:
    usable, findings = edited(merge(SHIPPED, {"dataset": {place[1]: 5.5}}))
    assert usable is None
    assert [fault.message.partition(":")[0] for fault in findings.faults.found] == [".".join(place)]
    assert findings.checked[-1].note == "not checked: the settings must be mended first"


def test_only_the_faults_are_left_out(edited: Callable[..., Found]) -> None:
    vectors = SHIPPED["vectors"] | {"source": "files", "files": {"en": "en.vec", "deu": "de.vec"}, "dimension": 0}
    own = {"name": "own", "system": "ame", "similarity": "order"}
    one, two = own | {"seeds": [1], "training": {"epochs": 0, "threads": 2}}, own | {"seeds": 1, "languages": ["EN"]}
    experiments = ["none", one, two]
    spoiled = {"lexicon": {"folder": "muse", "protocoll": "paper"}, "vectors": vectors, "experiments": experiments}
    usable, findings = edited(SHIPPED | spoiled)
    assert usable is not None
    assert usable["lexicon"] == {"folder": "muse", "protocol": "leakfree"}
    assert usable["vectors"] == vectors | {"files": {}, "dimension": 1}
    assert usable["experiments"] == [one | {"training": {"threads": 2}}, own | {"seeds": [0]}]
    assert {fault.code for fault in findings.faults.found} == {"D-903"}


def test_a_network_of_which_half_is_refused_is_not_checked(edited: Callable[..., Found]) -> None:
    usable, _ = edited(merge(SHIPPED, {"features": {"backbone": 5, "weights": "IMAGENET1K_V2"}}))
    assert usable is not None
    assert inputs_of(usable).network == {"backbone": "resnet18", "weights": "seed:0"}


@pytest.mark.parametrize("experiment", ["ame", {"name": "ame", "similarity": "order", "seeds": [1]}])
def test_an_experiment_that_is_none_is_a_fault(experiment: object, edited: Callable[..., Found]) -> None:
    usable, findings = edited(SHIPPED | {"experiments": [experiment]})
    assert usable is not None
    assert usable["experiments"] == []
    assert {fault.code for fault in findings.faults.found} == {"D-903"}


def test_a_section_that_a_further_file_spoils_is_checked_as_shipped(
    edited: Callable[..., Found], tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text("vocabulary: {minimum_count: many}\n", encoding="utf-8")
    usable, findings = edited(SHIPPED, tmp_path / "mine.yaml")
    assert [(fault.file, fault.line) for fault in findings.faults.found] == [(str(tmp_path / "mine.yaml"), 1)]
    assert findings.faults.found[0].message.startswith("vocabulary.minimum_count: 'many' is not")
    assert usable is not None
    assert usable["vocabulary"] == SHIPPED["vocabulary"]
