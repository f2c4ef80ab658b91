"""The profiles agree with the rules, and their groups with every order in which jobs may depend on one another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.dry_runs import jobs, plan

ROOT = Path(__file__).parents[1]
PROFILES = {file.parent.name: file for file in ROOT.glob("workflow/profiles/*/config.yaml")}
CLUSTERS = ["slurm", "cluster-generic"]
TINY = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
TRANSLATED = {
    "translation": {"languages": ["de", "ja"], "method": "model", "given": "keep", "model": "opus-mt-{source}-{target}"}
}
ENCODED = {"sentences": {"source": "model", "model": "LaBSE"}}
ALONE = {"train_model", "extract_features", "gather_features", "read_features", "evaluate_baselines"}


def read(name: str) -> dict:
    return yaml.safe_load(PROFILES[name].read_text())


def rules() -> set[str]:
    """The rules whose jobs are submitted."""
    texts = [part for file in ROOT.glob("workflow/rules/*.smk") for part in file.read_text().split("rule ")[1:]]
    return {match[1] for text in texts if "localrule" not in text if (match := re.match(r"(\w+):", text))}


@pytest.mark.parametrize("name", CLUSTERS)
def test_every_rule_is_submitted_in_a_group_or_alone(name: str):
    profile = read(name)
    assert set(profile["groups"]) | ALONE == rules()
    assert not set(profile["groups"]) & ALONE


def test_what_is_submitted_together_is_the_same_with_every_scheduler():
    assert [read(name)["groups"] for name in CLUSTERS] == [read("slurm")["groups"]] * 2
    assert [read(name)["group-components"] for name in CLUSTERS] == [read("slurm")["group-components"]] * 2


@pytest.mark.parametrize("name", ["slurm", pytest.param("cluster-generic", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "changes",
    [{}, TRANSLATED, ENCODED],
    ids=["tiny", "translated", "encoded"],
)
def test_no_group_depends_on_itself(name: str, changes: dict, tmp_path: Path):
    """The slow ones repeat it with the same groups: that they are the same is tested above."""
    settings = tmp_path / "settings.yaml"
    settings.write_text(yaml.safe_dump(TINY | changes))
    arguments = ["--workflow-profile", PROFILES[name].parent, "--configfile", settings, "--dry-run"]
    assert jobs(plan(*arguments, copy=ROOT, folder=tmp_path))["train_model"] == 3


def test_a_group_that_depends_on_itself_is_refused(tmp_path: Path):
    groups = ["tokenize_captions=words", "build_vocabulary=words", "train_model=words", "evaluate_baselines=words"]
    arguments = ["--workflow-profile", PROFILES["slurm"].parent, "--configfile", ROOT / "tests/config.yaml"]
    run = plan(*arguments, "--dry-run", "--groups", *groups, copy=ROOT, folder=tmp_path)
    assert "depends on itself" in run.stdout or "This is not allowed" in run.stdout


def test_the_number_of_submissions_is_what_the_guide_says(tmp_path: Path):
    planned = plan("--workflow-profile", PROFILES["slurm"].parent, "--dry-run", copy=ROOT, folder=tmp_path)
    counts = jobs(planned)
    submissions = planned.stdout.count("Group job ") + sum(counts.get(rule, 0) for rule in ALONE)
    guide = (ROOT / "docs/cluster.md").read_text()
    assert f"The demo's {sum(counts.values())} jobs are {submissions} submissions" in guide
