"""`crosscap compare` on invented runs: the summary's p-values, flips by eye, captions that stay text, clear faults."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from crosscap.cli import main
from crosscap.commands import compare
from crosscap.evaluation.significance import paired_tests
from crosscap.models.description import write_description
from crosscap.report.compared import read_compared
from crosscap.report.comparison import pair_tests
from crosscap.tables import read_table, write_table

ROOT = Path(__file__).parents[2]
IMAGES = 12
CAPTIONS_AN_IMAGE = 2
HARM = 'A <b>red</b> ball & {{7*7}} \x1b[31m\u202e "no." '
NOISE = {"ame": 0.5, "fme": 2.5, "ridge": 3.0}


def names() -> list[str]:
    return [f"photo{number:02}.png" for number in range(IMAGES)]


def write_data(folder: Path, *, text: str = HARM, split: str = "test") -> None:
    """Write the tables images and captions of a data set, and its photos."""
    images = pd.DataFrame({"image_id": names(), "split": split, "path": names(), "sha256": "", "width": 8, "height": 8})
    write_table(images, folder / "images.parquet", name="images")
    captions = [
        (f"{name}#{language}#{position}", name, language, position, f"{text}{name} {language} {position}", "human")
        for name in names()
        for language in ("en", "de")
        for position in range(CAPTIONS_AN_IMAGE)
    ]
    columns = ["caption_id", "image_id", "language", "position", "text", "origin"]
    write_table(pd.DataFrame(captions, columns=columns), folder / "captions.parquet", name="captions")
    for name in names():
        (folder / compare.GENERATED).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), "red").save(folder / compare.GENERATED / name)


def ranks_of(*, languages: Sequence[str], noise: float, seed: int) -> pd.DataFrame:
    """Return the table ranks of a run: the more noise, the higher."""
    generator = np.random.default_rng(seed)
    rows = []
    for language in languages:
        captions = [(f"{name}#{language}#{place}", name) for name in names() for place in range(CAPTIONS_AN_IMAGE)]
        for task, queries in (
            ("text_to_image", captions),
            ("image_to_text", [(name, name) for name in names()]),
        ):
            ranks = np.exp(noise * generator.random(len(queries)) * 2).astype(int)
            rows += [
                (query, image, "scenes", task, language, 0, rank, rank)
                for (query, image), rank in zip(queries, ranks, strict=True)
            ]
    columns = ["query_id", "image_id", "benchmark", "task", "language", "fold", "rank_optimistic", "rank_pessimistic"]
    return pd.DataFrame(rows, columns=columns)


def write_run(folder: Path, ranks: pd.DataFrame, *, fidelity: str = "paper") -> None:
    """Write what `compare` reads of a run."""
    write_table(ranks, folder / "ranks.parquet", name="ranks")
    write_description(folder / "model", {"fidelity": fidelity})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a data set with two experiments, one of two seeds, and ridge."""
    folder = tmp_path_factory.mktemp("results") / "scenes"
    write_data(folder)
    for name, seed in (("ame", 1), ("ame", 2), ("fme", 1)):
        ranks = ranks_of(languages=["en", "de"], noise=NOISE[name], seed=seed)
        write_run(folder / "models" / name / f"seed{seed}", ranks, fidelity="code" if name == "fme" else "paper")
    ridge = ranks_of(languages=["en", "de"], noise=NOISE["ridge"], seed=9)
    write_table(ridge, folder / "baselines" / "ranks.parquet", name="ranks")
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """Return a copy of the folder, to be damaged."""
    shutil.copytree(made, tmp_path / "scenes")
    return tmp_path / "scenes"


def called(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run the command and return what it writes."""
    assert main(["compare", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run the command, which must take it for wrong input, and return what it says."""
    assert main(["compare", *map(str, arguments)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Traceback" not in shown.err
    return shown.err


def test_the_p_values_are_those_of_the_summary(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ranks = {
        name: [read_table(run, name="ranks") for run in sorted((made / "models" / name).glob("*/ranks.parquet"))]
        for name in ("fme", "ame")
    }
    ridge = [read_table(made / "baselines" / "ranks.parquet", name="ranks")]
    summary = paired_tests({"ridge": ridge, **ranks}, permutations=2000, seed=1)
    found = json.loads(called(capsys, made / "models/ame", made / "models/fme", "--json"))
    assert [(entry["name"], entry["seeds"]) for entry in found["experiments"]] == [("ame", [1, 2]), ("fme", [1])]
    expected = pair_tests(summary, "ame", "fme")
    assert len(expected) == 2 * 2 * 4 + 2
    columns = ["task", "language", "metric", "p_value", "difference"]
    shown = pd.DataFrame(found["tests"])[columns]
    pd.testing.assert_frame_equal(shown, expected[columns])
    assert (shown["difference"] >= 0).all()  # ame has less noise


def test_the_draws_are_those_of_the_settings() -> None:
    settings = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["evaluation"]
    parser = argparse.ArgumentParser()
    compare.add_arguments(parser)
    parsed = vars(parser.parse_args(["a", "b"]))
    assert {name: parsed[name] for name in ("permutations", "resamples", "seed")} == {
        name: settings[name] for name in ("permutations", "resamples", "seed")
    }


def test_flips_by_eye(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = data / "models/ame/seed1", data / "models/ame/seed2"
    ranks = ranks_of(languages=["en"], noise=0, seed=1)
    asked = ranks["query_id"] == "photo03.png#en#1"
    write_run(one, ranks.assign(rank_pessimistic=0))
    write_run(other, ranks.assign(rank_pessimistic=np.where(asked, 41, 0)))
    found = json.loads(called(capsys, one, other, "--json", "--k", "5"))
    assert [(entry["name"], entry["seeds"]) for entry in found["experiments"]] == [
        ("ame, seed1", [1]),
        ("ame, seed2", [2]),
    ]
    assert [(entry["only_a"], entry["only_b"]) for entry in found["counts"]] == [(1, 0), (0, 0)]
    assert found["flips"] == [
        {
            **{"task": "text_to_image", "language": "en", "query_id": "photo03.png#en#1", "image_id": "photo03.png"},
            **{"texts": [f"{HARM}photo03.png en 1"], "ranks": [1, 42]},
        }
    ]
    text = called(capsys, one, other)
    assert text.startswith("ame, seed1 (paper) against ame, seed2 (paper)\n")
    assert "ame, seed1    1, ame, seed2   42  photo03.png  A <b>red</b> ball" in text
    assert not json.loads(called(capsys, one, other, "--json", "--flips", "0"))["flips"]


def test_image_queries_come_with_the_captions_of_the_image(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(called(capsys, made / "models/ame", made / "models/fme", "--json", "--flips", "1"))
    (flip,) = (flip for flip in found["flips"] if (flip["task"], flip["language"]) == ("image_to_text", "de"))
    assert flip["texts"] == [f"{HARM}{flip['image_id']} de {position}" for position in (0, 1)]


def test_the_text_obeys_no_caption(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = called(capsys, made / "models/ame", made / "baselines")
    assert text.startswith("ame (paper) with seeds 1, 2 against ridge\n")
    assert "text → image, German" in text
    assert "the summary's tests.csv adjusts it" in " ".join(text.split())
    assert "A <b>red</b> ball & {{7*7}} \N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_page_shows_captions_as_text_and_photos_small(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "compare.html"
    called(capsys, data / "models/ame", data / "models/fme", "--html", page, "--flips", "2")
    text = page.read_text(encoding="utf-8")
    assert "<h1>ame against fme</h1>" in text
    assert "ame (paper) with seeds 1, 2 against fme (code) with seed 1" in text
    assert "A &lt;b&gt;red&lt;/b&gt; ball &amp; {{7*7}}" in text
    assert "<b>" not in text
    assert "<script" not in text
    assert text.count("data:image/jpeg;base64,") == text.count("<article") >= 4
    shutil.rmtree(data / compare.GENERATED)
    called(capsys, data / "models/ame", data / "models/fme", "--html", page, "--flips", "2")
    assert "data:image" not in page.read_text(encoding="utf-8")


def test_a_page_for_a_folder_that_is_not_there_is_refused(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "gone" / "compare.html"
    told = refused(capsys, made / "models/ame", made / "models/fme", "--html", page)
    assert f"--html {page}: no folder {page.parent}; make it" in told
    assert not page.parent.exists()


def test_an_experiment_is_not_compared_with_itself(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ame = made / "models/ame"
    assert "compared with itself" in refused(capsys, ame, ame / ".." / "ame")


def test_folders_that_are_no_experiments_are_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ame = data / "models/ame"
    assert "none: no such folder; expected results/DATASET/models/EXPERIMENT" in refused(capsys, ame, data / "none")
    assert "models: no measured experiment of a data set" in refused(capsys, data / "models", ame)
    (data / "models/fme/seed1/ranks.parquet").unlink()
    assert "fme/seed1/ranks.parquet: no such file" in refused(capsys, ame, data / "models/fme")
    (data / "models/ame/seed2/model/model.json").unlink()
    assert "ame/seed2/model/model.json: no such file" in refused(capsys, ame, data / "baselines")


def test_other_data_is_not_compared(data: Path, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ame = data / "models/ame"
    shutil.copytree(data, tmp_path / "photos")
    message = "ame was measured on the data set scenes, fme on photos; compare experiments of one data set"
    assert message in refused(capsys, ame, tmp_path / "photos" / "models/fme")
    write_data(data, text="Another text ")
    assert "48 captions of" in refused(capsys, ame, made / "models/fme")


def test_the_same_name_from_two_runs_of_the_workflow(
    data: Path, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(called(capsys, data / "models/ame", made / "models/ame", "--json"))
    assert [entry["name"] for entry in found["experiments"]] == [str(data / "models/ame"), str(made / "models/ame")]
    assert {entry["p_value"] for entry in found["tests"]} == {1.0}
    assert found["flips"] == []


def test_other_splits_languages_and_queries_are_not_compared(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ame, fme = data / "models/ame", data / "models/fme"
    whole = read_table(fme / "seed1/ranks.parquet", name="ranks")
    write_run(fme / "seed1", whole[whole["query_id"] != "photo03.png#en#1"])
    message = refused(capsys, ame, fme)
    assert "ame and fme have different queries in text_to_image en: 1 only in ame, first ('photo03.png#en#1'" in message
    write_run(fme / "seed1", whole.assign(language="fr"))
    assert "ame was measured in de, en, fme in fr; compare experiments that share" in refused(capsys, ame, fme)
    images = read_table(data / "images.parquet", name="images")
    write_table(images.assign(split=["val", *["test"] * (IMAGES - 1)]), data / "images.parquet", name="images")
    write_run(fme / "seed1", whole[whole["image_id"] != "photo00.png"])
    assert "ame was measured on the split test, val, fme on test" in refused(capsys, ame, fme)
    write_table(images.iloc[1:], data / "images.parquet", name="images")
    assert "1 images that ame ranked are not in" in refused(capsys, ame, fme)


@pytest.mark.parametrize("wrong", [["--k", "-1"], ["--flips", "many"], ["--k", "²"]])
def test_numbers_are_whole(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["compare", "a", "b", *wrong])
    assert "is no whole number from 0" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--k", "--permutations", "--resamples"])
def test_cutoffs_and_draws_count_from_1(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["compare", "a", "b", option, "0"])
    assert f"argument {option}: 0 is too few; it counts from 1" in capsys.readouterr().err


def test_a_seed_that_is_left_from_before_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(data / "models/fme/seed1", data / "models/fme/seed10")
    shutil.copytree(data / "models/fme/seed1", data / "models/fme/seed1.old")
    text = called(capsys, data / "models/fme", data / "models/ame", "--flips", "0")
    assert text.startswith("fme (code) with seeds 1, 10 against ame (paper) with seeds 1, 2\n")


def test_only_the_reports_p_is_adjusted(made: Path, tmp_path: Path) -> None:
    ranks = {"ame": ranks_of(languages=["en"], noise=0, seed=1), "fme": ranks_of(languages=["en"], noise=0, seed=1)}
    tables = {name: read_table(made / f"{name}.parquet", name=name) for name in ("images", "captions")}
    models = [{"experiment": name, "seed": 3, "fidelity": "paper"} for name in ranks]
    for name, table in ranks.items():
        write_table(table, tmp_path / f"{name}.parquet", name="ranks")
    files = [tmp_path / f"{name}.parquet" for name in ranks]
    (found,) = read_compared(
        {"ranks": files, "baseline_ranks": made / "baselines/ranks.parquet"},
        paired_tests({name: [table] for name, table in ranks.items()}, permutations=10, seed=1).assign(
            benchmark="scenes"
        ),
        models,
        **tables,
        examples={"images_folder": None, "count": 0},
        pairs=[("ame", "fme")],
        resamples=10,
        random_seed=1,
    )
    assert found.tests["p_adjusted"].equals(found.tests["p_value"])  # both are 1: the two are equally good
    table, _ = found.tables()
    assert table.columns[-1] == "adjusted p"
    assert table.title == "ame (paper) with seed 3 against fme (paper) with seed 3"
