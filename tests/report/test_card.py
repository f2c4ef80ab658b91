"""A model's card by eye, and that it says what its model.json says, whatever the names are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from write_card import write_card

from crosscap import __version__
from crosscap.models.description import read_description, write_description
from crosscap.notes import write_note


@pytest.fixture
def make_card(run_files: Path, tmp_path: Path):
    def make(
        name: str, seed: int = 1, *, zero_shot: Sequence[str] = (), set_aside: Sequence[str] = (), **changes: object
    ) -> str:
        run = run_files / name / f"seed{seed}"
        description = {**read_description(run / "model"), **changes}
        write_description(tmp_path / "model", description)
        inputs = {
            "model": tmp_path / "model",
            "metrics": [run / "metrics.parquet", run / "translation.parquet"],
            "images": run_files / "images.parquet",
            "captions": run_files / "captions.parquet",
            "quarantined": tmp_path / "quarantine.json",
        }
        photos = [{"image_id": name, "split": "test", "problem": "D-133"} for name in set_aside]
        write_note(inputs["quarantined"], {"photos": photos, "captions": 5, "images": {"test": 40}})
        write_card(inputs, tmp_path / "card.md", dataset="photos_of_*all*", zero_shot=zero_shot)
        return (tmp_path / "card.md").read_text(encoding="utf-8")

    return make


def test_a_card_says_what_the_model_is_and_how_well_it_does(make_card) -> None:
    card = make_card("fme")
    assert card.startswith("# fme, seed 1, on photos\\_of\\_\\*all\\*\n\n## Model\n\n- system: fme\n")
    for line in (
        "- paper: Mohammadshahi et al. 2019",
        "- fidelity: reconstruction: the recipe is made from other sources, and its figures say little",
        "- to know: rebuilt from &lt;hearsay&gt;",
        "- languages trained on: English, German",
        "| Images | 40 |",
        "| German captions | 80 |",
        "- trained parameters: 1,234",
        "- parameters, frozen: 5,000",
        "- parameters of German alone: 2,515",
        "- words, English: 3",
        "- margin: cosine: 0.2",
        f"- Crosscap: {__version__}",
        f"- weights, sha256: {'0f' * 32}",
        f"- data.images, sha256: {'da' * 32}",
        "- steps: 500, the best at 400",
        "| lexicon | word translation | German → English | alignment | 71.0 | 66.0–76.0 |",
    ):
        assert f"\n{line}" in card
    sections = [line for line in card.splitlines() if line.startswith("## ")]
    assert sections == [
        f"## {name}"
        for name in ("Model", "Intended use", "Limits", "Data", "Licence", "Results", "Size", "Training", "Origin")
    ]
    assert "must not be used to identify people" in card
    assert "<" not in card
    assert "optimistic" not in card


def test_every_measured_figure_is_there_with_its_interval(make_card, run_files: Path) -> None:
    card = make_card("ame", seed=2)
    metrics = pd.read_parquet(run_files / "ame/seed2/metrics.parquet")
    for row in metrics[metrics["metric"].isin(["R@1", "R@10"])].itertuples():
        assert f" | {row.value:.1f} | {row.low:.1f}–{row.high:.1f} |\n" in card


def test_a_test_set_that_lost_photos_is_told_of_before_all_else(make_card) -> None:
    card = make_card("fme", set_aside=["a.jpg"])
    assert 0 < card.index("THE TEST SET IS SHORTER: 39 of its 40 images are left") < card.index("## Model")
    assert "quarantined" not in make_card("fme")


def test_zero_shot_languages_are_named_and_marked(make_card) -> None:
    card = make_card(
        "fme", zero_shot=["de"], architecture={"system": "fme", "similarity": "order", "languages": ["en"]}
    )
    assert "- languages trained on: English\n- zero-shot languages: German\n" in card
    assert "| German (zero-shot) | R@1 |" in card
    assert "| English | R@1 |" in card


def test_a_model_without_words_note_or_added_parameters_has_a_card(make_card) -> None:
    card = make_card("mono-de", words={}, note="", parameters_added={})
    assert "words," not in card
    assert "- to know:" not in card
    assert "zero-shot languages" not in card
