"""Captions to words."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import MeCab
import pytest
import unidic_lite
from hypothesis import given
from hypothesis import strategies as st
from sacremoses import MosesTokenizer

from crosscap.faults import InputError
from crosscap.text import tokens
from crosscap.text.tokens import choose_tokenizer, tokenize


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    """Make tokenizers, and warn, as a new process does."""
    monkeypatch.setattr(tokens, "_THREAD", threading.local())
    tokens._warn.cache_clear()


def split(caption: str, language: str, tokenizer: str = "auto", *, lowercase: bool = True) -> list[str]:
    return tokenize([caption], language=language, tokenizer=tokenizer, lowercase=lowercase)[0]


@pytest.mark.parametrize(
    ("language", "caption", "words"),
    [
        (
            "en",
            "A man's dog (brown), 3.5 km.",
            ["a", "man", "'s", "dog", "(", "brown", ")", ",", "3.5", "km", "."],
        ),
        ("de", "Ein Junge im Café & ein Hund.", ["ein", "junge", "im", "café", "&", "ein", "hund", "."]),
        ("ja", "犬が公園を走る。", ["犬", "が", "公園", "を", "走る", "。"]),
        ("ja", "白い\u3000犬", ["白い", "犬"]),
        ("ru", "Мальчик, и собака!", ["мальчик", ",", "и", "собака", "!"]),
        ("tr", "Köpek — parkta, 3 çocuk.", ["köpek", "parkta", "3", "çocuk"]),
        ("hi", "लड़की हिंदी", ["लड़की", "हिंदी"]),  # vowel signs are marks, not letters
        ("fa", "می\u200cرود", ["می\u200cرود"]),
        ("ko", "snow_white 개", ["snow", "white", "개"]),
    ],
)
def test_words_of_a_caption(language, caption, words):
    assert split(caption, language) == words


def test_automatic_choice():
    chosen = {language: choose_tokenizer(language) for language in ("en", "de", "cs", "ja", "zh", "tr")}
    assert chosen == {"en": "moses", "de": "moses", "cs": "moses", "ja": "mecab", "zh": "words", "tr": "words"}


def test_case_is_kept_on_request_and_does_not_move_word_limits():
    caption = "Mr. Smith rides in St. Moritz."
    cased = split(caption, "en", lowercase=False)
    assert cased == ["Mr.", "Smith", "rides", "in", "St.", "Moritz", "."]
    assert split(caption, "en") == [word.lower() for word in cased]


@pytest.mark.parametrize(("language", "tokenizer"), [("en", "moses"), ("ja", "mecab"), ("en", "words")])
def test_blank_captions_have_no_words(language, tokenizer):
    assert tokenize(["", " \u3000\t"], language=language, tokenizer=tokenizer, lowercase=True) == [[], []]


def test_without_captions_no_tokenizer_is_loaded(monkeypatch):
    monkeypatch.setattr(tokens, "_moses", pytest.fail)
    assert tokenize([], language="en", tokenizer="auto", lowercase=True) == []


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))), st.sampled_from(["en", "ja", "hi"]))
def test_words_hold_no_white_space(caption, language):
    assert all(word == "".join(word.split()) != "" for word in split(caption, language))


@given(
    st.text(alphabet="aIl'sS2.,- é`’*", max_size=20) | st.text(max_size=20), st.sampled_from(["en", "fr", "it", "de"])
)
def test_captions_with_and_without_apostrophes_are_split_as_moses_does(caption, language):
    plain = MosesTokenizer(lang=language).tokenize(caption, escape=False)
    assert split(caption, language, "moses", lowercase=False) == plain


@given(st.lists(st.text() | st.text(alphabet="aé _-'\u0301\u200c\u00a0\u2028\u3000犬"), max_size=3))
def test_captions_share_what_is_found_in_a_word(captions):
    found = [tokens._word_pattern().findall(caption) for caption in captions]
    assert tokenize(captions, language="tr", tokenizer="words", lowercase=False) == found


@pytest.mark.parametrize("language", ["en", "ja", "tr"])
def test_equal_words_are_one_object(language):
    one, two = tokenize(["Dog 犬", "Dog 犬"], language=language, tokenizer="auto", lowercase=True)
    assert [left is right for left, right in zip(one, two, strict=True)] == [True, True]


def test_unknown_tokenizer_is_refused():
    with pytest.raises(InputError, match=r"tokens\.tokenizer is spacy; choose auto, moses, mecab, words"):
        split("a dog", "en", "spacy")


def test_missing_japanese_dictionary_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(unidic_lite, "DICDIR", str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="nowhere; install unidic-lite again"):
        split("犬", "ja")


def test_dictionary_path_may_hold_spaces(monkeypatch, tmp_path):
    folder = tmp_path / "my dictionaries"
    folder.symlink_to(unidic_lite.DICDIR)
    monkeypatch.setattr(unidic_lite, "DICDIR", str(folder))
    assert split("犬が走る", "ja") == ["犬", "が", "走る"]


@pytest.mark.parametrize(("language", "tokenizer"), [("zh", "auto"), ("en", "mecab")])
def test_unsuitable_tokenizer_is_warned_of(language, tokenizer, caplog):
    with caplog.at_level(logging.WARNING, logger="crosscap"):
        split("a dog", language, tokenizer)
    assert f"{language}" in caplog.text
    assert MeCab.__name__.lower() in caplog.text or "without spaces" in caplog.text


def test_a_tokenizer_is_made_once_a_thread_and_its_warning_once(monkeypatch, caplog):
    made, mecab = [], tokens._mecab
    monkeypatch.setattr(tokens, "_mecab", lambda language: made.append(threading.get_ident()) or mecab(language))

    def ask(_):
        return split("犬が走る", "ja"), split("狗", "zh")

    with (
        caplog.at_level(logging.WARNING, logger="crosscap"),
        ThreadPoolExecutor(1) as one,
        ThreadPoolExecutor(1) as other,
    ):
        answers = [*one.map(ask, range(3)), *other.map(ask, range(3))]
    assert answers == [(["犬", "が", "走る"], ["狗"])] * 6
    assert len(made) == len(set(made)) == 2
    assert caplog.text.count("words will be long") == 1
