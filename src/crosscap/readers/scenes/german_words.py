"""German words of the scenes: nouns with gender and plural, adjectives, prepositions; and all for the dictionaries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    """A noun: its gender (m, f, n) and the forms that differ; the singular is the same in the cases used here."""

    gender: str
    singular: str
    plural: str
    plural_dative: str


NOUNS = {
    "ball": (Noun("m", "Ball", "Bälle", "Bällen"), Noun("f", "Kugel", "Kugeln", "Kugeln")),
    "star": (Noun("m", "Stern", "Sterne", "Sternen"),),
    "tree": (Noun("m", "Baum", "Bäume", "Bäumen"),),
    "house": (Noun("n", "Haus", "Häuser", "Häusern"), Noun("n", "Gebäude", "Gebäude", "Gebäuden")),
    "car": (Noun("n", "Auto", "Autos", "Autos"), Noun("m", "Wagen", "Wagen", "Wagen")),
    "fish": (Noun("m", "Fisch", "Fische", "Fischen"),),
    "cat": (Noun("f", "Katze", "Katzen", "Katzen"),),
    "flower": (Noun("f", "Blume", "Blumen", "Blumen"), Noun("f", "Blüte", "Blüten", "Blüten")),
    "boat": (Noun("n", "Boot", "Boote", "Booten"), Noun("n", "Schiff", "Schiffe", "Schiffen")),
    "cup": (Noun("f", "Tasse", "Tassen", "Tassen"), Noun("m", "Becher", "Becher", "Bechern")),
    "moon": (Noun("m", "Mond", "Monde", "Monden"),),
    "umbrella": (Noun("m", "Schirm", "Schirme", "Schirmen"), Noun("m", "Regenschirm", "Regenschirme", "Regenschirmen")),
}
COLOURS = {
    "red": ("rot",),
    "orange": ("orange",),
    "yellow": ("gelb",),
    "green": ("grün",),
    "blue": ("blau",),
    "purple": ("lila", "violett"),
    "white": ("weiß",),
    "black": ("schwarz",),
}
INVARIABLE = ("orange", "lila")
SIZES = {"large": ("groß",), "small": ("klein",)}
ENDINGS = ("e", "er", "es", "en")
NUMBERS = {2: "zwei", 3: "drei", 4: "vier"}
SEVERAL = {"nominative": "mehrere", "accusative": "mehrere", "dative": "mehreren"}

# All of these take the dative, because nothing in a picture moves.
RELATIONS = {
    "left": ("links von", "links neben"),
    "right": ("rechts von", "rechts neben"),
    "above": ("über",),
    "below": ("unter",),
    "on": ("auf",),
    "beside": ("neben",),
}
POSITIONS = {
    "left": ("links", "auf der linken Seite"),
    "right": ("rechts", "auf der rechten Seite"),
    "top": ("oben",),
    "bottom": ("unten",),
    "middle": ("in der Mitte",),
}
PLACES = {
    "meadow": ("auf einer Wiese", "im Gras"),
    "beach": ("am Strand", "im Sand"),
    "night": ("in der Nacht", "am Nachthimmel"),
    "snow": ("im Schnee",),
    "sea": ("auf dem Meer", "auf dem Wasser"),
    "sunset": ("bei Sonnenuntergang", "am Abend"),
    "street": ("auf der Straße", "auf einer Straße"),
    "forest": ("im Wald", "in einem Wald"),
}

# Concept -> words, beyond nouns, adjectives and numbers. The concepts are those of the other languages.
_OTHER_WORDS = {
    "number None": ("mehrere", "mehreren"),
    "left": ("links", "linken"),
    "right": ("rechts", "rechten"),
    "above": ("über", "darüber"),
    "below": ("unter",),
    "on": ("auf",),
    "beside": ("neben",),
    "top": ("oben",),
    "bottom": ("unten",),
    "middle": ("Mitte",),
    "meadow": ("Wiese",),
    "grass": ("Gras",),
    "beach": ("Strand",),
    "sand": ("Sand",),
    "night": ("Nacht",),
    "night sky": ("Nachthimmel",),
    "sky": ("Nachthimmel",),
    "snow": ("Schnee",),
    "sea": ("Meer",),
    "water": ("Wasser",),
    "sunset": ("Sonnenuntergang",),
    "evening": ("Abend",),
    "street": ("Straße",),
    "forest": ("Wald",),
    "a": ("ein", "eine", "einen", "einem", "einer"),
    "the": ("der", "die", "das", "den", "dem"),
    "and": ("und",),
    "with": ("mit",),
    "of": ("von", "vom"),
    "in": ("in", "im"),
    "at": ("am", "bei"),
    "is": ("ist", "befindet"),
    "are": ("sind", "befinden"),
    "there": ("da", "es", "gibt"),
    "picture": ("Bild",),
    "shows": ("zeigt",),
    "see": ("sieht",),
    "we": ("man",),
}


def dictionary_words() -> dict[str, tuple[str, ...]]:
    """Return each concept's words in all forms that captions use."""
    words = dict(_OTHER_WORDS)
    for concept, stems in (COLOURS | SIZES).items():
        words[concept] = tuple(form for stem in stems for form in _adjective_forms(stem))
    words |= {f"number {number}": (word,) for number, word in NUMBERS.items()}
    for kind, nouns in NOUNS.items():
        words[kind] = tuple(noun.singular for noun in nouns)
        words[f"{kind} plural"] = tuple(form for noun in nouns for form in (noun.plural, noun.plural_dative))
    return words


def _adjective_forms(stem: str) -> tuple[str, ...]:
    return (stem,) if stem in INVARIABLE else tuple(stem + ending for ending in ENDINGS)
