"""English words of the scenes: nouns with their plurals, adjectives, prepositions; and all for the dictionaries."""

from __future__ import annotations

# Synonyms as singular and plural.
NOUNS = {
    "ball": (("ball", "balls"), ("sphere", "spheres")),
    "star": (("star", "stars"),),
    "tree": (("tree", "trees"),),
    "house": (("house", "houses"), ("building", "buildings")),
    "car": (("car", "cars"),),
    "fish": (("fish", "fish"),),
    "cat": (("cat", "cats"),),
    "flower": (("flower", "flowers"), ("blossom", "blossoms")),
    "boat": (("boat", "boats"), ("ship", "ships")),
    "cup": (("cup", "cups"), ("mug", "mugs")),
    "moon": (("moon", "moons"),),
    "umbrella": (("umbrella", "umbrellas"),),
}
COLOURS = {
    "red": ("red",),
    "orange": ("orange",),
    "yellow": ("yellow",),
    "green": ("green",),
    "blue": ("blue",),
    "purple": ("purple", "violet"),
    "white": ("white",),
    "black": ("black",),
}
SIZES = {"large": ("big", "large"), "small": ("small", "little")}
NUMBERS = {2: "two", 3: "three", 4: "four", None: "several"}
RELATIONS = {
    "left": ("left of", "to the left of"),
    "right": ("right of", "to the right of"),
    "above": ("above", "over"),
    "below": ("below", "under"),
    "on": ("on", "on top of"),
    "beside": ("beside", "next to"),
}
POSITIONS = {
    "left": ("on the left",),
    "right": ("on the right",),
    "top": ("at the top",),
    "bottom": ("at the bottom",),
    "middle": ("in the middle", "in the center"),
}
PLACES = {
    "meadow": ("in a meadow", "on the grass"),
    "beach": ("at the beach", "on the sand"),
    "night": ("at night", "in the night sky"),
    "snow": ("in the snow",),
    "sea": ("on the sea", "on the water"),
    "sunset": ("at sunset", "in the evening"),
    "street": ("on the street", "on a road"),
    "forest": ("in the forest", "in the woods"),
}

# Concept -> words, beyond nouns, colours, sizes and numbers. The concepts are those of the other languages.
_OTHER_WORDS = {
    "left": ("left",),
    "right": ("right",),
    "above": ("above", "over"),
    "below": ("below", "under"),
    "on": ("on",),
    "beside": ("beside", "next"),
    "top": ("top",),
    "bottom": ("bottom",),
    "middle": ("middle", "center"),
    "meadow": ("meadow",),
    "grass": ("grass",),
    "beach": ("beach",),
    "sand": ("sand",),
    "night": ("night",),
    "sky": ("sky",),
    "snow": ("snow",),
    "sea": ("sea",),
    "water": ("water",),
    "sunset": ("sunset",),
    "evening": ("evening",),
    "street": ("street", "road"),
    "forest": ("forest", "woods"),
    "a": ("a", "an"),
    "the": ("the",),
    "and": ("and",),
    "with": ("with",),
    "of": ("of",),
    "in": ("in",),
    "at": ("at",),
    "to": ("to",),
    "is": ("is",),
    "are": ("are",),
    "there": ("there",),
    "picture": ("picture", "image"),
    "shows": ("shows",),
    "see": ("see",),
    "we": ("we",),
}


def dictionary_words() -> dict[str, tuple[str, ...]]:
    """Return each concept's words in all forms that captions use."""
    words = dict(_OTHER_WORDS) | COLOURS | SIZES
    words |= {f"number {number}": (word,) for number, word in NUMBERS.items()}
    for kind, nouns in NOUNS.items():
        words[kind] = tuple(singular for singular, _ in nouns)
        words[f"{kind} plural"] = tuple(plural for _, plural in nouns)
    return words
