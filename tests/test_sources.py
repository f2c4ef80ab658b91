"""The library files that a script runs on."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscap.sources import library_files

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "workflow/scripts").glob("*.py"))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder with a small package ``crosscap`` and nothing else."""
    files = {
        "crosscap/__init__.py": "",
        "crosscap/tables.py": "import numpy\n",
        "crosscap/text/__init__.py": "",
        "crosscap/text/tokens.py": "from crosscap import tables\n",
        "crosscap/text/other.py": "",
        "crosscap/loop_a.py": "import crosscap.loop_b\n",
        "crosscap/loop_b.py": "def f():\n    from crosscap import loop_a\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def found(tree: Path, code: str) -> list[str]:
    """Return what a script of this code runs on, as paths below the package."""
    script = tree / f"script{abs(hash(code))}.py"
    script.write_text(code, encoding="utf-8")
    return [str(Path(file).relative_to(tree / "crosscap")) for file in library_files(script, tree)]


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("import numpy, crosscapture\n", []),
        ("import crosscap\n", ["__init__.py"]),
        ("from crosscap import tables\n", ["__init__.py", "tables.py"]),
        ("from crosscap.tables import read_table\n", ["__init__.py", "tables.py"]),
        ("import crosscap.text.other as o\n", ["__init__.py", "text/__init__.py", "text/other.py"]),
        ("from crosscap.text import tokens\n", ["__init__.py", "tables.py", "text/__init__.py", "text/tokens.py"]),
        ("from crosscap import loop_a\n", ["__init__.py", "loop_a.py", "loop_b.py"]),
        ("def f():\n    from crosscap import tables\n", ["__init__.py", "tables.py"]),
    ],
)
def test_imports_are_followed_directly_and_through_others(tree: Path, code: str, files: list[str]) -> None:
    assert found(tree, code) == files


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_the_real_scripts_name_files_that_exist_in_sorted_order(script: Path) -> None:
    files = library_files(script, ROOT / "src")
    assert files == sorted(set(files))
    assert str(ROOT / "src/crosscap/logs.py") in files
    assert all(Path(file).is_file() for file in files)


def test_training_runs_on_the_losses_and_the_text_stages_do_not() -> None:
    losses = str(ROOT / "src/crosscap/models/losses.py")
    assert losses in library_files(ROOT / "workflow/scripts/train_model.py", ROOT / "src")
    assert losses not in library_files(ROOT / "workflow/scripts/tokenize_captions.py", ROOT / "src")
