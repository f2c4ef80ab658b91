"""Damage to files: bits flipped, bytes cut, doubled, moved, and what parsers stumble over put in their place."""

from __future__ import annotations

from hypothesis import strategies as st

STEPS = 4  # kinds of damage to a file at once
LONGEST = 2**16  # positions are drawn below it, and count as shares of a file

# Control characters, line ends of other worlds, halves of characters, and numbers and brackets without end.
STUMBLING = [
    b"",
    b"\0",
    b"\0" * 8,
    b"\n",
    b"\r",
    b"\t",
    b" ",
    b",",
    b":",
    b'"',
    b"'",
    b"{",
    b"}",
    b"]",
    b"- ",
    b"null",
    b"true",
    b"-1",
    b"1.5",
    b"1e999",
    b"NaN",
    b"9" * 5000,
    b"99999999999",
    b"[" * 3000,
    b'{"a":' * 3000,
    b"\\ud800",
    b"\xed\xa0\x80",
    b"\xff\xfe",
    b"\xff" * 8,
    b"\x7f\xff\xff\xff",
    b"\xef\xbb\xbf",
    "\u202e".encode(),
    "\u2028\u0085".encode(),
    "\ufffd\u200b".encode(),
    "\U0001f600".encode(),
    "e\u0301".encode(),
    b"../../etc/passwd",
    b"a" * 11_000,
    b"&a [*a, *a]",
    b"!!python/object/apply:os.system [exit]",
    b"cos\nsystem\n(S'exit'\ntR.",
]
KINDS = ("flip", "cut", "remove", "double", "insert", "replace", "move")
_STEP = st.tuples(st.sampled_from(KINDS), st.integers(0, LONGEST), st.integers(0, LONGEST), st.sampled_from(STUMBLING))


def damaged(whole: bytes) -> st.SearchStrategy[bytes]:
    """Files that are `whole` with some damage, and now and then any bytes at all."""
    steps = st.lists(_STEP, min_size=1, max_size=STEPS)
    return st.one_of(*[steps.map(lambda drawn: _apply(whole, drawn))] * 9, st.binary(max_size=300))


def _apply(data: bytes, steps: list[tuple[str, int, int, bytes]]) -> bytes:
    """Damage a file step by step."""
    for kind, *places, piece in steps:
        start, stop = sorted(place * len(data) // LONGEST for place in places)
        data = _step(data, kind, start, stop, piece)
    return data


def _step(data: bytes, kind: str, start: int, stop: int, piece: bytes) -> bytes:
    """Do one kind of damage to the bytes from `start` to `stop`, or at `start`."""
    before, inner, after = data[:start], data[start:stop], data[stop:]
    if kind == "flip" and inner:
        return before + bytes([inner[0] ^ (1 << stop % 8)]) + inner[1:] + after
    changed = {
        "cut": before,
        "remove": before + after,
        "double": before + inner + inner + after,
        "insert": before + piece + inner + after,
        "replace": before + piece + inner[max(1, len(piece)) :] + after,
        "move": inner + before + after,
    }
    return changed.get(kind, data)
