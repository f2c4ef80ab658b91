"""Moses word by word: against Moses caption by caption."""

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sacremoses import MosesTokenizer

from crosscap.text.moses import split_with_moses

MOSES = {language: MosesTokenizer(lang=language) for language in ("en", "de", "fr", "it", "ca")}
PIECES = ["a", "dog", "Dog", "No", "U.S", "z.B", "3", "5,3", "é", "犬", "ß", *".,'`-()\"", ".."]
RARE = ["DOTMULTI", "DOT", "DOTDOTMULTI", *"\x00\x1f\u0301\u200c\u00a0\u2028&_²’१"]
CAPTIONS = st.lists(st.sampled_from([*PIECES, *RARE, " ", " ", " ", " "]), max_size=14).map("".join) | st.text()


class Counting(MosesTokenizer):
    """Moses, and what it was asked."""

    def __init__(self) -> None:
        super().__init__(lang="en")
        self.asked: list[str] = []
        self.plain: Callable[..., list[str]] = super().tokenize

    def tokenize(self, text: str, **options: bool) -> list[str]:
        self.asked.append(text)
        return self.plain(text, **options)


@settings(max_examples=500)
@given(st.lists(CAPTIONS, max_size=4), st.sampled_from(sorted(MOSES)))
@example(["A dog.", "The dog. is", "dog. Is", "No. 5", "No. five", ",5 a", "a ,5 5, a, 5,"], "en")
@example(["dogs' tails", "the dogs'", "'a' b", "a.'", "a .'", "l'homme d'un", "rock'n'roll a')"], "fr")
@example(["a.\x00 B", "\x00,5", "a \x00,5", "a\x00 b.", "a. \x00", "DOTMULTI xDOTDOTMULTI"], "de")
@example(["a.. b", "a ..", "..a ..", "(a.) b", "a.)b.", "a.-b. c", "e.g.", "e.g. c"], "en")
def test_captions_are_split_as_moses_splits_each(captions: list[str], language: str) -> None:
    whole = [MOSES[language].tokenize(caption, escape=False) for caption in captions]
    assert split_with_moses(captions, moses=MOSES[language]) == whole


def test_moses_is_asked_once_about_a_word() -> None:
    moses = Counting()
    assert split_with_moses(["A red dog, a cat.", "A dog, the man's red cat."] * 2, moses=moses)[1] == [
        *("A", "dog", ",", "the", "man", "'s", "red", "cat", ".")
    ]
    assert sorted(moses.asked) == ["cat.", "dog,", "man's"]


@pytest.mark.parametrize("caption", ["dogs' tails", "It ran. A dog sat.", "a , b", "a\x00 b"])
def test_moses_gets_whole_captions_where_it_looks_beyond_a_word(caption: str) -> None:
    moses = Counting()
    split_with_moses([caption], moses=moses)
    assert caption in moses.asked
