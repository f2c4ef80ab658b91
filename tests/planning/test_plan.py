"""A plan from a dry run: what it says, as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from crosscap.manifests import FORMAT
from crosscap.notes import write_sealed
from crosscap.planning.dry_run import DryRun, Job
from crosscap.planning.plan import causes, make_plan
from crosscap.planning.shown import plan_json, plan_text
from tests.planning.test_estimate import write

MODEL = "results/scenes/models/ame/seed{}/model"
BEHIND = "Input files updated by another job: {}"
LEARNING_RATE = (
    "Params have changed since last execution: Union of exclusive params before and now across all output: "
    "before: {'training': {'learning_rate': 0.002}} now: {'training': {'learning_rate': 0.001}} "
)


def job(rule: str, seed: int, inputs: str, output: str, *, reason: str) -> Job:
    """A job of an experiment's seed."""
    return Job(
        rule,
        {"dataset": "scenes", "experiment": "ame", "seed": str(seed)},
        inputs=(inputs.format(seed),),
        outputs=(output.format(seed),),
        benchmark=f"logs/scenes/{rule}/ame-seed{seed}.tsv",
        threads=1,
        reason=reason.format(MODEL.format(seed)) if reason == BEHIND else reason,
    )


@pytest.fixture
def run(tmp_path: Path) -> DryRun:
    """A dry run: two seeds are trained and embedded; of the first, model and times are there."""
    jobs = [job("train_model", seed, "features", MODEL, reason=LEARNING_RATE) for seed in (1, 2)]
    jobs += [job("embed_split", seed, MODEL, "embeddings{}", reason=BEHIND) for seed in (1, 2)]
    jobs.append(job("summarize_results", 1, "embeddings{}", "results.csv", reason=BEHIND.format("embeddings1")))
    write(tmp_path / jobs[0].benchmark, 600)
    write(tmp_path / jobs[2].benchmark, 4)
    (tmp_path / MODEL.format(1)).mkdir(parents=True)
    return DryRun(tuple(jobs), total=83, base=Path("/checkout"), folder=tmp_path)


def test_a_plan_in_words(run: DryRun):
    assert plan_text(make_plan(run, cores=2)) == (
        "5 of 83 jobs would run, about 10 min on 2 cores by earlier runs, and 1 of a time that is not known:\n"
        "  train_model: 2 jobs           ~20 min  because training.learning_rate changed from 0.002 to 0.001\n"
        "  embed_split: 2 jobs              ~8 s  because train_model runs before it\n"
        "  summarize_results ame seed 1        ?  because train_model runs before it\n"
        f"  This replaces 1 trained model: {MODEL.format(1)}\n"
        "  Most memory: 0.5 GB in train_model\n"
        "Nothing else: 78 jobs are up to date.\n"
    )


def test_a_setting_has_the_name_that_the_last_run_wrote_down(run: DryRun):
    changed = LEARNING_RATE.partition("before: ")[0] + "before: 10 now: 5 "
    one = replace(run, jobs=(replace(run.jobs[0], reason=changed),))
    assert make_plan(one, cores=1).steps[0].reasons == ("a setting changed from 10 to 5",)
    manifest = run.folder / "results/scenes/manifests/train_model/ame-seed1.json"
    write_sealed(manifest, {"params": {"neighbours": 10}}, format=FORMAT)
    assert make_plan(one, cores=1).steps[0].reasons == ("neighbours changed from 10 to 5",)
    manifest.write_text("damaged")
    assert make_plan(one, cores=1).steps[0].reasons == ("a setting changed from 10 to 5",)


def test_a_plan_as_json(run: DryRun):
    plan = json.loads(plan_json(make_plan(run, cores=1)))
    assert {key: plan[key] for key in ("format", "total", "cores", "seconds", "unknown_seconds", "locked")} == {
        "format": 1,
        "total": 83,
        "cores": 1,
        "seconds": 1208.0,
        "unknown_seconds": 1,
        "locked": False,
    }
    assert plan["replaced_models"] == [MODEL.format(1)]
    assert plan["jobs"][0] == {
        "rule": "train_model",
        "wildcards": {"dataset": "scenes", "experiment": "ame", "seed": "1"},
        "reasons": ["training.learning_rate changed from 0.002 to 0.001"],
        "seconds": 600.0,
        "megabytes": 500,
        "threads": 1,
        "outputs": [MODEL.format(1)],
    }
    assert plan["jobs"][4]["seconds"] is None


def test_nothing_to_do_is_said(tmp_path: Path):
    run = DryRun((), total=83, base=tmp_path, folder=tmp_path)
    assert plan_text(make_plan(run, cores=2)) == "Nothing would run: all 83 jobs are up to date.\n"


def test_a_lock_is_said_first(tmp_path: Path):
    (tmp_path / ".snakemake/locks").mkdir(parents=True)
    (tmp_path / ".snakemake/locks/0.input.lock").touch()
    first = plan_text(make_plan(DryRun((), total=1, base=tmp_path, folder=tmp_path), cores=2)).splitlines()[0]
    assert first.startswith("Another Snakemake works in this folder")
    assert "--unlock" in first


def test_a_first_run_replaces_nothing_and_names_no_time(tmp_path: Path):
    jobs = (job("train_model", 1, "features", MODEL, reason="Missing output files: x"),)
    text = plan_text(make_plan(DryRun(jobs, total=1, base=tmp_path, folder=tmp_path), cores=2))
    assert text == (
        "1 of 1 job would run; how long that takes is not known before a first run:\n"
        "  train_model ame seed 1  ?  because it has not run here yet\n"
    )


def test_causes_are_those_at_the_beginning(run: DryRun):
    before = [set(), set(), {0}, {1}, {2}]
    assert causes(4, run.jobs, before) == causes(2, run.jobs, before) == ["train_model"]
    assert causes(0, run.jobs, before) == []
