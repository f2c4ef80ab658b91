"""Draws the places of the scenes: a sky that changes colour downwards, a ground, and a few marks."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]  # left, top, right, bottom in parts of the side


@dataclass(frozen=True)
class Place:
    """The sky's colour at the top and at the horizon, the ground's colour, and the horizon's height (1: no ground)."""

    zenith: Colour
    horizon: Colour
    ground: Colour
    height: float


PLACES = {
    "meadow": Place((130, 200, 255), (200, 235, 255), (110, 200, 70), 0.35),
    "beach": Place((90, 200, 225), (170, 230, 240), (240, 212, 140), 0.3),
    "night": Place((8, 8, 45), (35, 35, 95), (35, 35, 95), 1.0),
    "snow": Place((200, 210, 225), (225, 232, 242), (240, 246, 255), 0.3),
    "sea": Place((175, 215, 250), (215, 235, 255), (25, 95, 200), 0.25),
    "sunset": Place((120, 50, 130), (255, 150, 90), (255, 150, 90), 1.0),
    "street": Place((175, 170, 165), (200, 195, 190), (105, 105, 110), 0.3),
    "forest": Place((15, 60, 30), (30, 85, 40), (70, 60, 30), 0.75),
}


def _dots(random: Random) -> list[Box]:
    """Return the stars of the night, the same in every picture."""
    corners = [(random.random(), random.random()) for _ in range(40)]
    return [(x, y, x + 0.016, y + 0.016) for x, y in corners]


# What else a place shows: a colour and rectangles of it.
MARKS: dict[str, tuple[Colour, list[Box]]] = {
    "meadow": ((80, 165, 50), [(x / 8, y / 8, x / 8 + 0.01, y / 8 + 0.05) for x in range(8) for y in range(3, 8)]),
    "night": ((235, 235, 210), _dots(Random("night"))),
    "sea": ((120, 175, 240), [(x / 4, y / 10, x / 4 + 0.12, y / 10 + 0.012) for x in range(4) for y in range(3, 10)]),
    "street": ((235, 235, 225), [(x / 4 + 0.05, 0.62, x / 4 + 0.19, 0.66) for x in range(4)]),
    "forest": ((75, 50, 25), [(x / 5 + 0.06, 0.0, x / 5 + 0.12, 0.85) for x in range(5)]),
}


def draw_place(name: str, side: int) -> Image.Image:
    """Return a square picture of a place, `side` pixels wide."""
    place = PLACES[name]
    picture = Image.new("RGB", (side, side), place.ground)
    pen = ImageDraw.Draw(picture)
    horizon = round(place.height * side)
    for row in range(horizon):
        pen.line([(0, row), (side, row)], fill=blend(place.zenith, place.horizon, row / horizon))
    colour, boxes = MARKS.get(name, (place.ground, []))
    for box in boxes:
        pen.rectangle([edge * side for edge in box], fill=colour)
    return picture


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """Return the colour that lies `share` of the way from the first to the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
