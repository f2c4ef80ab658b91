"""Runs of the workflow on a copy of it, and the tiny settings that they have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TINY = yaml.safe_load((ROOT / "tests/config.yaml").read_text())


def snakemake(*arguments: str | Path, copy: Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Snakemake on a copy of the workflow in `folder`, as its users do."""
    quick = {"OMP_NUM_THREADS": "1", "NUMBA_DISABLE_JIT": "1"}
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--snakefile", copy / "Snakefile", "--directory", folder, *arguments],
        env=os.environ | quick | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def experiments(**cl2cm: Any) -> list[dict[str, Any]]:
    """The tiny experiments with changes of the second."""
    return [TINY["experiments"][0], TINY["experiments"][1] | cl2cm, *TINY["experiments"][2:]]
