"""The settings: all faults of theirs noted, and what of them can be checked further."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosscap.consistency import check_together
from crosscap.doctor.findings import Findings
from crosscap.experiments import Settings
from crosscap.faults import InputError
from crosscap.models.systems import SYSTEMS
from crosscap.settings import CONFIG, SCHEMA, load_schema, load_settings, schema_faults


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
    """Return the settings with the shipped sections for those that the schema refuses; None of files that are no YAML.

    A data set that the schema refuses is nothing to check by: None as well. Experiments of unknown systems go too.
    """
    schema, settings = load_schema(checkout / SCHEMA), None
    refused: set[str] = set()
    with findings.check("settings", code="D-901", file=CONFIG):
        settings = load_settings([checkout / CONFIG, *files], arguments=arguments)
        refused = schema_faults(settings, schema=schema, faults=findings.faults)
        sound = {section: value for section, value in settings.items() if section not in refused}
        check_together(sound, findings.faults)
    if settings is None or "dataset" in refused:
        findings.note("inputs", "not checked: the settings must be mended first")
        return None
    shipped = load_settings([checkout / CONFIG], arguments={}) if refused else {}
    usable = settings | {section: shipped[section] for section in refused if section in shipped}
    known = [experiment for experiment in usable["experiments"] if experiment["system"] in SYSTEMS]
    return usable | {"experiments": known}
