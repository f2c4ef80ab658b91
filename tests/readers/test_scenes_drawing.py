"""The drawings show what the scene says: kind, colour, size, number and place all change the picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crosscap.readers.scenes.drawing import draw_scene
from crosscap.readers.scenes.world import COLOURS, KINDS, PLACES, POSITIONS, Group, Scene

BALL = Group("ball", "red", "large", 1)
SCENE = Scene((BALL,), relation=None, position="middle", place="snow", shift=(0.0, 0.0))


def _pixels(scene: Scene) -> np.ndarray:
    return np.asarray(draw_scene(scene, 64), dtype=int)


def _with(**changes: object) -> Scene:
    return replace(SCENE, groups=(replace(BALL, **changes),))  # type: ignore[arg-type]


def test_every_property_changes_the_picture() -> None:
    scenes = [
        *(_with(kind=kind) for kind in KINDS),
        *(_with(colour=colour) for colour in COLOURS[1:]),
        *(_with(number=number) for number in (2, 3, 4)),
        _with(size="small"),
        *(replace(SCENE, place=place) for place in PLACES if place != "snow"),
        *(replace(SCENE, position=position) for position in POSITIONS if position != "middle"),
    ]
    assert len({_pixels(scene).tobytes() for scene in scenes}) == len(scenes)


def test_a_red_ball_is_red_in_the_middle_and_larger_when_large() -> None:
    large, small = _pixels(SCENE), _pixels(_with(size="small"))
    assert large[32, 32].tolist() == small[32, 32].tolist() == [225, 25, 35]
    red = [(picture[..., 0] - picture[..., 1] > 150).sum() for picture in (large, small)]
    assert red[0] > 1.5 * red[1]


def test_position_moves_the_ball() -> None:
    left, right = (_pixels(replace(SCENE, position=side)) for side in ("left", "right"))
    columns = [np.flatnonzero((picture[32, :, 0] - picture[32, :, 1]) > 150).mean() for picture in (left, right)]
    assert columns[0] < 24
    assert columns[1] > 40
