"""The scenes' tags: names in each language, and the truth of which picture shows what."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crosscap.readers.scenes import generate_scenes
from crosscap.readers.scenes.languages import LANGUAGES, write_captions
from crosscap.readers.scenes.tags import TAGS, scene_tags, tag_names
from crosscap.readers.scenes.world import Group, Scene, sample_scene


def test_a_scene_shows_its_things_their_colours_and_its_place() -> None:
    groups = (Group("cat", "red", "small", 2), Group("moon", "white", "large", 1))
    scene = Scene(groups, relation="left", position=None, place="snow", shift=(0.0, 0.0))
    assert scene_tags(scene) == ["cat", "moon", "red", "white", "snow"]


def test_names_by_eye() -> None:
    names = {(tag, language): text for tag, language, text in tag_names(["de", "ja", "fr"])}
    assert len(names) == 3 * len(TAGS) == 3 * 28
    assert [names["cat", language] for language in ("de", "ja", "fr")] == ["Katze", "猫", "chat"]
    assert [names["red", language] for language in ("de", "ja", "fr")] == ["rote", "赤い", "rouge"]
    assert [names["snow", language] for language in ("de", "ja", "fr")] == ["Schnee", "雪", "neige"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_different_and_used_in_captions(language: str) -> None:
    texts = [text for _, _, text in tag_names([language])]
    assert len(set(texts)) == len(TAGS)
    captions = " ".join(
        caption
        for index in range(300)
        for caption in write_captions(sample_scene(1, index), language=language, seed=1, index=index)
    )
    assert [text for text in texts if text.lower() not in captions.lower()] == []


def test_the_files_hold_every_tag_and_every_scene(tmp_path: Path) -> None:
    generate_scenes(tmp_path, seed=1, train=2, val=1, test=1, pixels=32, languages=["fr", "en"])
    names, shown = (_rows(tmp_path / name) for name in ("tags.csv", "image_tags.csv"))
    assert names[:3] == [["tag", "language", "text"], ["ball", "fr", "ballon"], ["ball", "en", "ball"]]
    assert len(names) == 1 + 2 * len(TAGS)
    assert shown[0] == ["image", "tag"]
    expected = [[f"scene-{index + 1:05d}.png", tag] for index in range(4) for tag in scene_tags(sample_scene(1, index))]
    assert shown[1:] == expected


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
