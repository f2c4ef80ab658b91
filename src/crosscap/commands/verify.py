"""Check that results are what the workflow made, while no workflow is at work in their folder.

Every file is compared with its job's manifest, and metrics and summary tables are computed again from the stored ranks.
Nothing is changed.

The exit status is 0 where all holds, 1 where something does not, and 2 where there is nothing to check.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosscap.verification.findings import Verified

EXAMPLE = """examples:
  crosscap verify
  crosscap verify results/scenes
  crosscap verify results --json
"""
FAILED = 1
SHOWN = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("results"),
        metavar="RESULTS",
        help="results, or results/DATASET (default: results)",
    )
    parser.add_argument("--json", action="store_true", help="write JSON instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Verify and print."""
    from crosscap.verification.findings import remedy
    from crosscap.verification.whole import verify

    verified = verify(arguments.folder)
    if arguments.json:
        text = json.dumps(asdict(verified) | {"remedy": remedy(verified.findings)}, indent=2, ensure_ascii=False)
        sys.stdout.write(f"{text}\n")
    else:
        sys.stdout.write(_text(verified, remedy(verified.findings)))
    return FAILED if verified.findings else 0


def _text(verified: Verified, command: str) -> str:
    """Return what was found for people to read."""
    findings = [f"{finding}\n" for finding in verified.findings[:SHOWN]]
    if len(verified.findings) > SHOWN:
        findings.append(f"... the first {SHOWN} of {len(verified.findings):,}; --json has all\n")
    compared = f"{verified.files:,} files of {verified.jobs:,} jobs compared ({verified.size / 1e6:,.1f} MB)"
    parts = [compared, f"the results of {len(verified.recomputed):,} jobs computed again"]
    if verified.skipped:
        parts.append(f"those of {len(verified.skipped):,} not, since their files do not hold")
    outcome = f"{len(verified.findings):,} do not hold" if verified.findings else "all holds"
    lines = [*findings, f"{', '.join(parts)}: {outcome}\n"]
    if command:
        lines.append(f"To make it anew, with the run's --configfile where it had one:\n  {command}\n")
    return "".join(lines)
