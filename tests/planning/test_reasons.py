"""Why a job would run, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from crosscap.planning.dry_run import Job
from crosscap.planning.reasons import reasons

BASE = Path("/home/me/crosscap")
CHANGED = "Params have changed since last execution: Union of exclusive params before and now across all output: "
BEHIND = "Input files updated by another job: results/model"


def why(
    reason: str,
    *,
    causes: tuple[str, ...] = ("train_model",),
    ran: bool = True,
    stored: Mapping[str, Any] = MappingProxyType({}),
) -> list[str]:
    job = Job("embed_split", {}, inputs=(), outputs=("a",), benchmark="", threads=1, reason=reason)
    return reasons(job, causes=causes, base=BASE, ran=ran, stored=stored)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("Missing output files: results/a.csv", "results/a.csv is missing"),
        ("Missing output files: a, b", "a and b are missing"),
        ("Missing output files: a, b, c, d, e", "a, b, c and 2 others are missing"),
        ("Incomplete output files: a", "it was interrupted"),
        (f"Updated input files: {BASE}/src/crosscap/models/losses.py", "src/crosscap/models/losses.py changed"),
        ("Updated input files: data/c.csv, data/b.csv", "data/b.csv and data/c.csv changed"),
        (BEHIND, "train_model runs before it"),
        ("Set of input files has changed since last execution", "it reads other files than before"),
        ("Code has changed since last execution", "workflow/scripts/embed_split.py changed"),
        (
            "Software environment definition has changed since last execution",
            "its environment in envs/ changed",
        ),
        ("Forced execution", "it is forced"),
        ("A reason that a later Snakemake has", "A reason that a later Snakemake has"),
    ],
)
def test_each_reason_has_plain_words(reason: str, words: str):
    assert why(reason) == [words]


def test_a_job_that_never_ran_misses_nothing():
    assert why("Missing output files: a", ran=False) == ["it has not run here yet"]


def test_two_reasons_are_two():
    changed = "Updated input files: a.csv; Code has changed since last execution"
    assert why(changed) == ["a.csv changed", "workflow/scripts/embed_split.py changed"]


def test_what_is_missing_is_no_reason_beside_one_that_makes_it_anew():
    assert why(f"Missing output files: a; {BEHIND}") == ["train_model runs before it"]


def test_a_first_run_needs_no_other_reason():
    assert why(f"Missing output files: a; {BEHIND}; Code has changed", ran=False) == ["it has not run here yet"]


def test_rules_before_a_job_are_named():
    assert why(BEHIND, causes=("embed_texts", "train_model")) == ["embed_texts and train_model run before it"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            "before: {'name': 'ame', 'training': {'learning_rate': 0.002, 'epochs': 1}} "
            "now: {'name': 'ame', 'training': {'learning_rate': 0.001, 'epochs': 1}} ",
            "training.learning_rate changed from 0.002 to 0.001",
        ),
        ("before: 10 now: 5 ", "a setting changed from 10 to 5"),
        ("before: {'a': 1},7 now: 8,{'a': 2} ", "a changed from 1 to 2 and a setting changed from 7 to 8"),
        ("before: {'a': 1},{'b': 1} now: {'b': 2},{'a': 1} ", "b changed from 1 to 2"),
        ("before: {'a': {'x': 1}} now: {'a': {'y': 1}} ", "a.x is gone and a.y is new"),
        ("before: {'a': {}} now: {'a': None} ", "a changed from {} to None"),
        ("before: 'x; z' now: 'y' ", "a setting changed from x; z to y"),
        ("before: 'one','two' now: 'three','four' ", "its settings changed"),  # which became which?
        ("before: {'a': 1} now: <nothing exclusive> ", "its settings changed"),
        ("before: 1,{'a': 1} now: {'a': 2},2,3 ", "a changed from 1 to 2"),
        ("before: <Object at 0x1> now: <Object at 0x2> ", "its settings changed"),
        ("in words of a later Snakemake", "its settings changed"),
    ],
)
def test_settings_are_told_before_and_now(values: str, words: str):
    assert why(CHANGED + values) == [words]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("before: 10 now: 5 ", "neighbours changed from 10 to 5"),
        ("before: 'test' now: 'val' ", "split changed from test to val"),
        ("before: ['de'] now: <nothing exclusive> ", "languages changed"),
        ("before: [('a', 1)] now: [('a', 1), ('a', 2)] ", "runs changed from [('a', 1)] to [('a', 1), ('a', 2)]"),
        (
            "before: 'test',['de'] now: ['de', 'ja'],'val' ",
            "split changed from test to val and languages changed from ['de'] to ['de', 'ja']",
        ),
        ("before: 'test','a' now: 'b','val' ", "split changed and folder changed"),  # which became which?
        ("before: 'x' now: 'y' ", "hub or name changed from x to y"),
        ("before: 'gone' now: 'y' ", "a setting changed from gone to y"),
        (
            "before: {'source': 'vectors'},10 now: 5,{'source': 'model', 'beams': 4} ",
            "source changed from vectors to model, beams is new and neighbours changed from 10 to 5",
        ),
        ("before: 'http://me:secret@host' now: 'b' ", "uri changed from http://***@host to b"),
    ],
)
def test_values_without_names_have_those_of_the_manifest(values: str, words: str):
    stored = {
        **{"neighbours": 10, "split": "test", "languages": ["de"], "runs": [["a", 1]], "hub": "x", "name": "x"},
        **{"folder": "a", "uri": "http://***@host", "settings": {"source": "vectors"}},
    }
    assert why(CHANGED + values, stored=stored) == [words]


def test_a_long_value_is_cut():
    (words,) = why(f"{CHANGED}before: {{'files': {['a' * 30] * 9}}} now: {{'files': []}} ")
    assert words.startswith("files changed from ['aaa")
    assert len(words) < 80
