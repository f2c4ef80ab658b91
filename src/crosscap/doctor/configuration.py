"""The settings: all faults of theirs noted, and what of them can be checked further."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosscap.consistency import check_together
from crosscap.doctor.findings import Findings
from crosscap.experiments import Settings
from crosscap.faults import Faults, InputError
from crosscap.models.systems import SYSTEMS
from crosscap.settings import CONFIG, SCHEMA, load_schema, load_settings, schema_faults

UNREAD = {"alignment", "evaluation", "report", "fetch"}  # sections that name no input and need no room of their own


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
    """Return the settings, with the shipped sections for those that are missing or that the schema refuses.

    None where there is nothing to check by: files that are no YAML, a data set that the schema refuses, or a section
    that is refused in config.yaml itself. Experiments of unknown systems are left out.
    """
    schema = load_schema(checkout / SCHEMA)
    sound: Settings = {}
    with findings.check("settings", code="D-901", file=CONFIG):
        settings = load_settings([checkout / CONFIG, *files], arguments=arguments)
        sound = _sound_sections(settings, schema, findings.faults)
        check_together(sound, findings.faults)
    read = set(schema["required"]) - UNREAD
    usable = sound
    if "dataset" in sound and not read <= sound.keys():
        usable = _sound_sections(load_settings([checkout / CONFIG], arguments={}), schema, Faults()) | sound
    if not read <= usable.keys():
        findings.skip("inputs", "not checked: the settings must be mended first")
        return None
    known = [experiment for experiment in usable["experiments"] if experiment["system"] in SYSTEMS]
    return usable | {"experiments": known}


def _sound_sections(settings: Settings, schema: Mapping[str, Any], faults: Faults) -> Settings:
    """Return the sections that fit the schema, and note what does not."""
    refused = schema_faults(settings, schema=schema, faults=faults)
    return {section: value for section, value in settings.items() if section not in refused}
