"""German captions: gender, case, the three declensions of the adjective, and agreement of the verb."""

from __future__ import annotations

from random import Random

from crosscap.readers.scenes.german_words import (
    COLOURS,
    INVARIABLE,
    NOUNS,
    NUMBERS,
    PLACES,
    POSITIONS,
    RELATIONS,
    SEVERAL,
    SIZES,
)
from crosscap.readers.scenes.telling import Mention, Telling

_INDEFINITE = {
    "nominative": {"m": "ein", "f": "eine", "n": "ein"},
    "accusative": {"m": "einen", "f": "eine", "n": "ein"},
    "dative": {"m": "einem", "f": "einer", "n": "einem"},
}
_DEFINITE = {
    "nominative": {"m": "der", "f": "die", "n": "das", "plural": "die"},
    "accusative": {"m": "den", "f": "die", "n": "das", "plural": "die"},
    "dative": {"m": "dem", "f": "der", "n": "dem", "plural": "den"},
}
# Endings of the adjective: mixed after "ein", weak after "der", strong in the plural without an article.
_MIXED_OR_STRONG = {
    "nominative": {"m": "er", "f": "e", "n": "es", "plural": "e"},
    "accusative": {"m": "en", "f": "e", "n": "es", "plural": "e"},
    "dative": {"m": "en", "f": "en", "n": "en", "plural": "en"},
}
_WEAK = {
    "nominative": {"m": "e", "f": "e", "n": "e", "plural": "en"},
    "accusative": {"m": "en", "f": "e", "n": "e", "plural": "en"},
    "dative": {"m": "en", "f": "en", "n": "en", "plural": "en"},
}


def describe(telling: Telling, random: Random) -> str:
    """Return one sentence that tells `telling`, in a form drawn by lot."""
    forms = [_bare, _there_is, _place_first, _picture_shows, _picture_with]
    if telling.relation:
        forms += [_definite, _inverted]
    sentence = random.choice(forms)(telling, random).strip().replace("von dem ", "vom ") + "."
    return sentence[0].upper() + sentence[1:]


def noun_phrase(mention: Mention, random: Random, *, article: str, case: str) -> str:
    """Return such as ``einem großen roten Ball``; `article` is ``ein`` or ``der``, `case` a case's English name."""
    noun = random.choice(NOUNS[mention.kind])
    gender = "plural" if mention.plural else noun.gender
    ending = (_WEAK if article == "der" else _MIXED_OR_STRONG)[case][gender]
    stems = [random.choice(SIZES[mention.size])] if mention.size else []
    stems += [random.choice(COLOURS[mention.colour])] if mention.colour else []
    adjectives = [stem if stem in INVARIABLE else stem + ending for stem in stems]
    plural = noun.plural_dative if case == "dative" else noun.plural
    name = plural if mention.plural else noun.singular
    return " ".join([*_determiners(mention, article=article, case=case, gender=gender), *adjectives, name])


def _determiners(mention: Mention, *, article: str, case: str, gender: str) -> list[str]:
    """Return the article and the number: ``einem``, ``der``, ``drei``, ``die drei``, ``mehreren``."""
    number = [NUMBERS[mention.number]] if mention.number in NUMBERS else []
    if article == "der":
        return [_DEFINITE[case][gender], *number]
    if mention.plural:
        return number or [SEVERAL[case]]
    return [_INDEFINITE[case][gender]]


def _head(telling: Telling, random: Random, *, case: str) -> str:
    """Return the things told of, the first in `case`: ``einen roten Ball links von zwei Katzen``."""
    first = noun_phrase(telling.first, random, article="ein", case=case)
    if telling.second is None:
        return f"{first} {random.choice(POSITIONS[telling.position])}" if telling.position else first
    if telling.relation is None:
        return f"{first} und {noun_phrase(telling.second, random, article='ein', case=case)}"
    return f"{first} {_relation(telling, random, article='ein')}"


def _relation(telling: Telling, random: Random, *, article: str) -> str:
    """Return such as ``links von dem blauen Haus``."""
    assert telling.second is not None
    assert telling.relation is not None
    second = noun_phrase(telling.second, random, article=article, case="dative")
    return f"{random.choice(RELATIONS[telling.relation])} {second}"


def _tail(telling: Telling, random: Random, *, case: str) -> str:
    """Return what is above the others, or nothing."""
    return f", darüber {noun_phrase(telling.above, random, article='ein', case=case)}" if telling.above else ""


def _place(telling: Telling, random: Random) -> str:
    """Return such as ``im Schnee``, or nothing."""
    return f" {random.choice(PLACES[telling.place])}" if telling.place else ""


def _verb(telling: Telling, random: Random) -> str:
    """Return the verb that agrees with the things told of."""
    return random.choice(("sind", "befinden sich") if telling.plural else ("ist", "befindet sich"))


def _bare(telling: Telling, random: Random, *, case: str = "nominative") -> str:
    return f"{_head(telling, random, case=case)}{_place(telling, random)}{_tail(telling, random, case=case)}"


def _there_is(telling: Telling, random: Random) -> str:
    return f"da {'sind' if telling.plural else 'ist'} {_bare(telling, random)}"


def _place_first(telling: Telling, random: Random) -> str:
    start = f"{_place(telling, random)} gibt es" if telling.place else "es gibt"
    return f"{start} {_head(telling, random, case='accusative')}{_tail(telling, random, case='accusative')}"


def _picture_shows(telling: Telling, random: Random) -> str:
    opening = random.choice(("das Bild zeigt", "man sieht"))
    return f"{opening} {_bare(telling, random, case='accusative')}"


def _picture_with(telling: Telling, random: Random) -> str:
    head = _head(telling, random, case="dative")
    return f"ein Bild mit {head}{_place(telling, random)}{_tail(telling, random, case='nominative')}"


def _definite(telling: Telling, random: Random) -> str:
    first = noun_phrase(telling.first, random, article="der", case="nominative")
    predicate = f"{_verb(telling, random)}{_place(telling, random)} {_relation(telling, random, article='der')}"
    return f"{first} {predicate}{_tail(telling, random, case='nominative')}"


def _inverted(telling: Telling, random: Random) -> str:
    first = noun_phrase(telling.first, random, article="ein", case="nominative")
    start = f"{_relation(telling, random, article='ein')} {_verb(telling, random)}"
    return f"{start}{_place(telling, random)} {first}{_tail(telling, random, case='nominative')}"
