"""The order of the captions."""

import numpy as np
import pytest

from crosscap.training.batches import caption_batches, tuple_batches

LANGUAGES = np.array([0] * 50 + [1] * 31)


def batches(negatives="mixed", seed=1, epoch=0, size=8):
    return caption_batches(LANGUAGES, batch_size=size, negatives=negatives, seed=seed, epoch=epoch)


@pytest.mark.parametrize("negatives", ["mixed", "same_language"])
def test_no_caption_comes_twice(negatives):
    seen = np.concatenate(batches(negatives)).ravel()
    assert len(np.unique(seen)) == len(seen) >= 80


def test_a_last_pair_alone_is_left_out():
    assert sum(len(batch) for batch in batches()) == 80  # 81 = 10 x 8 + 1


def test_same_language_batches_hold_one_language():
    assert all(len(np.unique(LANGUAGES[batch])) == 1 for batch in batches("same_language"))
    assert any(len(np.unique(LANGUAGES[batch])) == 2 for batch in batches("mixed"))


def test_the_order_follows_from_seed_and_epoch():
    first = np.concatenate(batches(seed=1, epoch=3))
    assert np.array_equal(first, np.concatenate(batches(seed=1, epoch=3)))
    assert not np.array_equal(first, np.concatenate(batches(seed=1, epoch=4)))
    assert not np.array_equal(first, np.concatenate(batches(seed=2, epoch=3)))


# image 0: three captions in language 0, two in 1, none in 2; image 1: one in each; image 2: two in 2 alone
CAPTIONS = [
    (0, 0, 0),
    (0, 0, 1),
    (0, 0, 2),
    (0, 1, 0),
    (0, 1, 2),
    (1, 0, 0),
    (1, 1, 0),
    (1, 2, 0),
    (2, 2, 0),
    (2, 2, 1),
]
IMAGES, SPOKEN, POSITIONS = map(np.array, zip(*CAPTIONS, strict=True))


def tuples(kind, epoch=0, size=100):
    made = tuple_batches(IMAGES, SPOKEN, POSITIONS, batches=kind, batch_size=size, seed=1, epoch=epoch)
    return [tuple(row) for batch in made for row in batch.tolist()]


def test_aligned_tuples_share_image_and_position():
    assert sorted(tuples("aligned_tuples")) == sorted(
        [(0, 3, -1), (1, -1, -1), (2, 4, -1), (5, 6, 7), (-1, -1, 8), (-1, -1, 9)]
    )


def test_shuffled_tuples_use_every_caption_and_repeat_only_where_a_language_has_fewer():
    rows = tuples("shuffled_tuples")
    assert len(rows) == 3 + 1 + 2
    of_first = [row for row in rows if row[0] in (0, 1, 2)]
    assert sorted(row[0] for row in of_first) == [0, 1, 2]
    assert sorted(row[1] for row in of_first) in ([3, 3, 4], [3, 4, 4])
    assert all(row[2] == -1 for row in of_first)
    assert (5, 6, 7) in rows
    assert {row for row in rows if row[0] == row[1] == -1} == {(-1, -1, 8), (-1, -1, 9)}


def test_shuffled_tuples_pair_anew_in_each_epoch_and_never_across_images():
    seen = set()
    for epoch in range(20):
        for row in tuples("shuffled_tuples", epoch=epoch):
            assert len({IMAGES[caption] for caption in row if caption >= 0}) == 1
            seen.add(row)
    assert {(first, second) for first, second, _ in seen if first in (0, 1, 2)} == {
        (first, second) for first in (0, 1, 2) for second in (3, 4)
    }


@pytest.mark.parametrize("kind", ["aligned_tuples", "shuffled_tuples"])
def test_tuples_follow_from_seed_and_epoch(kind):
    assert tuples(kind, epoch=2) == tuples(kind, epoch=2)
    assert tuples(kind, epoch=2) != tuples(kind, epoch=3)


def test_tuples_are_cut_into_batches_without_a_single_row():
    made = tuple_batches(IMAGES, SPOKEN, POSITIONS, batches="aligned_tuples", batch_size=5, seed=1, epoch=0)
    assert [len(batch) for batch in made] == [5]  # of six


def test_aligned_tuples_keep_both_captions_of_a_position():
    # one English caption, its German by hand and by machine
    images, spoken, positions = np.zeros(3, dtype=int), np.array([0, 1, 1]), np.zeros(3, dtype=int)
    (made,) = tuple_batches(images, spoken, positions, batches="aligned_tuples", batch_size=9, seed=1, epoch=0)
    assert sorted(map(tuple, made.tolist())) == [(0, 1), (0, 2)]
