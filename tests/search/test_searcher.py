"""Answers from an index, against the model asked directly."""

import numpy as np
import pytest

from crosscap.faults import InputError
from crosscap.search.encoding import PhotoEncoder
from crosscap.search.exact import score_rows
from crosscap.search.queries import LONGEST_TEXT
from tests.search.serving import PHOTOS, make_searcher


@pytest.fixture(scope="module")
def searcher(tmp_path_factory):
    return make_searcher(tmp_path_factory.mktemp("index"))


def scores_of(searcher, text, words, language):
    embedded = searcher.reader.embed([text], [words], language)
    return score_rows(embedded, searcher.contents.embeddings, similarity="cosine")[0]


def test_an_answer_is_the_images_by_their_scores(searcher):
    answer = searcher.search("a red ball", "en", k=5)
    scores = scores_of(searcher, "a red ball", ["a", "red", "ball"], "en")
    assert [hit.row for hit in answer.hits] == np.argsort(-scores, kind="stable")[:5].tolist()
    assert [hit.score for hit in answer.hits] == [scores[hit.row] for hit in answer.hits]
    assert (answer.text, answer.language, answer.detected) == ("a red ball", "en", False)
    assert [(token.text, token.known) for token in answer.tokens] == [("a", True), ("red", True), ("ball", True)]


def test_capitals_are_read_as_in_training(searcher):
    assert searcher.search("A Red BALL", "en").hits == searcher.search("a red ball", "en").hits


def test_the_language_is_guessed_where_it_is_not_given(searcher):
    answer = searcher.search("赤い家の上です")
    assert (answer.language, answer.detected) == ("ja", True)
    assert answer.hits == searcher.search("赤い家の上です", "ja").hits


def test_pulls_are_what_is_lost_without_a_word(searcher):
    pulls = searcher.pulls("a red ball", "en", [3, 0])
    whole = scores_of(searcher, "a red ball", ["a", "red", "ball"], "en")
    without = scores_of(searcher, "a ball", ["a", "ball"], "en")
    assert np.shape(pulls) == (3, 2)
    np.testing.assert_allclose(pulls[1], (whole - without)[[3, 0]], atol=1e-6)


def test_a_single_word_is_left_out_too(searcher):
    assert np.shape(searcher.pulls("ball", "en", [0])) == (1, 1)


def test_strange_queries_are_answered_or_refused_with_a_reason(searcher):
    emoji = searcher.search("🐕🐕", k=2)
    assert len(emoji.hits) == 2
    assert not any(token.known for token in emoji.tokens)
    assert len(searcher.search("<script>alert(1)</script>").hits) == 10
    assert len(searcher.search("x" * LONGEST_TEXT).hits) == 10
    for text, told in (("", "empty"), ("a " * 10_000, "characters"), ("\ud83d", "surrogate")):
        with pytest.raises(InputError, match=told):
            searcher.search(text)


def test_k_counts_from_one_and_gives_at_most_all(searcher):
    for ask in (searcher.search, lambda _, k: searcher.captions(0, k=k)):
        with pytest.raises(InputError, match="k is 0"):
            ask("a ball", k=0)
    assert len(searcher.search("a ball", k=10**9).hits) == PHOTOS == len(searcher)


def test_rows_that_do_not_exist_are_told(searcher):
    for ask in (searcher.thumbnail, searcher.captions, lambda row: searcher.pulls("a", "en", [row])):
        with pytest.raises(InputError, match="there is no image 12; the index has the rows 0 to 11"):
            ask(PHOTOS)
    with pytest.raises(InputError, match="no such file"):
        searcher.captions(searcher.contents.place / "absent.jpg")


def test_the_captions_of_an_image_are_those_that_score_best(searcher):
    frame, embeddings = searcher.contents.captions
    scores = score_rows(searcher.contents.embeddings[2:3], embeddings, similarity="cosine")[0]
    best = frame["caption_id"].iloc[np.argsort(-scores, kind="stable")[:4]].tolist()
    assert [hit.caption_id for hit in searcher.captions(2, k=4)] == best


def test_likeness_is_the_images_and_captions_of_a_picture_that_is_looked_at_once(searcher, monkeypatch):
    picture = searcher.thumbnail(3)
    apart = searcher.search_image(picture, k=4), searcher.captions(picture, k=2)
    seen, embed = [], PhotoEncoder.embed_one
    monkeypatch.setattr(PhotoEncoder, "embed_one", lambda self, image: seen.append(image) or embed(self, image))
    assert searcher.likeness(picture, k=4, captions=2) == apart
    assert seen == [picture]


def test_a_query_is_translated_by_the_models_words(searcher):
    translated = searcher.translate("red barks", "en", "de")
    assert [token.known for token in translated.tokens] == [True, False]
    assert translated.text in searcher.stored.symbols.words["de"]
