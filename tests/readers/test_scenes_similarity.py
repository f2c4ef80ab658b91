"""The scenes' sentence pairs: what a sentence tells, how two are scored, and which pairs are chosen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from crosscap.readers.scenes import generate_scenes
from crosscap.readers.scenes.similarity import BANDS, PAIRS, facts, similarity, similarity_pairs
from crosscap.readers.scenes.telling import Mention, Telling
from crosscap.readers.scenes.world import sample_scene

RED_BALL = Mention("ball", "red")
CAT = Mention("cat")
HOUSE = Mention("house")
SCENES = [sample_scene(3, index) for index in range(100)]


def _score(first: Telling, second: Telling) -> float:
    assert similarity(facts(first), facts(second)) == similarity(facts(second), facts(first))
    return similarity(facts(first), facts(second))


def test_facts_of_a_mention() -> None:
    assert facts(Telling(RED_BALL)) == {("kind", "ball"), ("colour", "red"), ("has colour", "ball", "red")}
    cats = facts(Telling(Mention("cat", size="small", number=3)))
    assert cats == {("kind", "cat"), ("has size", "cat", "small"), ("more than one", "cat"), ("number", "cat", "3")}
    assert facts(Telling(Mention("cat", number=None))) == {("kind", "cat"), ("more than one", "cat")}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (Telling(RED_BALL), Telling(RED_BALL), 5),
        (Telling(RED_BALL), Telling(Mention("cat", "blue")), 0),
        (Telling(RED_BALL), Telling(Mention("ball", "blue")), 1),  # ball, of five facts
        (Telling(RED_BALL), Telling(Mention("car", "red")), 1),  # red, of five
        (Telling(CAT), Telling(CAT, place="snow"), 2.5),
        (Telling(CAT, position="top"), Telling(CAT, position="left"), 5 / 3),
        (Telling(CAT, HOUSE, "left"), Telling(HOUSE, CAT, "right"), 5),
        (Telling(CAT, HOUSE, "left"), Telling(CAT, HOUSE, "right"), 3),  # both, and beside; of five
        (Telling(CAT, HOUSE, "beside"), Telling(HOUSE, CAT, "left"), 5 * 3 / 4),
        (Telling(CAT, HOUSE, "on"), Telling(HOUSE, CAT, "below"), 5 * 3 / 4),  # both, and above; of four
        (Telling(CAT, HOUSE), Telling(HOUSE, CAT), 5),
    ],
)
def test_scores_by_eye(first: Telling, second: Telling, expected: float) -> None:
    assert _score(first, second) == pytest.approx(expected)


def test_what_is_above_two_things_is_above_each() -> None:
    told = facts(Telling(CAT, HOUSE, above=RED_BALL))
    assert {("above", "ball", "cat"), ("above", "ball", "house")} < told


def test_pairs_are_spread_over_the_scores_and_repeat() -> None:
    pairs = similarity_pairs(SCENES, seed=3)
    assert pairs == similarity_pairs(SCENES, seed=3) != similarity_pairs(SCENES, seed=4)
    assert len({(first, second) for _, first, second in pairs}) == len(pairs)
    assert all(first != second and 0 <= score <= 5 for score, first, second in pairs)
    assert Counter(min(int(score), BANDS - 1) for score, _, _ in pairs) == dict.fromkeys(range(BANDS), PAIRS)


def test_a_score_of_five_is_given_to_other_words() -> None:
    same = [(first, second) for score, first, second in similarity_pairs(SCENES, seed=3) if score == 5]
    assert same
    assert all(first != second for first, second in same)


def test_the_file_has_scored_sentences_of_the_test_scenes(tmp_path: Path) -> None:
    generate_scenes(tmp_path, seed=3, train=2, val=1, test=20, pixels=16, languages=["de"])
    lines = (tmp_path / "similarity.tsv").read_text(encoding="utf-8").splitlines()
    expected = similarity_pairs([sample_scene(3, index) for index in range(3, 23)], seed=3)
    assert lines == [f"{score:.3f}\t{first}\t{second}" for score, first, second in expected]
    assert all(0 <= float(line.split("\t")[0]) <= 5 and line.count("\t") == 2 for line in lines)


def test_without_test_scenes_there_are_no_pairs() -> None:
    assert similarity_pairs([], seed=1) == []
