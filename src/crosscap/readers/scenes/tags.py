"""Tags of the scenes: what a picture can show, named in each language, and which picture shows what.

A tag is a kind of thing, a colour of a thing (not of the place behind it) or a place. The files have the columns that
anybody's tags are read from: ``tags.csv`` tag, language, text; ``image_tags.csv`` image, tag.
"""

from __future__ import annotations

from collections.abc import Sequence

from crosscap.readers.scenes.languages import LANGUAGES
from crosscap.readers.scenes.world import COLOURS, KINDS, PLACES, Scene

TAGS = (*KINDS, *COLOURS, *PLACES)


def tag_names(languages: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return (tag, language, text) of each tag in each language.

    The text is the tag's first word among those of the captions, so that whoever learnt from captions knows it: a
    German colour has the ending that it has there, ``rote``.
    """
    words = {language: LANGUAGES[language].dictionary_words() for language in languages}
    return [(tag, language, words[language][tag][0]) for tag in TAGS for language in languages]


def scene_tags(scene: Scene) -> list[str]:
    """Return the tags that are right for a scene, in the order of `TAGS`."""
    shown = {scene.place} | {shown for group in scene.groups for shown in (group.kind, group.colour)}
    return [tag for tag in TAGS if tag in shown]
