"""The order in which captions are seen: a function of seed and epoch alone, so that a resumed run sees the same.

A batch is a matrix of caption rows [B, K]. In batches of single captions K is 1. In batches of tuples a row holds a
caption of an image in each of the K languages, -1 where the image has none.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from crosscap.faults import InputError

NegativesName = Literal["mixed", "same_language"]
BatchesName = Literal["captions", "shuffled_tuples", "aligned_tuples"]


def epoch_batches(
    images: np.ndarray,
    languages: np.ndarray,
    positions: np.ndarray,
    *,
    batches: BatchesName,
    batch_size: int,
    negatives: NegativesName,
    seed: int,
    epoch: int,
) -> list[np.ndarray]:
    """Return the batches of an epoch, of captions or of tuples, as the system's recipe says.

    Raises:
        InputError: there are too few captions for a batch.
    """
    if batches == "captions":
        made = caption_batches(languages, batch_size=batch_size, negatives=negatives, seed=seed, epoch=epoch)
    else:
        made = tuple_batches(
            images, languages, positions, batches=batches, batch_size=batch_size, seed=seed, epoch=epoch
        )
    if not made:
        raise InputError(f"{len(languages)} training captions make no batch, which takes two pairs or more; add some")
    return made


def caption_batches(
    languages: np.ndarray, *, batch_size: int, negatives: NegativesName, seed: int, epoch: int
) -> list[np.ndarray]:
    """Return the batches of an epoch in which each caption comes once, [B, 1] each.

    ``mixed`` draws a batch from all languages at once, as AME's code does; in a ``same_language`` batch all captions
    share a language, so that the negatives do too (the reading of AME's equation 2), and the batches of the languages
    alternate at random. A last batch of a single pair has no negatives and is left out.

    Shapes:
        languages [C]: each caption's language.
    """
    random = np.random.default_rng([seed, epoch])
    if negatives == "mixed":
        groups = [np.arange(len(languages))]
    else:
        groups = [np.flatnonzero(languages == language) for language in np.unique(languages)]
    shuffled = [random.permutation(group)[:, None] for group in groups]
    return _in_random_order([batch for rows in shuffled for batch in _cut(rows, batch_size=batch_size)], random)


def tuple_batches(
    images: np.ndarray,
    languages: np.ndarray,
    positions: np.ndarray,
    *,
    batches: BatchesName,
    batch_size: int,
    seed: int,
    epoch: int,
) -> list[np.ndarray]:
    """Return the batches of an epoch of tuples, [B, L] each.

    An image gives as many tuples as it has captions in the language in which it has most. ``shuffled_tuples`` pair an
    image's captions of two languages anew in each epoch, because they are independent descriptions; where a language
    has fewer, its captions come again. ``aligned_tuples`` hold the captions of one position, translations of each
    other; where a position has two of a language, one by hand and one by machine, the others come with each of them.

    Shapes:
        images [C], languages [C], positions [C] of the captions; languages count from 0 to L - 1.
    """
    random = np.random.default_rng([seed, epoch])
    if batches == "aligned_tuples":
        _, groups = np.unique(np.stack([images, positions], axis=1), axis=0, return_inverse=True)
        order = np.lexsort((languages, groups))
    else:
        groups, order = images, np.lexsort((random.random(len(images)), languages, images))
    rows = _tuples(groups, languages, order=order)
    return _in_random_order(_cut(random.permutation(rows), batch_size=batch_size), random)


def _tuples(groups: np.ndarray, languages: np.ndarray, *, order: np.ndarray) -> np.ndarray:
    """Return as many tuples of each group as it has captions in the language in which it has most: [R, L].

    Shapes:
        groups [C], languages [C] of the captions; order [C]: the captions by group, within it by language, and within
        that in the order in which they are to be taken.
    """
    count = np.zeros((groups.max() + 1, languages.max() + 1), dtype=np.int64)
    np.add.at(count, (groups, languages), 1)
    starts = (np.cumsum(count.ravel()) - count.ravel()).reshape(count.shape)  # of each group's and language's run
    group_of = np.repeat(np.arange(len(count)), count.max(axis=1))  # [R]
    number = np.concatenate([np.arange(most) for most in count.max(axis=1)])  # of the tuple within its group, [R]
    turn = number[:, None] % np.maximum(count[group_of], 1)  # [R, L]
    found = order[np.minimum(starts[group_of] + turn, len(order) - 1)]
    return np.where(count[group_of] > 0, found, -1)


def _cut(rows: np.ndarray, *, batch_size: int) -> list[np.ndarray]:
    """Cut rows into batches, the last one smaller; a single row has no negatives and is left out."""
    batches = [rows[start : start + batch_size] for start in range(0, len(rows), batch_size)]
    return [batch for batch in batches if len(batch) > 1]


def _in_random_order(batches: list[np.ndarray], random: np.random.Generator) -> list[np.ndarray]:
    """Return batches in random order."""
    return [batches[index] for index in random.permutation(len(batches))]
