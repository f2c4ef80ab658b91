"""Where the things of a scene are in the picture: one square of room for each thing.

Boxes are (left, top, right, bottom) in parts of the picture's side.
"""

from __future__ import annotations

from crosscap.readers.scenes.world import Group, Scene

Box = tuple[float, float, float, float]

_SCALE = {"large": 0.97, "small": 0.7}  # of the room that a thing has

_SOLE: dict[str, Box] = {
    "left": (0.02, 0.2, 0.64, 0.82),
    "right": (0.36, 0.2, 0.98, 0.82),
    "top": (0.19, 0.02, 0.81, 0.62),
    "bottom": (0.19, 0.38, 0.81, 0.98),
    "middle": (0.12, 0.12, 0.88, 0.88),
}
_LEFT, _RIGHT = (0.02, 0.05, 0.5, 0.95), (0.5, 0.05, 0.98, 0.95)
_TOP, _BOTTOM = (0.02, 0.02, 0.98, 0.47), (0.02, 0.53, 0.98, 0.98)
_PAIRS: dict[str, tuple[Box, Box]] = {
    "left": (_LEFT, _RIGHT),
    "right": (_RIGHT, _LEFT),
    "above": (_TOP, _BOTTOM),
    "below": (_BOTTOM, _TOP),
    "on": ((0.2, 0.02, 0.8, 0.5), (0.2, 0.5, 0.8, 0.98)),
}
_ABOVE_PAIR: Box = (0.02, 0.02, 0.98, 0.43)
_PAIR_TOP = 0.47  # upper edge of a pair that has something above it


def lay_out(scene: Scene) -> list[tuple[Group, Box]]:
    """Return each single thing's group and its square in the picture, in the order of drawing."""
    things: list[tuple[Group, Box]] = []
    for number, (group, box) in enumerate(zip(scene.groups, _group_boxes(scene), strict=True)):
        lean = (1.0, 0.0)[number] if scene.relation == "on" else 0.5  # what stands on a thing touches it
        things += [(group, _square(cell, group, lean=lean, shift=scene.shift)) for cell in _cells(box, group.number)]
    return things


def _group_boxes(scene: Scene) -> tuple[Box, ...]:
    """Return the box of each group."""
    if scene.position is not None:
        return (_SOLE[scene.position],)
    assert scene.relation is not None
    pair = _PAIRS[scene.relation]
    if len(scene.groups) == 2:
        return pair
    lowered = [(left, _PAIR_TOP, right, 0.98) for left, _, right, _ in pair]
    return (*lowered, _ABOVE_PAIR)


def _cells(box: Box, number: int) -> list[Box]:
    """Divide a box among `number` things, in as many columns as leaves each the most room."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    columns = max(range(1, number + 1), key=lambda count: min(width / count, height / -(-number // count)))
    rows = -(-number // columns)
    wide, high = width / columns, height / rows
    corners = [(left + place % columns * wide, top + place // columns * high) for place in range(number)]
    return [(x, y, x + wide, y + high) for x, y in corners]


def _square(cell: Box, group: Group, *, lean: float, shift: tuple[float, float]) -> Box:
    """Return a thing's square in its cell: in the middle, or at the upper (lean 0) or lower (lean 1) edge."""
    left, top, right, bottom = cell
    side = min(right - left, bottom - top) * _SCALE[group.size]
    x = (left + right - side) / 2 + shift[0]
    y = top + lean * (bottom - top - side) + shift[1]
    return x, y, x + side, y + side
