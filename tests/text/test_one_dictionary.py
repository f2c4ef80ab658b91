"""One dictionary split by source word."""

import pytest

from crosscap.faults import InputError
from crosscap.text.one_dictionary import TEST_PERCENT, split_dictionary
from crosscap.text.vocabulary import SPECIALS

NUMBER = 500
SOURCE = [*SPECIALS, *(f"f{n}" for n in range(NUMBER))]
TARGET = [*SPECIALS, *(f"e{n}" for n in range(NUMBER + 1))]
PAIRS = [(f"f{n}", f"e{m}") for n in range(NUMBER) for m in (n, n + 1)]


def split(tmp_path, pairs, test=None, *, source=SOURCE):
    paths = []
    for name, rows in {"all.txt": pairs, "test.txt": test}.items():
        if rows is not None:
            (tmp_path / name).write_text("".join(f"{one} {other}\n" for one, other in rows))
            paths.append(tmp_path / name)
    frame, figures = split_dictionary(
        paths[0], test=paths[1] if test else None, source_words=source, target_words=TARGET
    )
    return {
        part: set(zip(rows["source"], rows["target"], strict=True)) for part, rows in frame.groupby("part")
    }, figures


def test_each_word_is_in_one_part_with_all_its_pairs(tmp_path):
    parts, figures = split(tmp_path, [*PAIRS, ("unknown", "e1"), ("f1", "unknown")])
    assert parts["train"] | parts["test"] == set(PAIRS)
    trained, tested = ({source for source, _ in parts[part]} for part in ("train", "test"))
    assert not trained & tested
    assert 0.7 * TEST_PERCENT < 100 * len(tested) / NUMBER < 1.3 * TEST_PERCENT
    assert figures["test_words"] == len(tested)
    assert figures["source_coverage_percent"] == figures["target_coverage_percent"] == 100


def test_the_columns_may_be_swapped(tmp_path):
    assert split(tmp_path, [(target, source) for source, target in PAIRS]) == split(tmp_path, PAIRS)


def test_more_pairs_move_no_word_to_another_part(tmp_path):
    fewer, more = split(tmp_path, PAIRS[:400])[0], split(tmp_path, PAIRS)[0]
    assert fewer["test"] <= more["test"]
    assert fewer["train"] <= more["train"]


def test_given_test_pairs_take_their_words_out_of_training(tmp_path):
    parts, _ = split(tmp_path, PAIRS, test=[("e9", "f9"), ("e3", "f9"), ("e7", "f7")])  # swapped, the other file is not
    assert parts["test"] == {("f9", "e9"), ("f9", "e3"), ("f7", "e7")}
    assert parts["train"] == {pair for pair in PAIRS if pair[0] not in ("f7", "f9")}


@pytest.mark.parametrize(
    ("pairs", "test", "message"),
    [
        ([("a", "b")], None, r"all.txt: none of its 1 pairs is left to train with: of 0 pairs both words are in"),
        (PAIRS, [("a", "b")], r"test.txt: none of its 1 pairs is left to test with"),
        (PAIRS[:2], PAIRS[:2], r"all.txt: none of its 2 pairs is left to train with"),
        ([], None, r"all.txt: no word pairs"),
    ],
)
def test_a_part_without_pairs_is_told(tmp_path, pairs, test, message):
    with pytest.raises(InputError, match=message):
        split(tmp_path, pairs, test)
