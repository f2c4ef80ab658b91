"""The memory that rules ask for follows from the size of the features that they hold."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

RULES = Path(__file__).parents[1] / "workflow/rules"


def functions(precomputed: str = "") -> dict[str, Any]:
    """Return the functions of parameters.smk, which is plain Python."""
    names: dict[str, Any] = {"os": os, "config": {"features": {"precomputed": precomputed}}}
    exec((RULES / "parameters.smk").read_text(encoding="utf-8"), names)
    return names


def test_memory_follows_the_input_and_grows_with_each_attempt(tmp_path: Path) -> None:
    sizes = {"a": 3_000_000, "b": 7_000_000}
    for name, size in sizes.items():
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
    files = {"features": str(tmp_path / "a"), "shards": [str(tmp_path / name) for name in sizes]}
    memory = functions()["memory"]
    assert memory(1000, holding="features", times=2)(None, files, 1) == 1006
    assert memory(1000, holding="features", times=2)(None, files, 2) == 2012
    assert memory(1000, holding="shards", times=1.5)(None, files, 1) == 1015
    assert memory(1000)(None, files, 1) == 1000
    assert memory(1000)(None, files, 3) == 3000


def test_every_rule_asks_for_more_when_it_is_submitted_again() -> None:
    rules = [rule for file in RULES.glob("*.smk") for rule in file.read_text(encoding="utf-8").split("rule ")[1:]]
    submitted = [rule for rule in rules if "mem_mb=" in rule and "localrule: True" not in rule]
    assert submitted
    assert not [rule.split(":")[0] for rule in submitted if "mem_mb=memory(" not in rule]


@pytest.mark.parametrize(("file", "times"), [("regions.npy", 0), ("features.parquet", 8)])
def test_an_array_is_not_held(file: str, times: int) -> None:
    assert functions(file)["given_features_held"]() == times


def test_every_rule_that_holds_features_asks_by_their_size() -> None:
    rules = [rule for file in RULES.glob("*.smk") for rule in file.read_text(encoding="utf-8").split("\nrule ")[1:]]
    readers = [rule for rule in rules if 'features="results/{dataset}/features.parquet"' in rule.split("output:")[0]]
    unasked = {rule.split(":")[0] for rule in readers if 'holding="features"' not in rule}
    assert unasked == {"build_index"}  # which reads only what the features say of themselves
