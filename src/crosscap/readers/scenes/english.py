"""English captions: articles, plurals, and agreement of the verb."""

from __future__ import annotations

from random import Random

from crosscap.readers.scenes.english_words import COLOURS, NOUNS, NUMBERS, PLACES, POSITIONS, RELATIONS, SIZES
from crosscap.readers.scenes.telling import Mention, Telling


def describe(telling: Telling, random: Random) -> str:
    """Return one sentence that tells `telling`, in a form drawn by lot."""
    forms = [_bare, _there_is, _place_first, _picture_shows]
    if telling.relation:
        forms += [_definite, _inverted]
    sentence = random.choice(forms)(telling, random).strip() + "."
    return sentence[0].upper() + sentence[1:]


def noun_phrase(mention: Mention, random: Random, *, article: str) -> str:
    """Return such as ``two large red balls`` or ``an orange cat``; `article` is ``a`` or ``the``."""
    singular, plural = random.choice(NOUNS[mention.kind])
    words = [random.choice(SIZES[mention.size])] if mention.size else []
    words += [random.choice(COLOURS[mention.colour])] if mention.colour else []
    words.append(plural if mention.plural else singular)
    if mention.plural and (article == "a" or mention.number):
        words.insert(0, NUMBERS[mention.number])
    if article == "the":
        return " ".join(["the", *words])
    return " ".join(words) if mention.plural else f"{'an' if words[0][0] in 'aeiou' else 'a'} {' '.join(words)}"


def _head(telling: Telling, random: Random) -> str:
    """Return the things told of: ``a red ball to the left of two cats``."""
    first = noun_phrase(telling.first, random, article="a")
    if telling.second is None:
        return f"{first} {random.choice(POSITIONS[telling.position])}" if telling.position else first
    link = random.choice(RELATIONS[telling.relation]) if telling.relation else "and"
    return f"{first} {link} {noun_phrase(telling.second, random, article='a')}"


def _tail(telling: Telling, random: Random) -> str:
    """Return what is above the others, or nothing."""
    if telling.above is None:
        return ""
    return f", with {noun_phrase(telling.above, random, article='a')} {random.choice(RELATIONS['above'])} them"


def _place(telling: Telling, random: Random) -> str:
    """Return such as ``in the snow``, or nothing."""
    return f" {random.choice(PLACES[telling.place])}" if telling.place else ""


def _verb(plural: bool) -> str:
    return "are" if plural else "is"


def _bare(telling: Telling, random: Random) -> str:
    return f"{_head(telling, random)}{_place(telling, random)}{_tail(telling, random)}"


def _there_is(telling: Telling, random: Random) -> str:
    return f"there {_verb(telling.first.plural)} {_bare(telling, random)}"


def _place_first(telling: Telling, random: Random) -> str:
    head = f"{_head(telling, random)}{_tail(telling, random)}"
    return f"{_place(telling, random)} there {_verb(telling.first.plural)} {head}"


def _picture_shows(telling: Telling, random: Random) -> str:
    opening = random.choice(("a picture of", "the picture shows", "the image shows", "an image of", "we see"))
    return f"{opening} {_bare(telling, random)}"


def _definite(telling: Telling, random: Random) -> str:
    assert telling.second is not None
    assert telling.relation is not None
    first, second = (noun_phrase(mention, random, article="the") for mention in (telling.first, telling.second))
    relation = f"{_verb(telling.plural)} {random.choice(RELATIONS[telling.relation])}"
    return f"{first} {relation} {second}{_place(telling, random)}{_tail(telling, random)}"


def _inverted(telling: Telling, random: Random) -> str:
    assert telling.second is not None
    assert telling.relation is not None
    first, second = (noun_phrase(mention, random, article="a") for mention in (telling.first, telling.second))
    relation = random.choice(RELATIONS[telling.relation])
    return f"{relation} {second} {_verb(telling.plural)} {first}{_place(telling, random)}{_tail(telling, random)}"
