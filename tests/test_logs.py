"""A stage's log: in the file always, on the terminal briefly."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from crosscap import logs
from crosscap.faults import InputError

logger = logging.getLogger("crosscap.stage")


def test_messages_reach_the_file_and_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "logs" / "stage.log"
    with logs.to_file(path):
        logger.info("3 captions 画像")
    text = path.read_text(encoding="utf-8")
    assert "INFO crosscap.stage: 3 captions 画像" in text
    assert re.search(r"done in [\d.]+ s, [\d.]+ s of processor time\n$", text)
    assert capsys.readouterr().err.startswith("3 captions 画像\n")


def test_a_users_mistake_ends_with_its_message_and_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught, logs.to_file(tmp_path / "stage.log"):
        raise InputError("a.csv:3: the caption is empty")
    assert caught.value.code == 2
    assert capsys.readouterr().err == "a.csv:3: the caption is empty\n"
    assert "ERROR crosscap: a.csv:3: the caption is empty" in (tmp_path / "stage.log").read_text(encoding="utf-8")


def test_any_other_error_keeps_its_traceback_in_the_file(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), logs.to_file(tmp_path / "stage.log"):
        1 / 0  # noqa: B018
    text = (tmp_path / "stage.log").read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "ZeroDivisionError" in text


def test_the_log_is_closed_afterwards(tmp_path: Path) -> None:
    with logs.to_file(tmp_path / "stage.log"):
        pass
    before = (tmp_path / "stage.log").read_bytes()
    logger.info("later")
    assert (tmp_path / "stage.log").read_bytes() == before
    assert logging.getLogger("crosscap").handlers == []


def test_progress_passes_the_items_on() -> None:
    assert list(logs.progress(iter("abc"), total=3, unit="image")) == ["a", "b", "c"]
