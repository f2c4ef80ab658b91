"""Japanese words of the scenes: nouns with their counters, adjectives, places; and all for the dictionaries.

The words are chosen so that MeCab with unidic-lite keeps each as one token; a counted number is two, 二 and 匹.
"""

from __future__ import annotations

NOUNS = {
    "ball": ("ボール", "球"),
    "star": ("星",),
    "tree": ("木",),
    "house": ("家", "建物"),
    "car": ("車",),
    "fish": ("魚",),
    "cat": ("猫",),
    "flower": ("花",),
    "boat": ("船", "ボート"),
    "cup": ("カップ", "コップ"),
    "moon": ("月",),
    "umbrella": ("傘",),
}
COUNTERS = {
    "ball": "個",
    "star": "つ",
    "tree": "本",
    "house": "軒",
    "car": "台",
    "fish": "匹",
    "cat": "匹",
    "flower": "輪",
    "boat": "隻",
    "cup": "個",
    "moon": "つ",
    "umbrella": "本",
}
LIVING = ("fish", "cat")
# As they stand before a noun.
COLOURS = {
    "red": ("赤い",),
    "orange": ("橙色の", "オレンジの"),
    "yellow": ("黄色い",),
    "green": ("緑の",),
    "blue": ("青い",),
    "purple": ("紫の", "紫色の"),
    "white": ("白い",),
    "black": ("黒い",),
}
SIZES = {"large": ("大きな", "大きい"), "small": ("小さな", "小さい")}
NUMBERS = {1: "一", 2: "二", 3: "三", 4: "四"}
SEVERAL = "複数"
RELATIONS = {"left": "左", "right": "右", "above": "上", "below": "下", "on": "上", "beside": "隣"}
POSITIONS = {"left": ("左",), "right": ("右",), "top": ("上",), "bottom": ("下",), "middle": ("真ん中", "中央")}
PLACES = {
    "meadow": ("草原", "草の上"),
    "beach": ("砂浜", "砂の上"),
    "night": ("夜空", "夜の空"),
    "snow": ("雪の中", "雪の上"),
    "sea": ("海の上", "水の上"),
    "sunset": ("夕焼けの中", "夕方の空"),
    "street": ("道路", "道の上"),
    "forest": ("森", "森の中"),
}

# Concept -> words, beyond nouns, adjectives and numbers. The concepts are those of the other languages.
_OTHER_WORDS = {
    "number None": (SEVERAL,),
    "left": ("左",),
    "right": ("右",),
    "above": ("上",),
    "below": ("下",),
    "on": ("上",),
    "beside": ("隣",),
    "top": ("上",),
    "bottom": ("下",),
    "middle": ("真ん中", "中央"),
    "meadow": ("草原",),
    "grass": ("草",),
    "beach": ("砂浜",),
    "sand": ("砂",),
    "night": ("夜",),
    "night sky": ("夜空",),
    "sky": ("空", "夜空"),
    "snow": ("雪",),
    "sea": ("海",),
    "water": ("水",),
    "sunset": ("夕焼け",),
    "evening": ("夕方",),
    "street": ("道路", "道"),
    "forest": ("森",),
    "a": ("一",),
    "and": ("と",),
    "of": ("の",),
    "in": ("中", "で"),
    "at": ("に", "で"),
    "is": ("ある", "いる", "です"),
    "are": ("ある", "いる", "です"),
    "there": ("あり", "い"),
    "picture": ("絵",),
    "see": ("見え",),
}


def dictionary_words() -> dict[str, tuple[str, ...]]:
    """Return each concept's words as MeCab's tokens."""
    words = dict(_OTHER_WORDS)
    for concept, forms in (COLOURS | SIZES).items():
        words[concept] = tuple(form.removesuffix("の") for form in forms)
    words |= {f"number {number}": (word,) for number, word in NUMBERS.items() if number > 1}
    for kind, nouns in NOUNS.items():
        words[kind] = words[f"{kind} plural"] = nouns
    return words
