"""The shapes of the things in the scenes, as figures in a unit square (x to the right, y down)."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Part:
    """An ellipse or a rectangle by two corners, or a polygon; `tone` is a shade of the thing's colour or a material."""

    figure: str
    points: Points
    tone: str = "main"


def _turn(angle: float, radius: float, *, x: float = 0.5, y: float = 0.5) -> tuple[float, float]:
    """Return the point at `angle` (in turns, from the top, clockwise) and `radius` around (x, y)."""
    return x + radius * sin(2 * pi * angle), y - radius * cos(2 * pi * angle)


def _star() -> Points:
    return tuple(_turn(corner / 10, 0.22 if corner % 2 else 0.52, y=0.53) for corner in range(10))


def _crescent() -> Points:
    """Return a disc without the part that another disc to its right covers; the arcs end where the circles meet."""
    outer = [_turn(0.396 + step / 24 * 0.708, 0.5, x=0.6) for step in range(25)]
    inner = [_turn(1.022 - step / 24 * 0.544, 0.4, x=0.85) for step in range(25)]
    return tuple(outer + inner)


def _petals() -> tuple[Part, ...]:
    centres = [_turn(petal / 6, 0.21, y=0.34) for petal in range(6)]
    return tuple(Part("ellipse", ((x - 0.14, y - 0.14), (x + 0.14, y + 0.14))) for x, y in centres)


def _canopy() -> Points:
    dome = [_turn(-0.25 + step / 40, 0.5, y=0.52) for step in range(21)]
    scallops = [(1 - step / 18, 0.52 - 0.07 * abs(sin(step / 18 * 3 * pi))) for step in range(1, 18)]
    return tuple(dome + scallops)


SHAPES: dict[str, tuple[Part, ...]] = {
    "ball": (
        Part("ellipse", ((0, 0), (1, 1))),
        Part("ellipse", ((0.2, 0.12), (0.48, 0.38)), "light"),
    ),
    "star": (Part("polygon", _star()),),
    "tree": (
        Part("rectangle", ((0.42, 0.75), (0.58, 1)), "wood"),
        Part("polygon", ((0.5, 0.25), (0.95, 0.8), (0.05, 0.8))),
        Part("polygon", ((0.5, 0), (0.82, 0.45), (0.18, 0.45))),
    ),
    "house": (
        Part("rectangle", ((0.1, 0.42), (0.9, 1))),
        Part("polygon", ((0.5, 0), (1, 0.44), (0, 0.44)), "dark"),
        Part("rectangle", ((0.2, 0.55), (0.42, 0.76)), "glass"),
        Part("rectangle", ((0.56, 0.6), (0.78, 1)), "dark"),
    ),
    "car": (
        Part("polygon", ((0.2, 0.5), (0.32, 0.22), (0.7, 0.22), (0.84, 0.5))),
        Part("polygon", ((0.29, 0.48), (0.37, 0.29), (0.65, 0.29), (0.74, 0.48)), "glass"),
        Part("rectangle", ((0, 0.46), (1, 0.74))),
        Part("ellipse", ((0.1, 0.6), (0.36, 0.86)), "rubber"),
        Part("ellipse", ((0.64, 0.6), (0.9, 0.86)), "rubber"),
    ),
    "fish": (
        Part("polygon", ((0.62, 0.5), (1, 0.18), (1, 0.82)), "dark"),
        Part("ellipse", ((0, 0.22), (0.8, 0.78))),
        Part("ellipse", ((0.13, 0.36), (0.25, 0.48)), "eye"),
    ),
    "cat": (
        Part("polygon", ((0.74, 0.95), (1, 0.7), (0.94, 0.35), (0.88, 0.66), (0.64, 0.82)), "dark"),
        Part("ellipse", ((0.2, 0.42), (0.8, 1))),
        Part("polygon", ((0.2, 0.3), (0.2, 0), (0.45, 0.14))),
        Part("polygon", ((0.8, 0.3), (0.8, 0), (0.55, 0.14))),
        Part("ellipse", ((0.16, 0.08), (0.84, 0.6))),
        Part("ellipse", ((0.31, 0.25), (0.41, 0.37)), "eye"),
        Part("ellipse", ((0.59, 0.25), (0.69, 0.37)), "eye"),
    ),
    "flower": (
        Part("rectangle", ((0.46, 0.4), (0.54, 1)), "leaf"),
        Part("ellipse", ((0.54, 0.72), (0.82, 0.86)), "leaf"),
        *_petals(),
        Part("ellipse", ((0.4, 0.24), (0.6, 0.44)), "heart"),
    ),
    "boat": (
        Part("rectangle", ((0.46, 0), (0.51, 0.7)), "wood"),
        Part("polygon", ((0.55, 0.04), (0.95, 0.6), (0.55, 0.6)), "light"),
        Part("polygon", ((0, 0.66), (1, 0.66), (0.8, 1), (0.2, 1))),
    ),
    "cup": (
        Part("ellipse", ((0.55, 0.28), (1, 0.78)), "dark"),
        Part("ellipse", ((0.67, 0.4), (0.88, 0.66)), "light"),
        Part("polygon", ((0.02, 0.12), (0.78, 0.12), (0.68, 1), (0.12, 1))),
        Part("ellipse", ((0.02, 0.02), (0.78, 0.22)), "light"),
    ),
    "moon": (Part("polygon", _crescent()),),
    "umbrella": (
        Part("rectangle", ((0.47, 0.45), (0.53, 1)), "wood"),
        Part("rectangle", ((0.34, 0.94), (0.53, 1)), "wood"),
        Part("polygon", _canopy()),
    ),
}
