"""The world of the scenes: what a picture can hold, and how one is drawn by lot.

A scene depends on the seed and on its own index only, never on how many others there are or on the languages asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

KINDS = ("ball", "star", "tree", "house", "car", "fish", "cat", "flower", "boat", "cup", "moon", "umbrella")
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "white", "black")
SIZES = ("large", "small")
NUMBERS = (1, 2, 3, 4)
RELATIONS = ("left", "right", "above", "below", "on")
POSITIONS = ("left", "right", "top", "bottom", "middle")
PLACES = ("meadow", "beach", "night", "snow", "sea", "sunset", "street", "forest")

# The colours that would be lost in a place.
_HIDDEN = {
    "meadow": ("green",),
    "beach": ("yellow",),
    "night": ("black", "blue"),
    "snow": ("white",),
    "sea": ("blue",),
    "sunset": ("orange", "purple"),
    "street": ("black",),
    "forest": ("green", "black"),
}


@dataclass(frozen=True)
class Group:
    """One to four objects of one kind, alike in colour and size."""

    kind: str
    colour: str
    size: str
    number: int


@dataclass(frozen=True)
class Scene:
    """What one picture shows.

    A sole group has a `position`. Of two groups, the first stands in `relation` to the second. A third group is above
    both, and then these stand side by side. `shift` moves all objects, in parts of the picture's side, so that two
    scenes alike in words are still two pictures.
    """

    groups: tuple[Group, ...]
    relation: str | None
    position: str | None
    place: str
    shift: tuple[float, float]


def sample_scene(seed: int, index: int) -> Scene:
    """Return the scene number `index` (from 0) of the world that `seed` names."""
    random = Random(f"scene/{seed}/{index}")
    place = random.choice(PLACES)
    count = random.choices((1, 2, 3), weights=(30, 52, 18))[0]
    relation = position = None
    if count == 1:
        position = random.choice(POSITIONS)
    else:
        relation = random.choice(RELATIONS if count == 2 else ("left", "right"))
    return Scene(
        groups=_sample_groups(random, count=count, place=place, relation=relation),
        relation=relation,
        position=position,
        place=place,
        shift=(round(random.uniform(-0.02, 0.02), 3), round(random.uniform(-0.02, 0.02), 3)),
    )


def _sample_groups(random: Random, *, count: int, place: str, relation: str | None) -> tuple[Group, ...]:
    """Return `count` groups of different kinds and colours; things stand on one thing, not on several."""
    kinds = random.sample(KINDS, count)
    colours = random.sample([colour for colour in COLOURS if colour not in _HIDDEN[place]], count)
    sizes = [random.choices(SIZES, weights=(70, 30))[0] for _ in kinds]
    numbers = [random.choices(NUMBERS, weights=(66, 18, 10, 6))[0] for _ in kinds]
    if relation == "on":
        numbers[1] = 1
    return tuple(
        Group(kind=kind, colour=colour, size=size, number=number)
        for kind, colour, size, number in zip(kinds, colours, sizes, numbers, strict=True)
    )
