"""What one caption tells of a scene, before it is put into any language.

Each caption draws anew how much it tells: colours, sizes, numbers, the place and even whole groups may stay unsaid, and
a relation may be told from either side. What is told is always true.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from crosscap.readers.scenes.world import Group, Scene

# How likely a caption is to tell each thing.
_COLOUR = 0.95
_SIZE = 0.35
_EXACT_NUMBER = 0.85
_SECOND = 0.9
_THIRD = 0.8
_RELATION = 0.85
_BESIDE = 0.15
_OTHER_SIDE = 0.3
_POSITION = 0.6
_PLACE = 0.88

_OPPOSITE = {"left": "right", "right": "left", "above": "below", "below": "above", "on": "below", "beside": "beside"}
_POSITION_IN = {"left": "left", "right": "right", "above": "top", "below": "bottom", "on": "top"}


@dataclass(frozen=True)
class Mention:
    """A group as a caption names it: None where the colour, size or number (of several) is left out."""

    kind: str
    colour: str | None = None
    size: str | None = None
    number: int | None = 1

    @property
    def plural(self) -> bool:
        """Return whether there is more than one, counted or not."""
        return self.number != 1


@dataclass(frozen=True)
class Telling:
    """The content of one caption.

    `first` stands in `relation` to `second` (None: both are merely there), or is alone at `position`; `above` is over
    both.
    """

    first: Mention
    second: Mention | None = None
    relation: str | None = None
    position: str | None = None
    above: Mention | None = None
    place: str | None = None

    @property
    def plural(self) -> bool:
        """Return whether the things told of as one subject are more than one."""
        return self.first.plural or (self.second is not None and self.relation is None)


def sample_telling(scene: Scene, random: Random) -> Telling:
    """Return what a caption of `scene` tells; the first group is always in it."""
    first = _mention(scene.groups[0], random)
    second = _mention(scene.groups[1], random) if len(scene.groups) > 1 and random.random() < _SECOND else None
    above = _mention(scene.groups[2], random) if len(scene.groups) > 2 and random.random() < _THIRD else None
    relation, position = scene.relation, scene.position
    if second is None and above is not None:
        second, above, relation = above, None, "below"
    elif second is None and relation is not None:
        position = _POSITION_IN[relation]
    place = scene.place if random.random() < _PLACE else None
    if second is None:
        return Telling(first, position=position if random.random() < _POSITION else None, place=place)
    assert relation is not None
    first, second, told = _relate(first, second, relation=relation, random=random)
    return Telling(first, second, told, above=above, place=place)


def _mention(group: Group, random: Random) -> Mention:
    """Return how a caption names a group; two are always counted, more may be just several."""
    return Mention(
        kind=group.kind,
        colour=group.colour if random.random() < _COLOUR else None,
        size=group.size if random.random() < _SIZE else None,
        number=group.number if group.number < 3 or random.random() < _EXACT_NUMBER else None,
    )


def _relate(first: Mention, second: Mention, *, relation: str, random: Random) -> tuple[Mention, Mention, str | None]:
    """Return two mentions and the relation told: as it is, vaguer, not at all, or from the other side."""
    told: str | None = relation
    if relation in ("left", "right") and random.random() < _BESIDE:
        told = "beside"
    elif random.random() >= _RELATION:
        told = None
    if random.random() < _OTHER_SIDE:
        first, second = second, first
        told = _OPPOSITE[told] if told else None
    return first, second, told
