"""Candidates by inverted lists: nearly all of the exact best are found, and their scores are exact."""

import numpy as np
import pytest

import crosscap.search
from crosscap.evaluation.similarity import normalise_rows
from crosscap.faults import InputError
from crosscap.search import approximate, opening, store
from crosscap.search.approximate import Candidates
from crosscap.search.build import index_photos
from crosscap.search.exact import best_rows
from crosscap.search.lists import build_lists
from crosscap.search.model import Texts
from tests.search.serving import make_model, make_photos

COUNT, WIDTH, K = 6000, 24, 10


@pytest.fixture(scope="module")
def matrix():
    random = np.random.default_rng(0)
    centres = random.normal(size=(40, WIDTH))
    return normalise_rows(centres[random.integers(0, 40, COUNT)] + 0.6 * random.normal(size=(COUNT, WIDTH)))


@pytest.mark.parametrize("similarity", ["cosine", "order"])
def test_nearly_all_of_the_exact_best_are_found_with_their_scores(matrix, similarity, monkeypatch):
    monkeypatch.setattr(approximate, "FEWEST", {"cosine": 300, "order": 1000})
    candidates = Candidates(build_lists(matrix), matrix, probes={"cosine": 20, "order": 50})  # of 150 lists
    queries = normalise_rows(matrix[:50] + 0.1)
    exact = best_rows(queries, matrix, similarity=similarity, k=K)
    found = candidates.best_rows(queries, similarity=similarity, k=K)
    assert np.mean([np.isin(one.rows, other.rows).mean() for one, other in zip(exact, found, strict=True)]) > 0.95
    scores = {int(row): score for row, score in zip(exact[0].rows, exact[0].scores.tolist(), strict=True)}
    for row, score in zip(found[0].rows.tolist(), found[0].scores.tolist(), strict=True):
        assert scores.get(row, score) == score
    assert all(np.all(np.diff(one.scores) <= 0) for one in found)


def test_the_shift_brings_inner_products_near_to_order_scores(matrix, monkeypatch):
    monkeypatch.setattr(approximate, "FEWEST", {"order": 10})
    monkeypatch.setattr(approximate, "CANDIDATES", 2)
    queries = normalise_rows(np.random.default_rng(2).normal(size=(50, WIDTH)))  # far from all images, as captions are
    candidates = Candidates(build_lists(matrix), matrix, probes={"cosine": 10_000, "order": 10_000})
    exact = best_rows(queries, matrix, similarity="order", k=K)

    def recall():
        found = candidates.best_rows(queries, similarity="order", k=K)
        return np.mean([np.isin(one.rows, other.rows).mean() for one, other in zip(exact, found, strict=True)])

    shifted = recall()
    monkeypatch.setattr(Candidates, "_shifted", lambda self, queries: queries)
    assert shifted > recall() + 0.1


@pytest.mark.parametrize("similarity", ["cosine", "order"])
def test_who_asks_for_more_gets_the_same_first_ones(matrix, similarity):
    candidates = Candidates(build_lists(matrix), matrix)
    queries = normalise_rows(matrix[:20] + 0.1)
    some, more = (candidates.best_rows(queries, similarity=similarity, k=k) for k in (5, 100))
    assert all(np.array_equal(few.rows, many.rows[:5]) for few, many in zip(some, more, strict=True))


def test_when_nearly_all_are_asked_for_all_are_scored(matrix):
    candidates = Candidates(build_lists(matrix), matrix)
    found = candidates.best_rows(matrix[:1], similarity="cosine", k=COUNT)[0]
    assert found.rows.tolist() == best_rows(matrix[:1], matrix, similarity="cosine", k=COUNT)[0].rows.tolist()


def test_an_index_above_the_threshold_has_lists_and_answers_from_them(tmp_path, monkeypatch):
    monkeypatch.setattr(approximate, "FEWEST", {"cosine": 5, "order": 5})
    monkeypatch.setattr(approximate, "CANDIDATES", 1)
    model, photos = make_model(tmp_path / "model"), make_photos(tmp_path / "photos")
    for threshold, lists in ((12, 0), (11, 1)):
        index_photos(model, photos, tmp_path / "index", network={}, texts=Texts(), approximate_from=threshold)
        searcher = crosscap.search.open(tmp_path / "index")
        assert searcher.manifest["approximate"] == lists
        assert (store.CANDIDATES in searcher.manifest["files"]) == bool(lists)
        hits = searcher.search("a red ball", "en", k=3).hits
        if not lists:
            exact = hits
    assert hits == exact
    (searcher.contents.place / store.CANDIDATES).write_bytes(
        b"x" * searcher.manifest["files"][store.CANDIDATES]["bytes"]
    )
    monkeypatch.setattr(opening, "HASHED", 0)  # as a large index is opened
    with pytest.raises(InputError, match="not whole inverted lists"):
        crosscap.search.open(tmp_path / "index")
