"""Draws a scene: its place, and the things in it, large and in strong colours.

The picture is drawn four times as large and then reduced, which smooths the edges.
"""

from __future__ import annotations

from PIL import Image, ImageDraw

from crosscap.readers.scenes.backdrop import Colour, blend, draw_place
from crosscap.readers.scenes.layout import Box, lay_out
from crosscap.readers.scenes.shapes import SHAPES, Part
from crosscap.readers.scenes.world import Scene

_OVERSAMPLING = 4
_OUTLINE = 0.01  # of the picture's side

_COLOURS: dict[str, Colour] = {
    "red": (225, 25, 35),
    "orange": (255, 140, 0),
    "yellow": (255, 230, 20),
    "green": (20, 160, 50),
    "blue": (30, 70, 235),
    "purple": (145, 35, 185),
    "white": (250, 250, 250),
    "black": (25, 25, 28),
}
_MATERIALS: dict[str, Colour] = {
    "wood": (120, 75, 35),
    "glass": (190, 225, 245),
    "rubber": (50, 50, 55),
    "eye": (255, 255, 200),
    "leaf": (40, 130, 50),
    "heart": (250, 200, 60),
}
# Of the thing's own colour: what it is mixed with, and how far.
_SHADES: dict[str, tuple[Colour, float]] = {
    "main": ((0, 0, 0), 0.0),
    "dark": ((0, 0, 0), 0.35),
    "light": ((255, 255, 255), 0.55),
}


def draw_scene(scene: Scene, pixels: int) -> Image.Image:
    """Return the square picture of `scene`, `pixels` wide."""
    side = pixels * _OVERSAMPLING
    picture = draw_place(scene.place, side)
    pen = ImageDraw.Draw(picture)
    for group, square in lay_out(scene):
        for part in SHAPES[group.kind]:
            _draw_part(pen, part, colour=group.colour, square=square, side=side)
    return picture.resize((pixels, pixels), Image.Resampling.BOX)


def _draw_part(pen: ImageDraw.ImageDraw, part: Part, *, colour: str, square: Box, side: int) -> None:
    """Draw one figure of a thing that fills `square`, outlined so that it shows on every ground."""
    left, top, right, bottom = square
    points = [((left + x * (right - left)) * side, (top + y * (bottom - top)) * side) for x, y in part.points]
    fill, width = _tone(colour, part.tone), max(1, round(_OUTLINE * side))
    outline = (200, 200, 200) if colour == "black" else (30, 30, 35)
    draw = {"ellipse": pen.ellipse, "rectangle": pen.rectangle, "polygon": pen.polygon}[part.figure]
    draw(points, fill=fill, outline=outline, width=width)


def _tone(colour: str, tone: str) -> Colour:
    """Return a part's colour: the thing's own, darker or lighter, or that of its material."""
    if tone in _MATERIALS:
        return _MATERIALS[tone]
    target, share = _SHADES[tone]
    return blend(_COLOURS[colour], target, share)
