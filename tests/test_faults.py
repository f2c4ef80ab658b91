"""Faults are collected and told all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscap.faults import SHOWN, Fault, Faults, InputError


def test_no_fault_raises_nothing() -> None:
    Faults().raise_any()


def test_a_fault_reads_as_code_place_and_message() -> None:
    assert str(Fault("D-104", "a.csv", 12, "the caption is empty")) == "D-104 a.csv:12: the caption is empty"
    assert str(Fault("D-101", "a.csv", None, "no such file")) == "D-101 a.csv: no such file"


def test_all_faults_are_raised_at_once_in_file_and_line_order() -> None:
    faults = Faults()
    faults.add("D-2", "b.csv", 3, "second file")
    faults.add("D-1", Path("a.csv"), 10, "tenth line")
    faults.add("D-1", Path("a.csv"), 9, "ninth line")
    faults.add("D-3", "a.csv", None, "whole file")
    with pytest.raises(InputError) as caught:
        faults.raise_any()
    assert str(caught.value).splitlines() == [
        "4 faults in the input:",
        "  D-3 a.csv: whole file",
        "  D-1 a.csv:9: ninth line",
        "  D-1 a.csv:10: tenth line",
        "  D-2 b.csv:3: second file",
    ]


def test_one_fault_is_singular() -> None:
    faults = Faults()
    faults.add("D-1", "a.csv", 1, "x")
    with pytest.raises(InputError, match=r"^1 fault in the input:"):
        faults.raise_any()


def test_many_faults_are_counted_and_the_first_are_shown() -> None:
    faults = Faults()
    for line in range(SHOWN + 30):
        faults.add("D-1", "a.csv", line + 1, "x")
    with pytest.raises(InputError) as caught:
        faults.raise_any()
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{SHOWN + 30} faults in the input, the first {SHOWN} shown:"
    assert len(lines) == SHOWN + 1
