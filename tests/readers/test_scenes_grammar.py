"""The captions' grammar, by eye: articles, gender, case, endings, plurals, counters, agreement."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random
from typing import Any

import pytest

from crosscap.readers.scenes import english, french, german, japanese
from crosscap.readers.scenes.french_words import COLOURS, NOUNS, SIZES
from crosscap.readers.scenes.telling import Mention, Telling


class Form(Random):
    """Chooses the given sentence form, then always the first synonym; chances come out as given."""

    def __init__(self, form: int = 0, *, chance: float = 0.99) -> None:
        super().__init__(0)
        self._next = form
        self._chance = chance

    def choice(self, seq: Sequence[Any]) -> Any:
        chosen, self._next = seq[self._next], 0
        return chosen

    def random(self) -> float:
        return self._chance


RED_BALL = Mention("ball", "red")
BLUE_HOUSE = Mention("house", "blue", "large")
THREE_CATS = Mention("cat", "black", "small", 3)
SEVERAL_FISH = Mention("fish", number=None)
STAR = Mention("star", "yellow")
BESIDE_HOUSE = Telling(RED_BALL, BLUE_HOUSE, "left", place="snow")
CATS_BELOW = Telling(THREE_CATS, RED_BALL, "right", above=STAR, place="street")
TOGETHER = Telling(RED_BALL, Mention("cat", "white"), place="forest")
ALONE = Telling(Mention("umbrella", "orange"), position="middle")


@pytest.mark.parametrize(
    ("mention", "article", "expected"),
    [
        (RED_BALL, "a", "a red ball"),
        (Mention("umbrella"), "a", "an umbrella"),
        (Mention("cat", "orange"), "a", "an orange cat"),
        (Mention("umbrella", "red"), "a", "a red umbrella"),
        (THREE_CATS, "a", "three small black cats"),
        (THREE_CATS, "the", "the three small black cats"),
        (SEVERAL_FISH, "a", "several fish"),
        (SEVERAL_FISH, "the", "the fish"),
    ],
)
def test_english_noun_phrases(mention: Mention, article: str, expected: str) -> None:
    assert english.noun_phrase(mention, Form(), article=article) == expected


@pytest.mark.parametrize(
    ("telling", "form", "expected"),
    [
        (BESIDE_HOUSE, 0, "A red ball left of a big blue house in the snow."),
        (
            CATS_BELOW,
            1,
            "There are three small black cats right of a red ball on the street, with a yellow star above them.",
        ),
        (TOGETHER, 2, "In the forest there is a red ball and a white cat."),
        (ALONE, 3, "A picture of an orange umbrella in the middle."),
        (
            CATS_BELOW,
            4,
            "The three small black cats are right of the red ball on the street, with a yellow star above them.",
        ),
        (BESIDE_HOUSE, 5, "Left of a big blue house is a red ball in the snow."),
    ],
)
def test_english_sentences(telling: Telling, form: int, expected: str) -> None:
    assert english.describe(telling, Form(form)) == expected


@pytest.mark.parametrize(
    ("mention", "indefinite", "definite"),
    [
        # nominative, accusative, dative
        (
            Mention("star", "red", "large"),
            ("ein großer roter Stern", "einen großen roten Stern", "einem großen roten Stern"),
            ("der große rote Stern", "den großen roten Stern", "dem großen roten Stern"),
        ),
        (
            Mention("cat", "white"),
            ("eine weiße Katze", "eine weiße Katze", "einer weißen Katze"),
            ("die weiße Katze", "die weiße Katze", "der weißen Katze"),
        ),
        (
            Mention("house", "blue"),
            ("ein blaues Haus", "ein blaues Haus", "einem blauen Haus"),
            ("das blaue Haus", "das blaue Haus", "dem blauen Haus"),
        ),
        (
            Mention("tree", "green", number=2),
            ("zwei grüne Bäume", "zwei grüne Bäume", "zwei grünen Bäumen"),
            ("die zwei grünen Bäume", "die zwei grünen Bäume", "den zwei grünen Bäumen"),
        ),
        (
            Mention("fish", number=None),
            ("mehrere Fische", "mehrere Fische", "mehreren Fischen"),
            ("die Fische", "die Fische", "den Fischen"),
        ),
        (
            Mention("moon", "purple", "small"),  # "lila" takes no ending
            ("ein kleiner lila Mond", "einen kleinen lila Mond", "einem kleinen lila Mond"),
            ("der kleine lila Mond", "den kleinen lila Mond", "dem kleinen lila Mond"),
        ),
    ],
)
def test_german_declension(mention: Mention, indefinite: Sequence[str], definite: Sequence[str]) -> None:
    for article, expected in (("ein", indefinite), ("der", definite)):
        for case, phrase in zip(("nominative", "accusative", "dative"), expected, strict=True):
            assert german.noun_phrase(mention, Form(), article=article, case=case) == phrase


@pytest.mark.parametrize(
    ("telling", "form", "expected"),
    [
        (BESIDE_HOUSE, 0, "Ein roter Ball links von einem großen blauen Haus im Schnee."),
        (TOGETHER, 1, "Da sind ein roter Ball und eine weiße Katze im Wald."),
        (
            CATS_BELOW,
            2,
            "Auf der Straße gibt es drei kleine schwarze Katzen"
            " rechts von einem roten Ball, darüber einen gelben Stern.",
        ),
        (TOGETHER, 3, "Das Bild zeigt einen roten Ball und eine weiße Katze im Wald."),
        (
            CATS_BELOW,
            4,
            "Ein Bild mit drei kleinen schwarzen Katzen"
            " rechts von einem roten Ball auf der Straße, darüber ein gelber Stern.",
        ),
        (BESIDE_HOUSE, 5, "Der rote Ball ist im Schnee links vom großen blauen Haus."),
        (
            CATS_BELOW,
            6,
            "Rechts von einem roten Ball sind auf der Straße drei kleine schwarze Katzen, darüber ein gelber Stern.",
        ),
        (ALONE, 2, "Es gibt einen orange Schirm in der Mitte."),
    ],
)
def test_german_sentences(telling: Telling, form: int, expected: str) -> None:
    assert german.describe(telling, Form(form)) == expected


@pytest.mark.parametrize(
    ("mention", "indefinite", "definite"),
    [
        (RED_BALL, "un ballon rouge", "le ballon rouge"),
        (BLUE_HOUSE, "une grande maison bleue", "la grande maison bleue"),
        (STAR, "une étoile jaune", "l'étoile jaune"),
        (Mention("tree", "white"), "un arbre blanc", "l'arbre blanc"),
        (Mention("tree", "white", "small"), "un petit arbre blanc", "le petit arbre blanc"),
        (THREE_CATS, "trois petits chats noirs", "les trois petits chats noirs"),
        (Mention("star", "green", "large", 2), "deux grandes étoiles vertes", "les deux grandes étoiles vertes"),
        (Mention("flower", "orange", number=4), "quatre fleurs orange", "les quatre fleurs orange"),
        (Mention("boat", "purple", number=2), "deux bateaux violets", "les deux bateaux violets"),
        (SEVERAL_FISH, "plusieurs poissons", "les poissons"),
    ],
)
def test_french_noun_phrases(mention: Mention, indefinite: str, definite: str) -> None:
    for article, expected in (("un", indefinite), ("le", definite)):
        assert french.contract(french.noun_phrase(mention, Form(), article=article)) == expected


@pytest.mark.parametrize(
    ("apart", "together"),
    [
        ("à gauche de le chat", "à gauche du chat"),
        ("à gauche de la maison", "à gauche de la maison"),
        ("à gauche de le arbre", "à gauche de l'arbre"),
        ("à gauche de la étoile", "à gauche de l'étoile"),
        ("à gauche de le grand arbre", "à gauche du grand arbre"),
        ("à gauche de les trois chats", "à gauche des trois chats"),
        ("une image de une étoile", "une image d'une étoile"),
        ("une image de deux étoiles", "une image de deux étoiles"),
        ("sur le arbre", "sur l'arbre"),
        ("sous une étoile", "sous une étoile"),
    ],
)
def test_french_elision_and_contraction(apart: str, together: str) -> None:
    assert french.contract(apart) == together


@pytest.mark.parametrize(
    ("telling", "form", "expected"),
    [
        (BESIDE_HOUSE, 0, "Un ballon rouge à gauche d'une grande maison bleue dans la neige."),
        (
            CATS_BELOW,
            1,
            "Il y a trois petits chats noirs à droite d'un ballon rouge dans la rue, avec une étoile jaune au-dessus.",
        ),
        (TOGETHER, 2, "Dans la forêt, il y a un ballon rouge et un chat blanc."),
        (ALONE, 2, "Il y a un parapluie orange au milieu."),
        (ALONE, 3, "L'image montre un parapluie orange au milieu."),
        (TOGETHER, 4, "Une image d'un ballon rouge et d'un chat blanc dans la forêt."),
        (Telling(SEVERAL_FISH, STAR), 4, "Une image de plusieurs poissons et d'une étoile jaune."),
        (
            CATS_BELOW,
            5,
            "Les trois petits chats noirs sont à droite du ballon rouge dans la rue, avec une étoile jaune au-dessus.",
        ),
        (Telling(STAR, THREE_CATS, "above"), 5, "L'étoile jaune est au-dessus des trois petits chats noirs."),
        (
            CATS_BELOW,
            6,
            "À droite d'un ballon rouge se trouvent trois petits chats noirs dans la rue,"
            " avec une étoile jaune au-dessus.",
        ),
        (BESIDE_HOUSE, 6, "À gauche d'une grande maison bleue se trouve un ballon rouge dans la neige."),
    ],
)
def test_french_sentences(telling: Telling, form: int, expected: str) -> None:
    assert french.describe(telling, Form(form)) == expected


def test_every_french_adjective_agrees_with_every_noun() -> None:
    for kind, colour, size, number in product(NOUNS, COLOURS, SIZES, (1, 2)):
        noun, suffix = NOUNS[kind][0], "_plural" if number == 2 else ""
        article = {"m": "un", "f": "une"}[noun.gender] if number == 1 else "deux"
        before, after = (getattr(forms[0], noun.gender + suffix) for forms in (SIZES[size], COLOURS[colour]))
        expected = f"{article} {before} {noun.plural if number == 2 else noun.singular} {after}"
        assert french.noun_phrase(Mention(kind, colour, size, number), Form(), article="un") == expected


def test_french_plurals_and_feminines_have_their_endings() -> None:
    for noun in (noun for nouns in NOUNS.values() for noun in nouns):
        assert noun.plural == noun.singular + ("x" if noun.singular.endswith("eau") else "s")
    for adjective in (adjective for adjectives in (COLOURS | SIZES).values() for adjective in adjectives):
        if adjective.m == "orange":
            continue
        assert adjective.f.endswith("e")
        assert adjective.f_plural == adjective.f + "s"
        assert adjective.m_plural == adjective.m + ("" if adjective.m.endswith("s") else "s")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ball", "二個の赤いボール"),
        ("star", "二つの赤い星"),
        ("tree", "二本の赤い木"),
        ("house", "二軒の赤い家"),
        ("car", "二台の赤い車"),
        ("cat", "二匹の赤い猫"),
        ("flower", "二輪の赤い花"),
        ("boat", "二隻の赤い船"),
        ("umbrella", "二本の赤い傘"),
    ],
)
def test_japanese_counters(kind: str, expected: str) -> None:
    assert japanese.noun_phrase(Mention(kind, "red", number=2), Form(), counted=True) == expected


@pytest.mark.parametrize(
    ("telling", "form", "chance", "expected"),
    [
        (BESIDE_HOUSE, 0, 0.99, "雪の中で、大きな青い家の左に赤いボールがあります。"),
        (BESIDE_HOUSE, 0, 0.0, "雪の中で、大きな青い家の左に赤いボールが一個あります。"),
        (CATS_BELOW, 0, 0.0, "道路で、赤いボールの右に小さな黒い猫が三匹いて、その上に黄色い星が一つあります。"),
        (TOGETHER, 0, 0.99, "森で、赤いボールと白い猫がいます。"),
        (CATS_BELOW, 1, 0.99, "道路の赤いボールの右にいる三匹の小さな黒い猫と、その上の黄色い星の絵です。"),
        (ALONE, 1, 0.99, "真ん中にある橙色の傘の絵です。"),
        (BESIDE_HOUSE, 2, 0.99, "赤いボールは雪の中で、大きな青い家の左にあります。"),
        (Telling(SEVERAL_FISH), 0, 0.0, "魚が複数います。"),
    ],
)
def test_japanese_sentences(telling: Telling, form: int, chance: float, expected: str) -> None:
    assert japanese.describe(telling, Form(form, chance=chance)) == expected
