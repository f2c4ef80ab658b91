"""Text from files on a terminal."""

from __future__ import annotations

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """Return `text` in one line and without what a terminal would obey: control and direction characters."""
    return "".join(character if character.isprintable() else REPLACEMENT for character in text)
