"""What is told of a scene is true of it, and captions of one scene differ."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscap.consistency import SCENE_LANGUAGES
from crosscap.faults import InputError
from crosscap.readers.scenes import english_words, french_words, german_words, japanese_words
from crosscap.readers.scenes.languages import LANGUAGES, check_languages, write_captions
from crosscap.readers.scenes.layout import lay_out
from crosscap.readers.scenes.telling import Mention, sample_telling
from crosscap.readers.scenes.world import COLOURS, KINDS, PLACES, Group, Scene, sample_scene

SCENES = [sample_scene(7, index) for index in range(300)]
WORDS = {"en": english_words, "de": german_words, "ja": japanese_words, "fr": french_words}


def test_scenes_use_the_whole_world() -> None:
    assert {group.kind for scene in SCENES for group in scene.groups} == set(KINDS)
    assert {group.colour for scene in SCENES for group in scene.groups} == set(COLOURS)
    assert {scene.place for scene in SCENES} == set(PLACES)
    assert {len(scene.groups) for scene in SCENES} == {1, 2, 3}


def test_scenes_differ_and_repeat() -> None:
    assert len(set(SCENES)) == len(SCENES)
    assert sample_scene(7, 5) == SCENES[5]
    assert sample_scene(8, 5) != SCENES[5]


def test_groups_are_different_and_inside_the_picture() -> None:
    for scene in SCENES:
        kinds, colours = ({getattr(group, name) for group in scene.groups} for name in ("kind", "colour"))
        assert len(kinds) == len(colours) == len(scene.groups)
        things = lay_out(scene)
        assert len(things) == sum(group.number for group in scene.groups)
        for _, (left, top, right, bottom) in things:
            assert right - left == pytest.approx(bottom - top)
            assert min(left, top) >= -0.001
            assert max(right, bottom) <= 1.001


def test_relations_hold_in_the_layout() -> None:
    for scene in SCENES:
        if scene.relation is None:
            continue
        first, second, *third = (_centres(scene, group) for group in scene.groups)
        for x, y in first:
            for other_x, other_y in second:
                side = {"left": x < other_x, "right": x > other_x, "below": y > other_y}
                assert side.get(scene.relation, y < other_y)
        for _, y in (point for points in third for point in points):
            assert all(y < below for _, below in first + second)


def _centres(scene: Scene, group: Group) -> list[tuple[float, float]]:
    squares = [square for other, square in lay_out(scene) if other == group]
    return [((left + right) / 2, (top + bottom) / 2) for left, top, right, bottom in squares]


@given(index=st.integers(0, 299), seed=st.integers(0, 1000))
def test_what_is_told_is_true(index: int, seed: int) -> None:
    scene = SCENES[index]
    telling = sample_telling(scene, Random(seed))
    groups = {group.kind: group for group in scene.groups}
    mentions = [mention for mention in (telling.first, telling.second, telling.above) if mention]
    assert scene.groups[0].kind in {mention.kind for mention in mentions}
    assert telling.place in (None, scene.place)
    for mention in mentions:
        assert _is_true(mention, groups[mention.kind])
    if telling.above:
        assert telling.above.kind == scene.groups[2].kind
    if telling.relation in ("left", "right"):
        expected = {(scene.groups[0].kind, scene.relation), (scene.groups[1].kind, _mirror(scene.relation))}
        assert (telling.first.kind, telling.relation) in expected


def _is_true(mention: Mention, group: Group) -> bool:
    return (
        mention.colour in (None, group.colour)
        and mention.size in (None, group.size)
        and mention.number in (None, group.number)
        and mention.plural == (group.number > 1)
    )


def _mirror(relation: str | None) -> str | None:
    return {"left": "right", "right": "left"}.get(relation or "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_captions_name_only_the_colours_and_kinds_of_the_scene(language: str) -> None:
    words = WORDS[language].dictionary_words()
    for index, scene in enumerate(SCENES[:100]):
        present = {group.colour for group in scene.groups}
        foreign = {word for colour in COLOURS if colour not in present for word in words[colour]}
        for caption in write_captions(scene, language=language, seed=7, index=index):
            assert not [word for word in foreign if _holds(caption, word, language=language)]


def _holds(caption: str, word: str, *, language: str) -> bool:
    return word in caption if language == "ja" else word in re.findall(r"\w+", caption.lower())


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_different_captions_that_repeat(language: str) -> None:
    for index, scene in enumerate(SCENES[:100]):
        captions = write_captions(scene, language=language, seed=7, index=index)
        assert len(set(captions)) == 5
        assert captions == write_captions(scene, language=language, seed=7, index=index)


def test_main_object_is_in_every_caption() -> None:
    for index, scene in enumerate(SCENES[:100]):
        names = {form for forms in english_words.NOUNS[scene.groups[0].kind] for form in forms}
        for caption in write_captions(scene, language="en", seed=7, index=index):
            assert names & set(re.findall(r"\w+", caption.lower()))


def test_place_is_told_in_most_captions_but_not_in_all() -> None:
    told = [bool(sample_telling(scene, Random(index)).place) for index, scene in enumerate(SCENES)]
    assert 0.7 < sum(told) / len(told) < 1


def test_unknown_languages_are_named_with_the_known() -> None:
    with pytest.raises(InputError, match=r"cannot be told in cs, xx; choose dataset\.languages from en, de, ja, fr"):
        check_languages(["en", "cs", "xx"])


def test_the_settings_allow_the_languages_that_the_scenes_are_told_in() -> None:
    assert tuple(LANGUAGES) == SCENE_LANGUAGES
