"""The settings: all faults of theirs noted, and what of them can be checked further."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosscap.doctor.findings import Findings
from crosscap.doctor.mending import Place, mend
from crosscap.experiments import Settings
from crosscap.faults import InputError
from crosscap.models.systems import SYSTEMS
from crosscap.settings import CONFIG, SCHEMA, load_schema, load_settings, locate, note_faults

DATASET = {("dataset", key) for key in ("reader", "languages", "hub", "broken_photos")}  # without which none is read
NETWORK = {("features", "backbone"): "resnet18", ("features", "weights"): "seed:0"}  # of which no file is read


def find_checkout() -> Path:
    """Return the folder of the workflow: the working directory, or else the one that the library belongs to.

    Raises:
        InputError: there is no workflow in either.
    """
    for folder in (Path.cwd(), Path(__file__).parents[3]):
        if (folder / CONFIG).is_file() and (folder / SCHEMA).is_file():
            return folder
    raise InputError(f"{Path.cwd()}: there is no {CONFIG} and no {SCHEMA} here; go to the workflow's folder")


def usable_settings(
    checkout: Path, *, files: Sequence[str | Path], arguments: Mapping[str, Any], findings: Findings
) -> Settings | None:
    """Return the settings with other values in the place of those that the schema refuses: the shipped ones, or none.

    None where there is nothing to check by: files that are no YAML, or a data set of which the reader, the languages or
    what becomes of broken photos is not known. Experiments of unknown systems are left out.
    """
    schema = load_schema(checkout / SCHEMA)
    settings: Settings | None = None
    files = [checkout / CONFIG, *files]
    with findings.check("settings", code="D-901", file=CONFIG):
        settings = load_settings(files, arguments=arguments)
        note_faults(settings, schema=schema, faults=findings.faults)
        locate(findings.faults, files=files, arguments=arguments)
    usable, places = _mended(settings, checkout, schema) if settings else ({}, set())
    if not usable or any(place == ("dataset",) or place[:2] in DATASET for place in places):
        findings.skip("inputs", "not checked: the settings must be mended first")
        return None
    if places:
        without = ", ".join(sorted(".".join(map(str, place)) for place in places))
        findings.skip("inputs", f"checked without {without}, which must be mended first")
    known = [experiment for experiment in usable["experiments"] if experiment["system"] in SYSTEMS]
    return usable | {"experiments": known}


def _mended(settings: Settings, checkout: Path, schema: Mapping[str, Any]) -> tuple[Settings, set[Place]]:
    """Return the settings mended, and where: as they are shipped, with a network of its own in place of half of one."""
    usable, places = mend(settings, schema=schema, shipped={})
    if places:
        shipped, _ = mend(load_settings([checkout / CONFIG], arguments={}), schema=schema, shipped={})
        usable, places = mend(settings, schema=schema, shipped=shipped)
    if any(place == ("features",) or place[:2] in NETWORK for place in places):
        usable["features"] |= {key: value for (_, key), value in NETWORK.items()}
    return usable, places
