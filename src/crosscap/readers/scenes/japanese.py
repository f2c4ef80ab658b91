"""Japanese captions: particles, counters before and after the noun, and the verbs of existence."""

from __future__ import annotations

from random import Random

from crosscap.readers.scenes.japanese_words import (
    COLOURS,
    COUNTERS,
    LIVING,
    NOUNS,
    NUMBERS,
    PLACES,
    POSITIONS,
    RELATIONS,
    SEVERAL,
    SIZES,
)
from crosscap.readers.scenes.telling import Mention, Telling


def describe(telling: Telling, random: Random) -> str:
    """Return one sentence that tells `telling`, in a form drawn by lot."""
    forms = [_exists, _picture_of]
    if telling.relation:
        forms.append(_topic)
    return random.choice(forms)(telling, random) + "。"


def noun_phrase(mention: Mention, random: Random, *, counted: bool) -> str:
    """Return such as ``二匹の小さな赤い魚``; `counted` False leaves out the number, which then follows elsewhere."""
    number = f"{count(mention)}の" if counted and mention.plural else ""
    size = random.choice(SIZES[mention.size]) if mention.size else ""
    colour = random.choice(COLOURS[mention.colour]) if mention.colour else ""
    return f"{number}{size}{colour}{random.choice(NOUNS[mention.kind])}"


def count(mention: Mention) -> str:
    """Return the number with the counter of the kind, ``二匹``, or ``複数``."""
    return NUMBERS[mention.number] + COUNTERS[mention.kind] if mention.number else SEVERAL


def _subject(mention: Mention, random: Random) -> str:
    """Return ``二匹の魚が`` or, as often, ``魚が二匹``; a single thing is sometimes counted too."""
    if random.random() < (0.5 if mention.plural else 0.15):
        return f"{noun_phrase(mention, random, counted=False)}が{count(mention)}"
    return f"{noun_phrase(mention, random, counted=True)}が"


def _subjects(telling: Telling, random: Random) -> str:
    """Return the things told of as one subject: ``赤い魚と二匹の猫が``, or the first alone."""
    if telling.second is None or telling.relation:
        return _subject(telling.first, random)
    second = noun_phrase(telling.second, random, counted=True)
    return f"{noun_phrase(telling.first, random, counted=True)}と{second}が"


def _where(telling: Telling, random: Random) -> str:
    """Return ``青い家の左に``, ``真ん中に`` or nothing."""
    if telling.second is not None and telling.relation:
        return f"{noun_phrase(telling.second, random, counted=True)}の{RELATIONS[telling.relation]}に"
    return f"{random.choice(POSITIONS[telling.position])}に" if telling.position else ""


def _place(telling: Telling, random: Random) -> str:
    """Return such as ``雪の中で、``, or nothing."""
    return f"{random.choice(PLACES[telling.place])}で、" if telling.place else ""


def _is_living(telling: Telling) -> bool:
    """Return whether the last subject before the verb, which the verb agrees with, is an animal."""
    last = telling.second if telling.second is not None and not telling.relation else telling.first
    return last.kind in LIVING


def _exists(telling: Telling, random: Random) -> str:
    """Return ``雪の中で、青い家の左に猫が二匹いて、その上に星があります``."""
    return _place(telling, random) + _where(telling, random) + _subjects(telling, random) + _ending(telling, random)


def _existence(living: bool, random: Random) -> str:
    return random.choice(("います", "いる", "見えます") if living else ("あります", "ある", "見えます"))


def _picture_of(telling: Telling, random: Random) -> str:
    """Return ``雪の中の青い家の左にある赤い星と、その上の猫の絵です``."""
    place = f"{random.choice(PLACES[telling.place])}の" if telling.place else ""
    where = _where(telling, random)
    link = f"{where}{'いる' if telling.first.kind in LIVING else 'ある'}" if where else ""
    things = noun_phrase(telling.first, random, counted=True)
    if telling.second is not None and not telling.relation:
        things += f"と{noun_phrase(telling.second, random, counted=True)}"
    above = f"と、その上の{noun_phrase(telling.above, random, counted=True)}" if telling.above else ""
    return f"{place}{link}{things}{above}{random.choice(('の絵です', 'の絵', '', 'が見えます'))}"


def _topic(telling: Telling, random: Random) -> str:
    """Return ``赤い星は雪の中で、青い家の左にあります``."""
    start = f"{noun_phrase(telling.first, random, counted=True)}は{_place(telling, random)}{_where(telling, random)}"
    return start + _ending(telling, random)


def _ending(telling: Telling, random: Random) -> str:
    """Return the verb, and what is above the others where that is told."""
    living = _is_living(telling)
    if telling.above is None:
        return _existence(living, random)
    end = _existence(telling.above.kind in LIVING, random)
    return f"{'いて' if living else 'あり'}、その上に{_subject(telling.above, random)}{end}"
