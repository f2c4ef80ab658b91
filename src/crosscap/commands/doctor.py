"""Check settings, inputs and the machine before any work, and tell all that is wrong at once.

Settings are those of config.yaml, as Snakemake takes them. The exit status is 0, or 2 where there are faults.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crosscap.doctor.findings import Findings

EXAMPLE = """examples:
  crosscap doctor
  crosscap doctor --configfile workflow/presets/multi30k.yaml mine.yaml
  crosscap doctor --config dataset={name: mine} --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments, which are named as Snakemake's."""
    parser.add_argument(
        "--configfile", nargs="+", action="extend", default=[], type=Path, metavar="FILE", help="further settings"
    )
    parser.add_argument(
        "--config", nargs="+", action="extend", default=[], metavar="KEY=VALUE", help="settings that win over all files"
    )
    parser.add_argument("--json", action="store_true", help="write JSON instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Check, and print what was found."""
    from crosscap.doctor.findings import as_plain
    from crosscap.doctor.text import findings_text
    from crosscap.faults import WRONG_INPUT

    found = _findings(arguments)
    plain = json.dumps(as_plain(found), indent=2, ensure_ascii=False) + "\n"
    sys.stdout.write(plain if arguments.json else findings_text(found))
    return WRONG_INPUT if found.faults.found else 0


def _findings(arguments: argparse.Namespace) -> Findings:
    """Return what is found in the settings, in the inputs that they name, and on the machine."""
    from crosscap.doctor.configuration import find_checkout, usable_settings
    from crosscap.doctor.environment import check_environment, check_libraries
    from crosscap.doctor.findings import Findings

    found = Findings()
    given = dict(map(_setting, arguments.config))
    settings = usable_settings(find_checkout(), files=arguments.configfile, arguments=given, findings=found)
    ready = check_libraries(settings, found)
    if settings is not None:
        if ready:
            _check_inputs(settings, found)
        else:
            found.skip("inputs", "not checked: the libraries must be installed first")
        check_environment(settings, found, results=Path("results"))
    return found


def _check_inputs(settings: dict[str, Any], found: Findings) -> None:
    """Check the inputs, with the libraries that read them."""
    from crosscap.doctor.checkup import check_inputs
    from crosscap.doctor.inputs import inputs_of
    from crosscap.doctor.weights import check_weights

    inputs = inputs_of(settings)
    check_inputs(inputs, found)
    check_weights(inputs.network, found)


def _setting(text: str) -> tuple[str, Any]:
    """Return a key and its value, which is YAML, read as Snakemake does: all in it are strings."""
    import yaml

    from crosscap.faults import InputError

    key, equals, value = text.partition("=")
    try:
        parsed = yaml.load(value, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise InputError(f"--config {text}: the value is not YAML ({error}); write key=value") from error
    if not (key and equals):
        raise InputError(f"--config {text}: expected key=value, such as dataset={{name: mine}}")
    return key, parsed
