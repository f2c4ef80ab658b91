"""The rules and scripts as they are written."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from crosscap.manifests import PHOTOS
from tests.dry_runs import plan
from tests.workflow.runs import ROOT

pytestmark = pytest.mark.xdist_group("workflow")  # one worker makes the shared run


class TestStyle:
    def test_lint_has_nothing_to_say(self, copy: Path, tmp_path: Path):
        run = plan("--lint", copy=copy, folder=tmp_path)
        assert run.returncode == 0, run.stdout
        assert "good condition" in run.stdout

    def test_the_rules_are_formatted(self):
        files = ["Snakefile", *sorted(str(file) for file in (ROOT / "workflow/rules").glob("*.smk"))]
        command = [sys.executable, "-m", "snakefmt.snakefmt", "--check", *files]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr

    def test_each_rule_has_its_script_and_each_script_its_rule(self):
        text = "".join(file.read_text() for file in sorted((ROOT / "workflow/rules").glob("*.smk")))
        blocks = {block.partition(":")[0]: block for block in re.split(r"^ *rule ", text, flags=re.MULTILINE)[1:]}
        assert blocks.keys() == {file.stem for file in (ROOT / "workflow/scripts").glob("*.py")}
        for name, block in blocks.items():
            for part in (f'code("{name}.py")', f'"../scripts/{name}.py"', "log:", "conda:", "threads:", "mem_mb="):
                assert part in block, f"rule {name} lacks {part}"

    def test_a_script_says_of_its_files_what_its_rule_says(self):
        text = "".join(file.read_text() for file in sorted((ROOT / "workflow/rules").glob("*.smk")))
        for block in re.split(r"^ *rule ", text, flags=re.MULTILINE)[1:]:
            name = block.partition(":")[0]
            script = (ROOT / f"workflow/scripts/{name}.py").read_text()
            assert "=ancient(" not in block, f"{name}: behind such an input Snakemake overlooks other changes"
            assert ("temp(" in block) == ("temporary=True" in script), name
            assert set(re.findall(r"(\w+)=image_folder\(", block)) <= set(PHOTOS), name

    def test_the_snakefile_is_a_table_of_contents(self):
        assert len((ROOT / "Snakefile").read_text().splitlines()) <= 45
