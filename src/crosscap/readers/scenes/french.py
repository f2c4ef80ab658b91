"""French captions: gender and number of the adjectives and their place, elision, contraction, agreement of the verb."""

from __future__ import annotations

import re
from random import Random

from crosscap.readers.scenes.french_words import COLOURS, NOUNS, NUMBERS, PLACES, POSITIONS, RELATIONS, SIZES
from crosscap.readers.scenes.telling import Mention, Telling

# No noun of the scenes begins with an h, before which only the dictionary can tell whether to elide.
_ELIDED = re.compile(r"\b([dl])[ea] (?=[aeiouâéêî])")
_CONTRACTED = (("de le ", "du "), ("de les ", "des "))


def describe(telling: Telling, random: Random) -> str:
    """Return one sentence that tells `telling`, in a form drawn by lot."""
    forms = [_bare, _there_is, _place_first, _picture_shows, _picture_of]
    if telling.relation:
        forms += [_definite, _inverted]
    sentence = contract(random.choice(forms)(telling, random).strip()) + "."
    return sentence[0].upper() + sentence[1:]


def contract(phrase: str) -> str:
    """Return a phrase with its small words run together: ``de le chat`` is ``du chat``, ``de un`` is ``d'un``."""
    phrase = _ELIDED.sub(r"\1'", phrase)  # first, because of "de l'arbre"
    for apart, together in _CONTRACTED:
        phrase = phrase.replace(apart, together)
    return phrase


def noun_phrase(mention: Mention, random: Random, *, article: str) -> str:
    """Return such as ``deux grandes balles rouges`` or ``le chat noir``, apart; `article` is ``un`` or ``le``."""
    noun = random.choice(NOUNS[mention.kind])
    sizes, colours = SIZES.get(mention.size or "", ()), COLOURS.get(mention.colour or "", ())
    before, after = (
        [random.choice(adjectives).form(noun.gender, plural=mention.plural)] if adjectives else []
        for adjectives in (sizes, colours)
    )
    name = noun.plural if mention.plural else noun.singular
    return " ".join([*_determiners(mention, article=article, gender=noun.gender), *before, name, *after])


def _determiners(mention: Mention, *, article: str, gender: str) -> list[str]:
    """Return the article and the number: ``une``, ``la``, ``trois``, ``les trois``, ``plusieurs``."""
    if not mention.plural:
        return [{"un": {"m": "un", "f": "une"}, "le": {"m": "le", "f": "la"}}[article][gender]]
    if article == "un":
        return [NUMBERS[mention.number]]
    return ["les", NUMBERS[mention.number]] if mention.number else ["les"]


def _head(telling: Telling, random: Random, *, link: str = "et") -> str:
    """Return the things told of: ``un ballon rouge à gauche de deux chats``; `link` joins two that are merely there."""
    first = noun_phrase(telling.first, random, article="un")
    if telling.second is None:
        return f"{first} {random.choice(POSITIONS[telling.position])}" if telling.position else first
    if telling.relation is None:
        return f"{first} {link} {noun_phrase(telling.second, random, article='un')}"
    return f"{first} {_relation(telling, random, article='un')}"


def _relation(telling: Telling, random: Random, *, article: str) -> str:
    """Return such as ``à gauche de la maison bleue``."""
    assert telling.second is not None
    assert telling.relation is not None
    return f"{random.choice(RELATIONS[telling.relation])} {noun_phrase(telling.second, random, article=article)}"


def _tail(telling: Telling, random: Random) -> str:
    """Return what is above the others, or nothing."""
    return f", avec {noun_phrase(telling.above, random, article='un')} au-dessus" if telling.above else ""


def _place(telling: Telling, random: Random) -> str:
    """Return such as ``dans la neige``, or nothing."""
    return f" {random.choice(PLACES[telling.place])}" if telling.place else ""


def _bare(telling: Telling, random: Random) -> str:
    return f"{_head(telling, random)}{_place(telling, random)}{_tail(telling, random)}"


def _there_is(telling: Telling, random: Random) -> str:
    return f"il y a {_bare(telling, random)}"


def _place_first(telling: Telling, random: Random) -> str:
    start = f"{_place(telling, random)}, il y a" if telling.place else "il y a"
    return f"{start} {_head(telling, random)}{_tail(telling, random)}"


def _picture_shows(telling: Telling, random: Random) -> str:
    return f"{random.choice(('la image montre', 'on voit'))} {_bare(telling, random)}"


def _picture_of(telling: Telling, random: Random) -> str:
    opening = random.choice(("une image de", "un dessin de"))
    head = _head(telling, random, link="et de")  # the preposition stands before each of the things
    return f"{opening} {head}{_place(telling, random)}{_tail(telling, random)}"


def _definite(telling: Telling, random: Random) -> str:
    first = noun_phrase(telling.first, random, article="le")
    verb = random.choice(("sont", "se trouvent") if telling.plural else ("est", "se trouve"))
    predicate = f"{verb} {_relation(telling, random, article='le')}{_place(telling, random)}"
    return f"{first} {predicate}{_tail(telling, random)}"


def _inverted(telling: Telling, random: Random) -> str:
    start = _relation(telling, random, article="un")
    verb = random.choice((" se trouvent" if telling.plural else " se trouve", ", il y a"))
    first = noun_phrase(telling.first, random, article="un")
    return f"{start}{verb} {first}{_place(telling, random)}{_tail(telling, random)}"
