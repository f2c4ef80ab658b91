"""Settings of dictionaries, translations and sentence features that contradict others."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from crosscap.faults import InputError
from crosscap.settings import check_settings, load_schema, load_settings, merge

ROOT = Path(__file__).parents[1]
SCHEMA = load_schema(ROOT / "workflow/schemas/config.schema.yaml")
SHIPPED = load_settings([ROOT / "config.yaml"], arguments={})
ZERO_SHOT = [{"name": "z", "system": "zero-shot", "similarity": "cosine", "languages": ["en"], "seeds": [1]}]
CL2CM = [{"name": "c", "system": "cl2cm", "similarity": "cosine", "languages": ["en", "de"], "seeds": [1]}]


def check(**changes: Any) -> None:
    check_settings(merge(copy.deepcopy(SHIPPED), changes), schema=SCHEMA)


def faults_of(**changes: Any) -> str:
    with pytest.raises(InputError) as caught:
        check(**changes)
    return str(caught.value)


def test_the_offline_defaults_stand() -> None:
    check(translation={"languages": ["de", "ja"]}, experiments=ZERO_SHOT)


def test_languages_to_translate_into() -> None:
    faults = faults_of(translation={"languages": ["en", "cs"]})
    assert "translation.languages: en is the hub, whose captions are translated; remove it" in faults
    assert "translation.languages: cs is not one of dataset.languages; add it there or remove it here" in faults


@pytest.mark.parametrize(
    "place", ["vectors.files", "vectors.extra_text", "translation.files", "translation.codes", "sentences.files"]
)
def test_a_key_that_is_no_language_of_the_data_set_is_told(tmp_path: Path, place: str) -> None:
    section, key = place.split(".")
    given = {"de": str(tmp_path), "dd": str(tmp_path)}
    faults = faults_of(**{section: {key: given}})
    assert faults.splitlines()[1:] == [
        f"  D-904 {place}: dd is not one of dataset.languages; add it there or remove it here"
    ]


def test_a_language_that_the_data_set_leaves_out_may_keep_its_files(tmp_path: Path) -> None:
    check(vectors={"files": {"fr": str(tmp_path)}})


def test_a_language_that_is_only_searched_in_may_have_vectors(tmp_path: Path) -> None:
    ame = [
        {"name": "a", "system": "ame", "similarity": "order", "languages": ["en"], "zero_shot": ["ja"], "seeds": [1]}
    ]
    check(experiments=ame, vectors={"files": {"ja": str(tmp_path)}})


def test_each_translated_language_has_its_file(tmp_path: Path) -> None:
    (tmp_path / "de.txt").write_text("")
    files = {"de": str(tmp_path / "de.txt")}
    check(translation={"languages": ["de"], "method": "files", "files": files}, experiments=ZERO_SHOT)
    faults = faults_of(translation={"languages": ["de", "ja"], "method": "files", "files": files})
    assert "translation.files.ja: is not set; give its path" in faults
    assert "translation.files.de" not in faults


def test_a_model_translates_only_when_named() -> None:
    faults = faults_of(translation={"languages": ["de"], "method": "model"})
    assert "translation.model: is not set; give a folder or a name on the Hugging Face hub" in faults
    named = {"languages": ["de"], "method": "model", "model": "Helsinki-NLP/opus-mt-{source}-{target}"}
    check(translation=named, experiments=ZERO_SHOT)
    check(translation={"method": "model"})  # nothing is translated


def test_heads_divide_word_vectors_of_our_own() -> None:
    translation = {"languages": ["de"]}
    faults = faults_of(experiments=CL2CM, translation=translation, vectors={"dimension": 102})
    assert "experiments.c.training.transformer: 4 heads do not divide vectors.dimension, 102; choose" in faults
    six = [{**CL2CM[0], "training": {"transformer": {"heads": 6}}}]
    check(experiments=six, translation=translation, vectors={"dimension": 102})
    check(experiments=CL2CM, translation=translation, vectors={"dimension": 102}, training={"pretrained": "some/model"})


def test_who_learns_from_translations_has_some_in_each_language(tmp_path: Path) -> None:
    assert "experiments.c: learns from machine translations, and there are none in de; add it" in faults_of(
        experiments=CL2CM
    )
    check(experiments=CL2CM, translation={"languages": ["de"]})
    check(experiments=[{**CL2CM[0], "training": {"machine_captions": "never"}}])
    (tmp_path / "captions.csv").write_text("")
    own = {"reader": "folder", "folder": {"captions": str(tmp_path / "captions.csv"), "images": str(tmp_path)}}
    check(experiments=CL2CM, dataset=own, lexicon={"folder": str(tmp_path)})  # the file may name the origin


def test_who_learns_from_no_translations_keeps_the_given_captions() -> None:
    faults = faults_of(translation={"languages": ["de"]})
    assert "experiments.ame: learns from no machine translations, and all else in de is dropped; write" in faults
    assert "experiments.mono-en" not in faults
    check(translation={"languages": ["de"], "given": "keep"})
    check(translation={"languages": ["de"]}, training={"machine_captions": "also"})


@pytest.mark.parametrize(
    "changes", [{"translation": {"languages": ["de"]}, "experiments": []}, {"experiments": ZERO_SHOT}]
)
def test_a_dictionary_is_needed_where_no_scenes_make_one(tmp_path: Path, changes: dict[str, Any]) -> None:
    file = tmp_path / "captions.csv"
    file.write_text("")
    own = {"reader": "folder", "folder": {"captions": str(file), "images": str(tmp_path)}}
    mono = [{"name": "m", "system": "mono", "similarity": "cosine", "languages": ["en"], "seeds": [1]}]
    check(dataset=own, experiments=mono)
    faults = faults_of(dataset=own, **{**changes, "experiments": changes["experiments"] or mono})
    assert "lexicon.folder: is not set; give the folder of the MUSE dictionaries" in faults


def test_features_of_sentences_have_a_source_only_where_a_system_reads_them(tmp_path: Path) -> None:
    check(sentences={"source": "model"})
    assert "sentences.model: is not set" in faults_of(sentences={"source": "model"}, experiments=ZERO_SHOT)
    faults = faults_of(
        sentences={"source": "files", "files": {"en": str(tmp_path), "de": str(tmp_path / "no.npy")}},
        experiments=ZERO_SHOT,
    )
    assert "sentences.files.ja: is not set; give its path" in faults
    assert "sentences.files.de: there is no" in faults
    assert "sentences.files.en" not in faults


def test_an_index_is_of_a_model_that_reads_new_texts(tmp_path: Path) -> None:
    files = {"source": "files", "files": dict.fromkeys(("en", "de", "ja"), str(tmp_path))}
    check(sentences=files, experiments=ZERO_SHOT)
    searched = [{**ZERO_SHOT[0], "search": True}]
    assert "experiments.z.search: a query has no feature where sentences.source is files" in faults_of(
        sentences=files, experiments=searched
    )
    check(experiments=searched)
    check(
        sentences=files,
        experiments=[{"name": "a", "system": "ame", "similarity": "order", "seeds": [1], "search": True}],
    )
