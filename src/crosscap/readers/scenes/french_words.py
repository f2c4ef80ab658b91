"""French words of the scenes: nouns with gender, adjectives, prepositions; and all for the dictionaries.

What elides is a word of its own with its apostrophe, ``l'`` and ``d'``, as the Moses tokeniser leaves it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    """A noun: its gender (m, f) and its two numbers."""

    gender: str
    singular: str
    plural: str


@dataclass(frozen=True)
class Adjective:
    """An adjective's forms: masculine and feminine, then the same in the plural."""

    m: str
    f: str
    m_plural: str
    f_plural: str

    def form(self, gender: str, *, plural: bool) -> str:
        """Return the form that agrees with a noun of `gender`."""
        if plural:
            return self.m_plural if gender == "m" else self.f_plural
        return self.m if gender == "m" else self.f


NOUNS = {
    "ball": (Noun("m", "ballon", "ballons"), Noun("f", "balle", "balles")),
    "star": (Noun("f", "étoile", "étoiles"),),
    "tree": (Noun("m", "arbre", "arbres"),),
    "house": (Noun("f", "maison", "maisons"), Noun("m", "bâtiment", "bâtiments")),
    "car": (Noun("f", "voiture", "voitures"), Noun("f", "automobile", "automobiles")),
    "fish": (Noun("m", "poisson", "poissons"),),
    "cat": (Noun("m", "chat", "chats"),),
    "flower": (Noun("f", "fleur", "fleurs"),),
    "boat": (Noun("m", "bateau", "bateaux"), Noun("m", "navire", "navires")),
    "cup": (Noun("f", "tasse", "tasses"), Noun("m", "gobelet", "gobelets")),
    "moon": (Noun("f", "lune", "lunes"),),
    "umbrella": (Noun("m", "parapluie", "parapluies"),),
}
# All of these stand after the noun.
COLOURS = {
    "red": (Adjective("rouge", "rouge", "rouges", "rouges"),),
    "orange": (Adjective("orange", "orange", "orange", "orange"),),  # a fruit's name, so without any agreement
    "yellow": (Adjective("jaune", "jaune", "jaunes", "jaunes"),),
    "green": (Adjective("vert", "verte", "verts", "vertes"),),
    "blue": (Adjective("bleu", "bleue", "bleus", "bleues"),),
    "purple": (Adjective("violet", "violette", "violets", "violettes"),),
    "white": (Adjective("blanc", "blanche", "blancs", "blanches"),),
    "black": (Adjective("noir", "noire", "noirs", "noires"),),
}
# All of these stand before the noun.
SIZES = {
    "large": (Adjective("grand", "grande", "grands", "grandes"), Adjective("gros", "grosse", "gros", "grosses")),
    "small": (Adjective("petit", "petite", "petits", "petites"),),
}
NUMBERS = {2: "deux", 3: "trois", 4: "quatre", None: "plusieurs"}
RELATIONS = {
    "left": ("à gauche de",),
    "right": ("à droite de",),
    "above": ("au-dessus de",),
    "below": ("sous", "au-dessous de"),
    "on": ("sur",),
    "beside": ("à côté de", "près de"),
}
POSITIONS = {
    "left": ("à gauche", "sur la gauche"),
    "right": ("à droite", "sur la droite"),
    "top": ("en haut",),
    "bottom": ("en bas",),
    "middle": ("au milieu", "au centre"),
}
PLACES = {
    "meadow": ("dans une prairie", "dans l'herbe"),
    "beach": ("à la plage", "sur le sable"),
    "night": ("la nuit", "dans le ciel de nuit"),
    "snow": ("dans la neige",),
    "sea": ("sur la mer", "sur l'eau"),
    "sunset": ("au crépuscule", "le soir"),
    "street": ("dans la rue", "sur une route"),
    "forest": ("dans la forêt", "dans les bois"),
}

# Concept -> words, beyond nouns, adjectives and numbers. The concepts are those of the other languages.
_OTHER_WORDS = {
    "left": ("gauche",),
    "right": ("droite",),
    "above": ("au-dessus",),
    "below": ("sous", "au-dessous"),
    "on": ("sur",),
    "beside": ("côté", "près"),
    "top": ("haut",),
    "bottom": ("bas",),
    "middle": ("milieu", "centre"),
    "meadow": ("prairie",),
    "grass": ("herbe",),
    "beach": ("plage",),
    "sand": ("sable",),
    "night": ("nuit",),
    "sky": ("ciel",),
    "snow": ("neige",),
    "sea": ("mer",),
    "water": ("eau",),
    "sunset": ("crépuscule",),
    "evening": ("soir",),
    "street": ("rue", "route"),
    "forest": ("forêt", "bois"),
    "a": ("un", "une"),
    "the": ("le", "la", "l'", "les"),
    "and": ("et",),
    "with": ("avec",),
    "of": ("de", "d'", "du", "des"),
    "in": ("dans", "en"),
    "at": ("à", "au"),
    "to": ("à",),
    "is": ("est", "trouve"),
    "are": ("sont", "trouvent"),
    "there": ("il", "y", "a"),
    "picture": ("image", "dessin"),
    "shows": ("montre",),
    "see": ("voit",),
    "we": ("on",),
}


def dictionary_words() -> dict[str, tuple[str, ...]]:
    """Return each concept's words in all forms that captions use."""
    words = dict(_OTHER_WORDS)
    for concept, adjectives in (COLOURS | SIZES).items():
        words[concept] = tuple(form for adjective in adjectives for form in _forms(adjective))
    words |= {f"number {number}": (word,) for number, word in NUMBERS.items()}
    for kind, nouns in NOUNS.items():
        words[kind] = tuple(noun.singular for noun in nouns)
        words[f"{kind} plural"] = tuple(noun.plural for noun in nouns)
    return words


def _forms(adjective: Adjective) -> tuple[str, ...]:
    """Return the different forms of an adjective, the masculine singular first."""
    return tuple(dict.fromkeys((adjective.m, adjective.f, adjective.m_plural, adjective.f_plural)))
