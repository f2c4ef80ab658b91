"""The command `crosscap`: quick help with examples, and wrong input told in a line."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import crosscap
from crosscap import cli
from crosscap.faults import InputError

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SLOW = ("torch", "mlflow", "pandas", "numpy", "pyarrow")  # to import
ASK = """
import sys
from crosscap import cli
try:
    cli.main(sys.argv[2:])
except SystemExit as end:
    assert not end.code
print("loaded:", [name for name in sys.argv[1].split() if name in sys.modules])
"""


def module_of(name: str):
    return importlib.import_module(f"crosscap.commands.{name.replace('-', '_')}")


def test_help_lists_every_command_and_loads_nothing_slow():
    told = asked("--help")
    assert told.endswith("loaded: []\n")
    assert all(re.search(rf"^    {name}\s", told, flags=re.MULTILINE) for name in cli.COMMANDS)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_a_commands_help_has_an_example_and_loads_nothing_slow(name):
    told = asked(name, "--help")
    assert told.endswith("loaded: []\n")
    assert f"crosscap {name} " in told.partition("examples:")[2] or f"crosscap {name} " in told.partition("example:")[2]


def asked(*arguments: str) -> str:
    """Return what a fresh process says, and which of the slow libraries it has loaded."""
    command = [sys.executable, "-c", ASK, " ".join(SLOW), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_readme_and_the_example_name_the_command(name):
    assert f"crosscap {name}" in README
    assert f"crosscap {name}" in module_of(name).EXAMPLE


def test_every_module_of_commands_is_a_command():
    folder = Path(cli.__file__).with_name("commands")
    modules = {path.stem.replace("_", "-") for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert modules == set(cli.COMMANDS)
    assert list(cli.COMMANDS) == sorted(cli.COMMANDS)


def test_wrong_arguments_end_with_status_2(capsys):
    for arguments in ([], ["no-such-command"], ["add-language"]):
        with pytest.raises(SystemExit) as end:
            cli.main(arguments)
        assert end.value.code == cli.WRONG_INPUT == 2
    assert "the following arguments are required: MODEL" in capsys.readouterr().err


def test_wrong_input_is_told_in_a_line_with_status_2(monkeypatch, capsys):
    def refuse(arguments):
        raise InputError("model.json: no such file")

    monkeypatch.setattr(module_of("add-language"), "run", refuse)
    assert cli.main(["add-language", "model", "--language", "fr", "--output", "new"]) == 2
    assert capsys.readouterr().err == "crosscap add-language: model.json: no such file\n"


def test_an_interrupted_command_ends_without_a_traceback(monkeypatch):
    def interrupted(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(module_of("add-language"), "run", interrupted)
    assert cli.main(["add-language", "model", "--language", "fr", "--output", "new"]) == 130


def test_the_version_is_the_packages(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"crosscap {crosscap.__version__}\n"
