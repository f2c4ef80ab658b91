"""Check every version in requirements.lock against the published advisories, with pip-audit.

The exit status is 0 only where each package was looked up and has no advisory, 1 where one has, and 2 where one was not
looked up: an advisory service that is out of reach is never "no vulnerabilities".
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).parents[1] / "requirements.lock"
CLEAN, VULNERABLE, UNKNOWN = 0, 1, 2


def names_in(lock: str) -> set[str]:
    """Return the packages of a lock that this Python installs."""
    lines = [Requirement(line) for line in lock.splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(line.name) for line in lines if line.marker is None or line.marker.evaluate()}


def judge(report: Mapping[str, Any], wanted: set[str]) -> tuple[int, list[str]]:
    """Return the exit status and what to say of pip-audit's report of the packages that were `wanted`."""
    listed = {canonicalize_name(row["name"]): row for row in report["dependencies"]}
    audited = {name: row for name, row in listed.items() if "vulns" in row}
    told = [
        f"{name} {row['version']}: {vuln['id']}, mended in {', '.join(vuln['fix_versions']) or 'no version yet'}"
        for name, row in sorted(audited.items())
        for vuln in row["vulns"]
    ]
    unknown = sorted(wanted - audited.keys())
    if unknown:
        told.append(f"NOT audited, {len(unknown)} of {len(wanted)} packages: {', '.join(unknown)}")
    elif not told:
        told.append(f"no known vulnerabilities in {len(wanted)} packages")
    vulnerable = any(row["vulns"] for row in audited.values())
    return VULNERABLE if vulnerable else UNKNOWN if unknown else CLEAN, told


def main(pip_audit: str) -> int:
    """Run pip-audit, print what it found, and return the exit status."""
    command = [pip_audit, "--requirement", str(LOCK), "--no-deps", "--disable-pip", "--format", "json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        report = json.loads(ran.stdout)
    except ValueError:  # it ends without a report where the service does not answer
        sys.stderr.write(ran.stderr)
        report = {"dependencies": []}
    status, told = judge(report, names_in(LOCK.read_text(encoding="utf-8")))
    sys.stdout.write("\n".join(told) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
