"""All inputs of a run, checked in one pass."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any

from crosscap.doctor.dataset import check_dataset
from crosscap.doctor.features import check_benchmarks, check_features
from crosscap.doctor.findings import Findings
from crosscap.doctor.inputs import Inputs
from crosscap.doctor.networks import check_network
from crosscap.doctor.room import check_room
from crosscap.doctor.words import check_words

LEAST = 100  # megabytes, without which not even the first stages are made

logger = logging.getLogger(__name__)


def check_inputs(inputs: Inputs, findings: Findings) -> None:
    """Check what a run reads; what cannot be read does not keep the rest from being checked."""
    data = check_dataset(inputs, findings)
    check_words(inputs, data, findings)
    check_features(inputs, data, findings)
    check_benchmarks(inputs, data, findings)
    check_network(inputs.network, findings)


def checked_figures(inputs: Inputs, *, results: Path) -> dict[str, Any]:
    """Return the figures of sound inputs; log what was looked at, and what is to be thought about.

    The room on the disks is looked at as well, and is no part of the figures: equal inputs have equal ones.

    Raises:
        InputError: all that is wrong.
    """
    findings = Findings()
    check_inputs(inputs, findings)
    for folder in (results, Path(tempfile.gettempdir())):
        check_room(folder, LEAST, findings)
    for item in findings.checked:
        logger.info("%s: %s", item.what, item.note or ("ok" if item.sound else "FAULTY"))
    for warning in findings.warnings.in_order:
        logger.warning("%s", warning)
    findings.faults.raise_any()
    return findings.figures
