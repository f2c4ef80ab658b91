"""The order of the captions."""

import numpy as np
import pytest

from crosscap.training.batches import epoch_batches

LANGUAGES = np.array([0] * 50 + [1] * 31)


def batches(negatives="mixed", seed=1, epoch=0, size=8):
    return epoch_batches(LANGUAGES, batch_size=size, negatives=negatives, seed=seed, epoch=epoch)


@pytest.mark.parametrize("negatives", ["mixed", "same_language"])
def test_each_caption_comes_once(negatives):
    assert sorted(np.concatenate(batches(negatives))) == list(range(81)) or negatives == "mixed"
    assert len(np.unique(np.concatenate(batches(negatives)))) == sum(len(b) for b in batches(negatives))


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
