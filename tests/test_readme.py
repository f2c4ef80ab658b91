"""The README and docs tell the truth: their commands, settings, files and table of stages are those of the project."""

import re
from pathlib import Path

import pytest
import yaml

from crosscap.settings import load_schema, load_settings, merge

ROOT = Path(__file__).parents[1]
DOCUMENTS = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in ROOT.glob("docs/*.md")}
DOCUMENTS[Path("README.md")] = README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the code blocks of a language in all documents, however far they are indented."""
    block = rf"^( *)```{language}\n(.*?)^ *```"
    found = [pair for text in DOCUMENTS.values() for pair in re.findall(block, text, flags=re.MULTILINE | re.DOTALL)]
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


def rules() -> set[str]:
    """Return the names of the workflow's rules."""
    texts = [path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk")]
    return {name for text in texts for name in re.findall(r"^ *rule (\w+):", text, flags=re.MULTILINE)}


def test_every_make_command_is_a_target():
    quoted = [text for document in DOCUMENTS.values() for text in re.findall(r"`([^`]+)`", document)]
    named = set(re.findall(r"\bmake ([a-z-]+)\b", " ".join([*blocks("bash"), *quoted])))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert named
    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_file_that_is_named_exists(document):
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", DOCUMENTS[document])
    named = re.findall(r"`((?:workflow|src|envs|docs|benchmarks)/[\w./-]*)`", DOCUMENTS[document])
    paths = [*((ROOT / document).parent / path for path in linked), *(ROOT / path for path in named)]
    assert not [path for path in paths if not path.exists()]


def test_the_table_of_stages_has_every_rule():
    table = [line.split("|")[1] for line in README.splitlines() if line.startswith("| `")]
    stages = {name for cell in table for name in re.findall(r"`(\w+)`", cell)}
    assert rules() - {"initialise_tracking"} <= stages


@pytest.mark.parametrize("text", blocks("yaml"))
def test_settings_that_are_shown_have_known_keys(text):
    shown = yaml.safe_load(text)
    settings = load_settings([ROOT / "config.yaml"], arguments={})
    merged = merge(settings, shown)
    assert not list(unknown_keys(shown, settings))
    assert set(merged) == set(load_schema(ROOT / "workflow/schemas/config.schema.yaml")["properties"])


def unknown_keys(shown: dict, known: dict, prefix: str = ""):
    """Give the keys of `shown` that `known` lacks; a section that is empty there takes any key."""
    for key, value in shown.items():
        if known and key not in known:
            yield f"{prefix}{key}"
        elif isinstance(value, dict):
            yield from unknown_keys(value, known.get(key) or {}, f"{prefix}{key}.")
