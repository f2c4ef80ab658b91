"""What a job loads before it begins: jobs are processes, and each pays anew for a library that it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "torchvision", "numba", "mlflow", "matplotlib", "sacremoses", "transformers"}  # 0.2 to 2 seconds each
NEEDED = {  # what a script computes with; all others read and write tables, and load none of these
    "embed_split": {"torch"},
    "embed_texts": {"torch"},
    "encode_sentences": {"torch"},
    "encode_texts": {"torch"},
    "translate_captions": {"torch"},
    "evaluate_translation": {"torch", "numba"},
    "extract_features": {"torch", "torchvision"},
    "align_vectors": {"numba"},
    "train_model": {"torch", "numba"},
    "add_language": {"torch", "numba"},
    "evaluate_retrieval": {"numba"},
    "evaluate_tagging": {"numba"},
    "evaluate_similarity": {"numba"},
    "evaluate_baselines": {"numba"},
    "track_results": {"numba"},
    "summarize_results": {"numba"},
    "write_report": {"numba", "matplotlib"},
}
GROUPS: dict[frozenset[str], list[str]] = {}  # scripts by what they need: those of one group share a process
for path in sorted((ROOT / "workflow/scripts").glob("*.py")):
    GROUPS.setdefault(frozenset(NEEDED.get(path.stem, set())), []).append(path.stem)
LOADED = """
import importlib, sys
sys.path[:0] = sys.argv[1:3]
for script in sys.argv[4:]:
    importlib.import_module(script)
    print(script, *sorted({*sys.argv[3].split(",")} & {*sys.modules}))
"""


def test_every_script_that_needs_a_library_is_one() -> None:
    assert set(NEEDED) <= {script for group in GROUPS.values() for script in group}


@pytest.mark.parametrize("needed", GROUPS, ids=lambda needed: "-".join(sorted(needed)) or "tables")
def test_a_job_loads_only_the_heavy_libraries_that_it_needs(needed: frozenset[str]) -> None:
    folders = str(ROOT / "src"), str(ROOT / "workflow/scripts")
    command = [sys.executable, "-c", LOADED, *folders, ",".join(HEAVY), *GROUPS[needed]]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    loaded = {script: set(libraries) for script, *libraries in map(str.split, lines)}
    assert list(loaded) == GROUPS[needed]
    assert {script: libraries - needed for script, libraries in loaded.items() if not libraries <= needed} == {}
