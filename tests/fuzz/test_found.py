"""What the damage of `test_parsers` once broke elsewhere than in one reader, each by itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from crosscap.faults import InputError
from crosscap.journal import Journal, read_journal
from crosscap.notes import read_note
from crosscap.search.contents import mapped

ENDLESS = "[" * 3000
VALUE = {"step": 1, "metric": "loss", "value": 0.5, "time": 2}


def test_brackets_without_end_are_no_json(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(ENDLESS)
    with pytest.raises(InputError, match=r"a\.json: not valid JSON \(maximum recursion depth"):
        read_note(tmp_path / "a.json")


@pytest.mark.parametrize("depth", [300, 900, 960, 2000])
def test_more_brackets_than_can_be_written_are_damage(tmp_path: Path, depth: int) -> None:
    (tmp_path / "a.json").write_text('{"format": "1", "a": ' + "[" * depth + "]" * depth + "}")
    with pytest.raises(InputError, match=r"a\.json: (damaged|not valid JSON)"):
        read_note(tmp_path / "a.json")


@pytest.mark.parametrize("line", [ENDLESS, '{"step": 2}', '{"metric": "loss"}', json.dumps(VALUE | {"step": [1]})])
def test_a_damaged_line_of_a_journal_is_left_out(line: str, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    Journal(path, header={"run": "x"}).close()
    path.write_text(path.read_text() + f"{line}\n{json.dumps(VALUE)}\n")
    assert read_journal(path).entries == [VALUE]
    journal = Journal(path, header={"run": "x"})
    assert [entry["metric"] for entry in journal.note(1, {"loss": 9.0, "lr": 1.0})] == ["lr"]  # loss was noted before
    journal.close()
    assert len(read_journal(path).entries) == 2


@pytest.mark.parametrize("header", ['{"run": "x"}', '{"run": 1, "started": 1}', '{"started": 1}', ENDLESS])
def test_a_journal_without_its_first_line_is_none_and_is_begun_anew(header: str, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(f"{header}\n")
    with pytest.raises(InputError, match=r"run\.jsonl: no tracking journal"):
        read_journal(path)
    Journal(path, header={"run": "x"}).close()
    assert read_journal(path).header["run"] == "x"


def test_a_file_of_an_index_with_another_shape_or_a_damaged_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "embeddings.npy"
    np.save(path, np.float32(1))
    with pytest.raises(InputError, match=r"embeddings\.npy: an array of \[\], expected 1 rows; restore it, or remove"):
        mapped(path, rows=1)
    np.save(path, np.ones((2, 3)))
    data = path.read_bytes()
    path.write_bytes(data[:10] + b"{'descr': '<f4', 'shape': (\0".ljust(118) + data[128:])
    with pytest.raises(InputError, match=r"embeddings\.npy: not a whole \.npy file \("):
        mapped(path, rows=2)
