"""Settings that contradict each other, or the files that they name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crosscap.settings import check_settings
from tests.configured import SCHEMA, changed, faults_of


class TestKeysTogether:
    def test_all_contradictions_are_told_at_once(self, tmp_path: Path):
        experiments = [
            {"name": "mono", "system": "mono", "similarity": "order", "seeds": [1]},
            {"name": "ame", "system": "ame", "similarity": "order", "seeds": [1], "languages": ["de", "fr"]},
            {"name": "ame", "system": "amo", "similarity": "order", "seeds": [1]},
            {"name": "both", "system": "ame", "similarity": "order", "seeds": [1], "training": {"maps": "both"}},
        ]
        message = faults_of(
            changed(
                dataset={
                    "reader": "folder",
                    "hub": "it",
                    "folder": {"captions": "none.csv", "split_percent": {"train": 90}},
                },
                vectors={"source": "files", "files": {"en": str(tmp_path), "de": "none.vec"}},
                features={"crop": 256},
                experiments=experiments,
            )
        )
        assert "dataset.hub: it is not one of dataset.languages" in message
        assert "dataset.folder.captions: there is no none.csv" in message
        assert "dataset.folder.images: is not set; set it, or features.precomputed" in message
        assert "dataset.folder.split_percent: adds up to 110; make it 100" in message
        assert "vectors.files: has no file for ja" in message
        assert "vectors.files.de: there is no none.vec" in message
        assert "lexicon.folder: is not set" in message
        assert "features.crop: 256 is above features.resize, 128" in message
        assert "experiments: 2 are named ame" in message
        assert "experiments.mono: mono takes exactly one language, not 3" in message
        assert "experiments.ame: fr is not one of dataset.languages" in message
        assert "experiments.ame: there is no system amo; write ame" in message
        assert "experiments.both: maps: both takes two languages, not 3" in message

    @pytest.mark.parametrize(
        ("reader", "section", "faults"),
        [
            (
                "coco",
                {"split_file": "none.json", "captions": {"ja": ["a.json"]}, "leave_out": "names.txt"},
                [
                    "split_file: there is no none.json",
                    "captions.ja.0: there is no a.json",
                    "leave_out: there is no names",
                ],
            ),
            (
                "coco",
                {"split_percent": {"train": 80, "val": 10, "test": 20}},
                [
                    "split_file: is not set; give its path",
                    "coco: has no captions in de; remove it from dataset.languages, or add its files to captions",
                    "coco.images: is not set; set it, or features.precomputed",
                    "coco.split_percent: adds up to 110; make it 100",
                ],
            ),
            ("flickr30k", {}, ["split_file: is not set", "has no captions in de; remove it from dataset.languages"]),
            ("xtd", {"coco": "none.json"}, ["xtd.folder: is not set", "xtd.coco: there is no none.json"]),
            (
                "vatex",
                {"training": "t.json", "test": "none.json"},
                [
                    "vatex.training: there is no t.json",
                    "vatex.validation: is not set",
                    "vatex.test: there is no none.json",
                    "vatex: has no captions in ja",
                    "features.precomputed: is not set; vatex has no photos, so give its features",
                ],
            ),
        ],
    )
    def test_the_readers_of_published_data_sets_are_checked(self, reader: str, section: dict, faults: list[str]):
        message = faults_of(changed(dataset={"reader": reader, reader: section}))
        for fault in faults:
            assert fault in message

    def test_vatex_has_no_photos_to_set(self):
        assert "dataset.vatex.images: there is no such key" in faults_of(
            changed(dataset={"vatex": {"images": "videos"}})
        )

    @pytest.mark.parametrize("percent", [{"train": 100}, "all", {"train": 80, "val": 10, "test": 10, "dev": 0}])
    def test_percentages_are_whole_or_null(self, percent: Any):
        message = faults_of(changed(dataset={"coco": {"split_percent": percent}}))
        assert "dataset.coco.split_percent" in message

    def test_an_aligned_system_needs_the_hub(self):
        experiment = {"name": "a", "system": "fme", "similarity": "order", "seeds": [1], "languages": ["de", "ja"]}
        assert "fme aligns to the hub, en, which is not among its languages" in faults_of(
            changed(experiments=[experiment])
        )

    @pytest.mark.parametrize("name", ["ridge", "chance"])
    def test_the_names_of_the_baselines_are_taken(self, name: str):
        experiment = {"name": name, "system": "ame", "similarity": "order", "seeds": [1]}
        message = f"experiments: {name} is the name of a baseline; choose another"
        assert message in faults_of(changed(experiments=[experiment]))

    def test_published_tables_are_among_those_shipped(self):
        message = faults_of(changed(report={"published": ["ame_t1", "ame_t9"]}))
        assert "1 fault" in message
        assert "report.published: there is no table ame_t9; there are ame_t1, ame_t2" in message

    def test_the_report_compares_experiments_that_there_are(self):
        message = faults_of(changed(report={"compare": [["ame", "ridge"], ["ame", "eme"]]}))
        assert "1 fault" in message
        assert "report.compare: there is no experiment eme; there are mono-en, mono-de, mono-ja, fme, ame" in message
        assert "is too short" in faults_of(changed(report={"compare": [["ame"]]}))
        message = faults_of(
            changed(report={"compare": [["mono-en", "mono-de"], ["mono-en", "ame"], ["ridge", "mono-de"]]})
        )
        assert "1 fault" in message
        assert "report.compare: mono-en and mono-de are measured in no language in common; remove the pair" in message

    def test_folds_divide_the_scenes_that_are_measured(self):
        message = "evaluation.fold_size: 80 does not divide dataset.scenes.test, 200; choose a divisor"
        assert message in faults_of(changed(evaluation={"fold_size": 80}))
        check_settings(changed(evaluation={"fold_size": 80, "split": "train"}), schema=SCHEMA)  # 800 images

    def test_the_scenes_are_described_in_some_languages_only(self):
        assert "the scenes are not described in cs" in faults_of(changed(dataset={"languages": ["en", "cs"]}))

    def test_contradictions_are_told_beside_what_the_schema_refuses(self):
        message = faults_of(changed(training={"epochs": 0}, features={"crop": 256}, fetch={"items": ["muse"]}))
        assert message.startswith("3 faults")
        assert "D-903 training.epochs: 0 is less than the minimum of 1" in message
        assert "D-904 features.crop: 256 is above features.resize, 128" in message
        assert "D-904 fetch.items: there is nothing named muse" in message

    def test_checks_of_a_section_that_the_schema_refuses_are_left_out(self):
        message = faults_of(changed(features={"crop": "all"}, vectors={"source": "files", "seed": -1}))
        assert message.startswith("2 faults")

    def test_languages_have_codes(self):
        message = faults_of(changed(dataset={"languages": ["en", "jp"]}))
        assert "dataset.languages: jp is no language's code of ISO 639-1; write one such as en, de, ja" in message
