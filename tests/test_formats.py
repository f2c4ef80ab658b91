"""Every kind of file that outlives the code that wrote it says its format, and another one is refused by name.

Other files need no format of their own: those of the workflow are made again when the code that writes or reads them
changes, and a checkpoint is refused when any of its run's code did. Notes of downloads that are of another format count
as none: what is there is verified again, and half a file is fetched from its start.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pandas as pd
import pytest

from crosscap import journal, manifests, notes, tables
from crosscap.faults import InputError
from crosscap.models import description
from crosscap.search import store
from crosscap.training.state_folder import locked_state


class Kind(NamedTuple):
    """A kind of file: the module that has its format, how to write and read one in a folder, its name and remedy."""

    module: ModuleType
    write: Callable[[Path], object]
    read: Callable[[Path], object]
    file: str
    remedy: str


def write_table(folder: Path) -> None:
    pairs = pd.DataFrame({"source": ["cat"], "target": ["Katze"], "part": ["train"]})
    tables.write_table(pairs, folder / "lexicon.parquet", name="lexicon")


def write_index(folder: Path) -> None:
    with store.writing(folder) as (place, _):
        (place / "items").write_text("a photo")


def write_journal(folder: Path) -> None:
    noted = journal.Journal(folder / "journal.jsonl", header={"run": "scenes/ame/seed1"})
    noted.note(1, {"loss": 0.5})
    noted.close()


def leave_state(folder: Path) -> None:
    with suppress(KeyboardInterrupt), locked_state(folder / "seed1/state", fingerprint={"seed": 1}) as checkpoint:
        checkpoint.touch()
        raise KeyboardInterrupt


KINDS = {
    "table": Kind(
        tables,
        write_table,
        lambda folder: tables.read_table(folder / "lexicon.parquet", name="lexicon"),
        "lexicon.parquet",
        "remove the file and run the workflow again",
    ),
    "model": Kind(
        description,
        lambda folder: description.write_description(folder, {"system": "ame"}),
        description.read_description,
        "model.json",
        "train it again",
    ),
    "index": Kind(store, write_index, store.read_manifest, "manifest.json", "make the index again"),
    "manifest": Kind(
        manifests,
        lambda folder: notes.write_sealed(folder / "a.json", {}, format=manifests.FORMAT),
        lambda folder: manifests.read_manifest(folder / "a.json"),
        "a.json",
        "run the workflow again",
    ),
    "journal": Kind(
        journal,
        write_journal,
        lambda folder: journal.read_journal(folder / "journal.jsonl"),
        "journal.jsonl",
        "move it elsewhere",
    ),
    "note": Kind(
        notes,
        lambda folder: notes.write_note(folder / "a.json", {"images": 12}),
        lambda folder: notes.read_note(folder / "a.json"),
        "a.json",
        "remove it and run the workflow again",
    ),
    "fingerprint": Kind(
        notes,
        leave_state,
        leave_state,
        "seed1/state/fingerprint.json",
        "put the state aside and train from the start: crosscap restart",
    ),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_file_of_this_format_is_read(kind: Kind, tmp_path: Path):
    kind.write(tmp_path)
    kind.read(tmp_path)


@pytest.mark.parametrize("number", ["0", "99"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_file_of_another_format_is_refused_by_name(
    kind: Kind, number: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as other:
        other.setattr(kind.module, "FORMAT", number)
        kind.write(tmp_path)
    before = (tmp_path / kind.file).read_bytes()
    with pytest.raises(InputError) as refused:
        kind.read(tmp_path)
    message = str(refused.value)
    assert str(tmp_path / kind.file) in message
    assert f"format {number}" in message
    assert f"format {kind.module.FORMAT}" in message or f"expected {kind.module.FORMAT}" in message
    assert kind.remedy in message
    assert (tmp_path / kind.file).read_bytes() == before


def test_a_journal_of_another_format_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as other:
        other.setattr(journal, "FORMAT", "99")
        write_journal(tmp_path)
    before = (tmp_path / "journal.jsonl").read_bytes()
    with pytest.raises(InputError, match="journal format 99, expected 1"):
        write_journal(tmp_path)
    assert (tmp_path / "journal.jsonl").read_bytes() == before
