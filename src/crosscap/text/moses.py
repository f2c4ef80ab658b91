"""The Moses tokeniser (sacremoses), asked once about each different word instead of about each caption.

Moses takes a caption in a dozen passes of patterns, but hardly looks beyond white space, and captions repeat their
words. It does look beyond it where a word begins with a comma, begins or ends with an apostrophe, or ends with a full
stop before another word; a caption with such a word is given to Moses whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, partial
from itertools import chain

from sacremoses import MosesTokenizer

# Moses changes nothing in these, save the text with which it marks a run of full stops itself.
_PLAIN = re.compile(rf"(?!.*DOTMULTI)[{MosesTokenizer.IsAlnum}\-]+")
# Control characters too: Moses removes them first, which can make of an inner comma one at the beginning.
_LOOKS_BEYOND = re.compile(r"^[',]|'$|[\x00-\x1f]")


def split_with_moses(captions: Sequence[str], *, moses: MosesTokenizer) -> list[list[str]]:
    """Return what `moses` splits each caption into, with nothing escaped."""
    whole = partial(moses.tokenize, escape=False)

    @cache
    def last(word: str) -> list[str] | None:
        """Return the pieces of a caption's last word, None where they hang on its neighbours."""
        if _PLAIN.fullmatch(word):
            return [word]
        return None if _LOOKS_BEYOND.search(word) else list(whole(word))

    @cache
    def inner(word: str) -> list[str] | None:
        """Return the pieces of any other word, of which those with a full stop hang on the next word, too."""
        return None if word.endswith(".") else last(word)

    def split(caption: str) -> list[str]:
        """Return the words of a caption: piece by piece where no piece hangs on another."""
        words = caption.split()
        pieces = [*map(inner, words[:-1]), *map(last, words[-1:])]
        known = [piece for piece in pieces if piece is not None]
        return list(chain.from_iterable(known)) if len(known) == len(pieces) else list(whole(caption))

    return [split(caption) for caption in captions]
