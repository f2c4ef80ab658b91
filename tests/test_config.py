"""config.yaml, its schema, the presets and the strict reading of all of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from crosscap.faults import InputError
from crosscap.settings import check_settings, load_settings, read_config
from tests.configured import ROOT, SCHEMA, SHIPPED, SHIPPED_SETTINGS, changed, faults_of


def schema_keys(schema: dict[str, Any]) -> Any:
    """The nested keys that a part of the schema knows; None for a value."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    if "properties" not in schema:
        return None
    return {key: schema_keys(value) for key, value in schema["properties"].items()}


def given_keys(settings: Any, known: Any) -> Any:
    """The nested keys that settings have, as far as the schema lists keys."""
    return {key: given_keys(settings[key], known.get(key)) for key in settings} if known else None


class TestShipped:
    def test_config_passes_its_schema(self):
        check_settings(SHIPPED_SETTINGS, schema=SCHEMA)

    def test_schema_and_config_have_the_same_keys(self):
        known = schema_keys(SCHEMA)
        assert given_keys(SHIPPED_SETTINGS, known) == known

    def test_every_key_of_the_config_says_what_it_means(self):
        keys = re.compile(r"^ *[a-z0-9_]+: *[^# ]")  # a key with a value in its line
        bare = [line for line in SHIPPED.read_text().splitlines() if keys.match(line) and " # " not in line]
        assert bare == []

    def test_every_section_is_required_in_full(self):
        for section, schema in SCHEMA["properties"].items():
            if "properties" in schema and section != "training":
                assert set(schema["required"]) == set(schema["properties"]), section
        assert set(SCHEMA["properties"]["training"]["required"]) == set(SCHEMA["$defs"]["training"]["properties"])

    @pytest.mark.parametrize("part", [ROOT / "tests/config.yaml", *sorted((ROOT / "workflow/presets").glob("*.yaml"))])
    def test_parts_lack_nothing_but_the_users_data(self, part: Path):
        settings = load_settings([SHIPPED, part], arguments={})
        faults = faults_of(changed(**settings, extra={})).splitlines()[1:]
        [ours] = [fault for fault in faults if "D-903" in fault]
        assert "extra: there is no such key" in ours
        assert all(re.search("is not set|there is no|has no file", fault) for fault in faults), faults


class TestReading:
    @pytest.mark.parametrize("number", ["1e-4", "1E-4", "1.0e-4", "0.0001", ".0001"])
    def test_numbers_are_numbers(self, number: str, tmp_path: Path):
        part = tmp_path / "part.yaml"
        part.write_text(f"training: {{learning_rate: {number}}}\n")
        settings = load_settings([SHIPPED, part], arguments={})
        assert settings["training"]["learning_rate"] == 0.0001
        # Snakemake leaves all that is in brackets on the command line a string
        arguments = yaml.load(part.read_text(), Loader=yaml.BaseLoader)
        assert load_settings([SHIPPED], arguments=arguments) == settings

    def test_the_command_line_is_read_as_files_are(self):
        text = "{n: 3, e: 1e-4, no: [no, yes, on], t: true, u: null, d: 2019-01-01, s: '', m: {k: 0.5, w: a b}}"
        typed = {"n": 3, "e": 1e-4, "no": ["no", "yes", "on"], "t": True, "u": None, "d": "2019-01-01", "s": ""}
        arguments = {"section": yaml.load(text, Loader=yaml.BaseLoader)}
        assert load_settings([], arguments=arguments) == {"section": typed | {"m": {"k": 0.5, "w": "a b"}}}

    def test_norwegian_is_a_language(self, tmp_path: Path):
        part = tmp_path / "part.yaml"
        part.write_text("dataset: {languages: [en, no]}\n")
        assert load_settings([part], arguments={}) == {"dataset": {"languages": ["en", "no"]}}
        assert load_settings([], arguments={"dataset": {"hub": "no"}}) == {"dataset": {"hub": "no"}}

    def test_later_files_win_and_lists_are_replaced(self, tmp_path: Path):
        (tmp_path / "a.yaml").write_text("dataset: {name: a, languages: [en, de]}\n")
        (tmp_path / "b.yaml").write_text("dataset: {languages: [ja]}\n")
        settings = load_settings([tmp_path / "a.yaml", tmp_path / "b.yaml"], arguments={"dataset": {"name": "c"}})
        assert settings == {"dataset": {"name": "c", "languages": ["ja"]}}

    def test_equal_keys_of_all_files_are_refused_with_their_lines(self, tmp_path: Path):
        (tmp_path / "a.yaml").write_text("training:\n  epochs: 1\n  epochs: 2\n")
        (tmp_path / "b.yaml").write_text("experiments:\n  - {name: a, name: b}\ntraining: {}\ntraining: {}\n")
        with pytest.raises(InputError) as caught:
            load_settings([tmp_path / "a.yaml", tmp_path / "b.yaml"], arguments={})
        message = str(caught.value)
        assert "3 faults" in message
        assert f"D-902 {tmp_path}/a.yaml:3: the key epochs is there twice; keep one" in message
        assert f"D-902 {tmp_path}/b.yaml:2: the key name" in message
        assert f"D-902 {tmp_path}/b.yaml:4: the key training" in message

    @pytest.mark.parametrize(
        ("data", "place", "problem"),
        [
            (b"a: [1\nb: 2\n", ":1", "; mend what begins in that line"),
            (b"a:\n  l: {b: 1  # b\n\n  c: 2\n", ":2", "; mend what begins in that line"),
            (b"a:\n  x: 1\n  epochs 30\n\n  # many\n  y: 2\n", ":3", "; mend what begins in that line"),
            (b"a:\n  l: 'en\n  b: 2\nc: 1\n", ":2", "; mend what begins in that line"),
            (b"a:\n  x: 1\n    y: 2\n", ":3", "; mend that line or the one above"),
            (b"a:\n  epochs:30  # without a space\n  y: 2\n", ":3", "; mend that line or the one above"),
            (b"a: !!python/object/apply:os.getcwd []\n", ":1", "tags (!name) are not read, write the value itself"),
            (b"a: 1\nb: !!timestamp x\n", ":2", "tags (!name) are not read"),
            (b"a: &many [1, 2]\nb: [*many, *many]\n", ":2", "aliases (*name) and tags"),
            (b"a: &endless [*endless]\n", ":1", "aliases (*name) and tags"),
            (b"? [a, b]\n: 1\n", ":1", "unhashable key"),
            (b"a: \0\n", "", "is not YAML that can be read (unacceptable character #x0000"),
            (b"a: " + 5000 * b"9", "", "is not YAML that can be read (Exceeds the limit"),
            (
                b"a: " + 3000 * b"[",
                ":1",
                "is not YAML: brackets are nested more than 50 deep; mend that line or the one above",
            ),
            (3000 * b"- ", "", "is not YAML that can be read (maximum recursion depth exceeded"),
            (b"- a\n", "", "has no keys at its top"),
            (b"", "", "has no keys at its top"),
            (b"a: \xff\n", "", "is not UTF-8"),
        ],
    )
    def test_what_is_not_a_settings_file_is_refused(self, data: bytes, place: str, problem: str, tmp_path: Path):
        part = tmp_path / "part.yaml"
        part.write_bytes(data)
        with pytest.raises(InputError, match=re.escape(f"D-901 {part}{place}: ")) as caught:
            load_settings([part], arguments={})
        assert problem in str(caught.value)

    def test_a_missing_file_is_named(self, tmp_path: Path):
        with pytest.raises(InputError, match=r"none\.yaml: cannot be read"):
            load_settings([tmp_path / "none.yaml"], arguments={})


class TestSchema:
    def test_all_faults_are_told_at_once(self):
        message = faults_of(
            changed(
                dataset={"name": "Flickr 8k", "reader": "foldr"},
                training={"epoch": 3, "learning_rate": -1, "margin": {"cos": 0.2}},
                evaluation={"fold_size": 0},
                tracing={},
            )
        )
        assert "7 faults" in message
        assert "dataset.name: 'Flickr 8k' does not match" in message
        assert "write small letters, digits and single hyphens" in message
        assert "dataset.reader: 'foldr' is not one of ['scenes', 'multi30k', 'coco', 'flickr30k', 'xtd'" in message
        assert "training.epoch: there is no such key; did you mean epochs?" in message
        assert "training.margin.cos: there is no such key; did you mean cosine?" in message
        assert "training.learning_rate: -1 is less than or equal to the minimum of 0" in message
        assert "evaluation.fold_size: 0 is less than the minimum of 1" in message
        assert "tracing: there is no such key; did you mean tracking?" in message

    def test_a_key_that_is_misspelt_is_one_fault(self):
        settings = changed()
        settings["training"]["epoch"] = settings["training"].pop("epochs")
        settings["evaluaton"] = settings.pop("evaluation")
        del settings["features"]["crop"]
        message = faults_of(settings)
        assert message.startswith("3 faults")
        assert "training.epoch: there is no such key; did you mean epochs?" in message
        assert "evaluaton: there is no such key; did you mean evaluation?" in message
        assert "features.crop: is missing; see the comment" in message

    def test_a_misspelt_key_is_taken_for_one_that_is_missing(self):
        settings = changed()
        settings["features"]["cropp"] = settings["features"].pop("crops")  # spelt more like crop, which is there
        assert "features.cropp: there is no such key; did you mean crops?" in faults_of(settings)

    @pytest.mark.parametrize("name", ["..", "a/b", "a b", "", "Ä", "a_b", "-a", "con\n"])
    def test_names_are_safe_parts_of_paths(self, name: str):
        assert "dataset.name" in faults_of(changed(dataset={"name": name}))

    def test_overrides_of_an_experiment_are_checked_as_the_section_is(self):
        experiment = {"name": "a", "system": "ame", "similarity": "order", "seeds": [1], "training": {"epochs": "many"}}
        message = faults_of(changed(experiments=[experiment | {"seed": 1}]))
        assert "experiments.0.training.epochs: 'many' is not of type 'integer'" in message
        assert "experiments.0.seed: there is no such key; did you mean seeds?" in message


class TestPlaces:
    """Faults of keys are told with file and line where a file gave them."""

    @pytest.fixture
    def refused(self, tmp_path: Path) -> Callable[..., list[str]]:
        """A function that reads config.yaml and a file with this text, and returns the faults."""

        def read(text: str, arguments: dict[str, Any]) -> list[str]:
            (tmp_path / "a.yaml").write_text(text)
            with pytest.raises(InputError) as caught:
                read_config(ROOT, files=[tmp_path / "a.yaml"], arguments=arguments)
            return [str(fault).replace(f"{tmp_path}/", "").partition(";")[0] for fault in caught.value.faults]

        return read

    def test_the_file_that_wins_is_named(self, refused: Callable[..., list[str]]):
        text = "training:\n  # many\n  epochs: 0\n  epoch: 1\nfeatures: {resize: 90,\n  crop: 100}\n"
        assert refused(text, {}) == [
            "D-903 a.yaml:3: training.epochs: 0 is less than the minimum of 1",
            "D-903 a.yaml:4: training.epoch: there is no such key",
            "D-904 a.yaml:6: features.crop: 100 is above features.resize, 90",
        ]

    def test_experiments_are_found_by_number_and_by_name(self, refused: Callable[..., list[str]]):
        one = "  - {name: one, system: amo, similarity: order, seeds: [1]}\n"
        assert refused(f"experiments:\n{one}", {})[0].startswith("D-904 a.yaml:2: experiments.one: there is no system")
        assert refused(f"experiments:\n{one}  - name: two\n    seeds: 1\n", {}) == [
            "D-903 a.yaml:3: experiments.1.system: is missing",
            "D-903 a.yaml:3: experiments.1.similarity: is missing",
            "D-903 a.yaml:4: experiments.1.seeds: 1 is not of type 'array'",
        ]

    def test_what_the_command_line_gives_has_no_line(self, refused: Callable[..., list[str]]):
        given = {"training": {"epochs": 0}, "experiments": [{"name": "one"}]}
        text = "training: {epochs: 1, batch_size: 0}\nexperiments: [{name: one, seeds: 1}]\n"
        assert refused(text, given) == [
            "D-903 a.yaml:1: training.batch_size: 0 is less than the minimum of 2",
            "D-903 experiments.0.seeds: is missing",
            "D-903 experiments.0.similarity: is missing",
            "D-903 experiments.0.system: is missing",
            "D-903 training.epochs: 0 is less than the minimum of 1",
        ]
