"""`make audit` never says that nothing is known of what was not looked up: pip-audit is played by a script."""

from __future__ import annotations

import importlib.util
import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci/audit.py"
FOUND = {"id": "GHSA-1", "fix_versions": ["2.1", "3.0"], "aliases": [], "description": ""}


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the script as a module, with a lock of two packages and one that this Python does not install."""
    specification = importlib.util.spec_from_file_location("audit", SCRIPT)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    lock = '# comment\nPillow==2.0\ntorch_x==1.0\nold==1; python_version < "3"\n'
    (tmp_path / "requirements.lock").write_text(lock, encoding="utf-8")
    monkeypatch.setattr(module, "LOCK", tmp_path / "requirements.lock")
    return module


def fake(folder: Path, *rows: dict[str, Any], status: int = 0) -> str:
    """Return the path of a program that answers as pip-audit does; without rows it fails as that does."""
    answer = json.dumps({"dependencies": rows, "fixes": []}) if rows else ""
    lines = [f"#!{sys.executable}", "import sys", f"print({answer!r})", "print('no route', file=sys.stderr)"]
    program = folder / "pip-audit"
    program.write_text("\n".join([*lines, f"sys.exit({status})"]), encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


CLEAN = [{"name": "pillow", "version": "2.0", "vulns": []}, {"name": "torch-x", "version": "1.0", "vulns": []}]
SKIPPED = {"name": "torch-x", "skip_reason": "Dependency not found on PyPI and could not be audited"}
WORSE = {"name": "pillow", "version": "2.0", "vulns": [FOUND]}


@pytest.mark.parametrize(
    ("rows", "returned", "status", "told"),
    [
        (CLEAN, 0, 0, "no known vulnerabilities in 2 packages\n"),
        ([WORSE, CLEAN[1]], 1, 1, "pillow 2.0: GHSA-1, mended in 2.1, 3.0\n"),
        ([CLEAN[0], SKIPPED], 0, 2, "NOT audited, 1 of 2 packages: torch-x\n"),
        ([WORSE, SKIPPED], 1, 1, "pillow 2.0: GHSA-1, mended in 2.1, 3.0\nNOT audited, 1 of 2 packages: torch-x\n"),
        ([CLEAN[0]], 0, 2, "NOT audited, 1 of 2 packages: torch-x\n"),
        ([], 1, 2, "NOT audited, 2 of 2 packages: pillow, torch-x\n"),
    ],
)
def test_only_what_was_looked_up_counts(
    audit: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    rows: list[dict[str, Any]],
    returned: int,
    status: int,
    told: str,
) -> None:
    assert audit.main(fake(tmp_path, *rows, status=returned)) == status
    said = capsys.readouterr()
    assert said.out == told
    assert said.err == ("" if rows else "no route\n")
