"""Pairs of English sentences about the scenes with a score of their similarity: a small stand-in for SemEval's STS.

As with people who judge two sentences, the score knows what the sentences say, not what else their pictures show. A
sentence tells facts of its scene, as `facts` lists them: the things, their colours, sizes and numbers, how they stand
to one another, and the place. The score is 5 times the share of the facts that both sentences tell among those that at
least one tells (Jaccard's index): 5 says the same in other words, 0 has nothing in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from random import Random

from crosscap.readers.scenes import english
from crosscap.readers.scenes.telling import Mention, Telling, sample_telling
from crosscap.readers.scenes.world import Scene

BANDS = 5  # of a width of 1 each
PAIRS = 40  # in a band, at most
_SCENES = 150  # and sentences of each, that pairs are chosen from
_SENTENCES = 3

Fact = tuple[str, ...]
Pair = tuple[float, str, str]

# A relation told from the other side is the same fact. "below" may be the other side of "on", so it says "above" only.
_MIRRORED = {"right": "left", "below": "above"}
# What a relation says besides itself.
_IMPLIED = {"left": "beside", "on": "above"}


def similarity_pairs(scenes: Sequence[Scene], *, seed: int) -> list[Pair]:
    """Return (score, first sentence, second sentence), about as many in each band of scores, in an order by lot.

    Most pairs of sentences have little in common. Therefore all pairs of sentences about some scenes are scored, and
    from each band a few are drawn; where there are few scenes, a band may have fewer.
    """
    random = Random(f"similarity/{seed}")
    told: dict[str, set[Fact]] = {}
    for scene in scenes[:_SCENES]:
        for _ in range(_SENTENCES):
            telling = sample_telling(scene, random)
            told.setdefault(english.describe(telling, random), facts(telling))
    bands: list[list[Pair]] = [[] for _ in range(BANDS)]
    for (first, first_facts), (second, second_facts) in combinations(told.items(), 2):
        score = similarity(first_facts, second_facts)
        bands[min(int(score), BANDS - 1)].append((score, first, second))
    chosen = [pair for band in bands for pair in random.sample(band, min(PAIRS, len(band)))]
    random.shuffle(chosen)
    return chosen


def similarity(first: set[Fact], second: set[Fact]) -> float:
    """Return 5 times the share of common facts among all."""
    return 5 * len(first & second) / len(first | second)


def facts(telling: Telling) -> set[Fact]:
    """Return all that a sentence tells.

    A thing is a fact, its colour is another, and that the thing has the colour is a third: a red ball has something in
    common with a blue ball and something with a red car.
    """
    mentions = [mention for mention in (telling.first, telling.second, telling.above) if mention]
    told: set[Fact] = {fact for mention in mentions for fact in _mention_facts(mention)}
    if telling.place:
        told.add(("place", telling.place))
    if telling.position:
        told.add((telling.position, telling.first.kind))
    if telling.second and telling.relation:
        told |= _relation_facts(telling.relation, telling.first.kind, telling.second.kind)
    if telling.above:
        lower = [mention.kind for mention in (telling.first, telling.second) if mention]
        told |= {("above", telling.above.kind, kind) for kind in lower}
    return told


def _mention_facts(mention: Mention) -> set[Fact]:
    """Return what a sentence tells of a thing; that there is only one is no fact, that there are more is."""
    told: set[Fact] = {("kind", mention.kind)}
    if mention.colour:
        told |= {("colour", mention.colour), ("has colour", mention.kind, mention.colour)}
    if mention.size:
        told.add(("has size", mention.kind, mention.size))
    if mention.plural:
        told.add(("more than one", mention.kind))
    if mention.plural and mention.number:
        told.add(("number", mention.kind, str(mention.number)))
    return told


def _relation_facts(relation: str, first: str, second: str) -> set[Fact]:
    """Return the same facts whichever side a relation is told from."""
    if relation in _MIRRORED:
        relation, first, second = _MIRRORED[relation], second, first
    if relation == "beside":
        first, second = sorted((first, second))
        return {("beside", first, second)}
    told: set[Fact] = {(relation, first, second)}
    if relation in _IMPLIED:
        told |= _relation_facts(_IMPLIED[relation], first, second)
    return told
