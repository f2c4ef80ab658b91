"""Experiments as config.yaml lists them, and resolved: recipes, overrides, what a system cannot do."""

from __future__ import annotations

from typing import Any

import pytest

from crosscap.experiments import resolve_experiments
from crosscap.models.systems import SYSTEMS
from crosscap.settings import load_settings
from tests.configured import ROOT, SHIPPED_SETTINGS, changed, faults_of

MAP_KEYS = {"maps", "align_every", "align_learning_rate", "align_neighbours", "align_orthogonal"}
ORDER_KEYS = {"order_power", "absolute"}
UNREAD_BY_RANKING = {  # what a system of the ranking loss over pretrained word vectors has no use for
    "caption_order",
    "distillation",
    "hinge_decay",
    "pretrained",
    "region_attention",
    "temperature",
    "tightening",
    "transformer",
    "transport",
    "weight_decay",
    "word_dimension",
}


class TestExperiments:
    def test_overrides_are_applied_and_nothing_else_changes(self):
        override = {"learning_rate": 0.1, "margin": {"order": 1.0}}
        experiment = {"name": "a", "system": "ame", "similarity": "order", "seeds": [1, 2], "training": override}
        resolved = resolve_experiments(changed(experiments=[experiment]))["a"]
        training = SHIPPED_SETTINGS["training"]
        recipe = {"hinge": "sum", "negatives": "mixed", "machine_captions": "never"}
        unread = dict.fromkeys(UNREAD_BY_RANKING)
        overridden = {"learning_rate": 0.1, "margin": {"order": 1.0}}
        assert resolved["training"] == training | recipe | unread | overridden
        assert resolved["languages"] == ["en", "de", "ja"]
        assert "seeds" not in resolved

    @pytest.mark.parametrize(
        ("system", "similarity", "unread"),
        [
            ("ame", "order", UNREAD_BY_RANKING),
            ("ame", "cosine", UNREAD_BY_RANKING | ORDER_KEYS),
            ("fme", "order", UNREAD_BY_RANKING | MAP_KEYS),
            ("mono", "cosine", UNREAD_BY_RANKING | ORDER_KEYS | MAP_KEYS),
            ("parallel", "order", UNREAD_BY_RANKING - {"caption_order", "word_dimension"} | MAP_KEYS),
            (
                "liwe",
                "cosine",
                UNREAD_BY_RANKING - {"hinge_decay", "region_attention"} | {"negatives"} | ORDER_KEYS | MAP_KEYS,
            ),
            (
                "cl2cm",
                "cosine",
                UNREAD_BY_RANKING - {"temperature", "transport", "distillation", "transformer"}
                | {"hinge", "margin"}
                | ORDER_KEYS
                | MAP_KEYS,
            ),
            (
                "zero-shot",
                "cosine",
                UNREAD_BY_RANKING - {"tightening"} | {"hinge", "margin"} | ORDER_KEYS | MAP_KEYS,
            ),
        ],
    )
    def test_what_is_not_read_is_left_out(self, system: str, similarity: str, unread: set[str]):
        experiment = {"name": "a", "system": system, "similarity": similarity, "seeds": [1], "languages": ["en"]}
        training = resolve_experiments(changed(experiments=[experiment]))["a"]["training"]
        assert training.keys() == SHIPPED_SETTINGS["training"].keys()
        assert {key for key, value in training.items() if value is None} == unread
        if "margin" not in unread:
            assert training["margin"] == {similarity: SHIPPED_SETTINGS["training"]["margin"][similarity]}

    def test_languages_are_in_the_data_sets_order(self):
        experiment = {"name": "a", "system": "ame", "similarity": "order", "seeds": [1], "languages": ["ja", "en"]}
        assert resolve_experiments(changed(experiments=[experiment]))["a"]["languages"] == ["en", "ja"]

    def test_null_takes_the_recipes_value_and_any_other_wins(self):
        experiment = {"name": "a", "system": "liwe", "similarity": "cosine", "seeds": [1]}
        assert resolve_experiments(changed(experiments=[experiment]))["a"]["training"]["hinge"] == "schedule"
        other = experiment | {"training": {"hinge": "max"}}
        training = resolve_experiments(changed(experiments=[other]))["a"]["training"]
        assert (training["hinge"], training["hinge_decay"]) == ("max", None)

    def test_zero_shot_languages_are_not_trained_on(self):
        experiment = {"name": "a", "system": "ame", "similarity": "order", "seeds": [1], "zero_shot": ["ja"]}
        resolved = resolve_experiments(changed(experiments=[experiment]))["a"]
        assert (resolved["languages"], resolved["zero_shot"]) == (["en", "de"], ["ja"])

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"system": "zero-shot", "similarity": "cosine"}, "zero-shot is trained in the hub, en, alone"),
            (
                {"system": "pivot", "zero_shot": ["ja"]},
                "pivot cannot read a language that it is not trained on; remove zero_shot",
            ),
            ({"system": "cl2cm"}, "cl2cm is defined with cosine similarity; write similarity: cosine"),
            (
                {"training": {"loss_weights": {"ranking": 1.0}}},
                "ame has no term ranking; its terms: ranking_images_capt",
            ),
            (
                {"system": "liwe", "similarity": "cosine", "languages": ["de", "ja"]},
                "liwe ties images to the hub, en, which it is not trained in; add it",
            ),
            (
                {"system": "cl2cm", "similarity": "cosine", "languages": ["en"]},
                "cl2cm learns from captions and their translations; give it a second language",
            ),
            ({"zero_shot": ["cs"]}, "cs is not one of dataset.languages; add it there or remove it here"),
        ],
    )
    def test_what_a_system_cannot_do_is_told(self, changes: dict[str, Any], message: str):
        experiment = {"name": "a", "system": "ame", "similarity": "order", "seeds": [1]} | changes
        assert message in faults_of(changed(experiments=[experiment]))

    def test_every_system_is_tried_by_a_shipped_preset(self):
        tried = {
            experiment["system"]
            for preset in (ROOT / "workflow/presets").glob("*.yaml")
            for experiment in load_settings([preset], arguments={})["experiments"]
        }
        assert tried == set(SYSTEMS)
