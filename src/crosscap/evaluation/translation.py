"""How well word vectors translate words: the alignment ratio of the AME paper (Mohammadshahi 2019).

A source word counts as translated when the nearest of all target words is one of its translations in the test lexicon.
CSLS (Conneau 2018) is the similarity that corrects for hubs: words that are near to everything.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from crosscap.text.neighbours import BLOCK_ROWS, top_k
from crosscap.text.normalize import normalize
from crosscap.text.vocabulary import SPECIALS


def translation_precision(
    source: np.ndarray, target: np.ndarray, *, pairs: np.ndarray, neighbours: int
) -> dict[str, float]:
    """Return the share of the lexicon's source words whose nearest target word is a translation, in percent.

    Keys: ``precision_at_1`` by cosine, ``precision_at_1_csls`` by CSLS with `neighbours` neighbours.

    Args:
        source: mapped vectors of the source vocabulary, the special symbols in the first rows.
        target: vectors of the target vocabulary, likewise; it is searched whole but for the special symbols.
        pairs: rows of source and target words that translate each other.
        neighbours: K of CSLS.

    Shapes:
        source: [V, D]; target: [W, D]; pairs: [P, 2].
    """
    if not len(pairs):
        raise ValueError("no pairs to translate")
    queries = np.unique(pairs[:, 0])
    source, target = normalize(source), normalize(target[len(SPECIALS) :])
    hubness = mean_similarity(target, source[len(SPECIALS) :], neighbours)
    nearest = nearest_targets(source[queries], target, penalty=np.zeros_like(hubness)) + len(SPECIALS)
    nearest_csls = nearest_targets(source[queries], target, penalty=hubness / 2) + len(SPECIALS)
    return {
        "precision_at_1": _hits_percent(queries, nearest, pairs),
        "precision_at_1_csls": _hits_percent(queries, nearest_csls, pairs),
    }


def csls_ranks(source: np.ndarray, target: np.ndarray, *, pairs: np.ndarray, neighbours: int) -> np.ndarray:
    """Return for each source word of the lexicon, in the vocabulary's order, the rank of its best translation by CSLS.

    Ranks count from 0 the wrong target words that score at least as high. Arguments as of `translation_precision`.

    Shapes:
        source: [V, D]; target: [W, D]; pairs: [P, 2]; result: [Q], Q the different source words of the pairs.
    """
    if not len(pairs):
        raise ValueError("no pairs to translate")
    queries, rows = np.unique(pairs[:, 0], return_inverse=True)
    source, target = normalize(source), normalize(target[len(SPECIALS) :])
    penalty = mean_similarity(target, source[len(SPECIALS) :], neighbours) / 2
    ranks = np.empty(len(queries), dtype=np.int64)
    for start in range(0, len(queries), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        scores = source[queries[block]] @ target.T - penalty  # [block, W]
        own = (start <= rows) & (rows < start + BLOCK_ROWS)
        right = np.zeros(scores.shape, dtype=bool)
        right[rows[own] - start, pairs[own, 1] - len(SPECIALS)] = True
        best = np.where(right, scores, -np.inf).max(axis=1, keepdims=True)
        ranks[block] = ((scores >= best) & ~right).sum(axis=1)
    return ranks


def compare_maps(
    source: np.ndarray, target: np.ndarray, *, maps: Mapping[str, np.ndarray], pairs: np.ndarray, neighbours: int
) -> dict[str, dict[str, float]]:
    """Return `translation_precision` of each named map [D, D], and of no map under the name ``raw``."""
    named = {"raw": np.eye(source.shape[1], dtype=source.dtype), **maps}
    return {
        name: translation_precision(source @ mapping.T, target, pairs=pairs, neighbours=neighbours)
        for name, mapping in named.items()
    }


def _hits_percent(queries: np.ndarray, found: np.ndarray, pairs: np.ndarray) -> float:
    """Return how many of the words found are translations, in percent."""
    translations = set(map(tuple, pairs.tolist()))
    hits = sum(pair in translations for pair in zip(queries.tolist(), found.tolist(), strict=True))
    return 100.0 * hits / len(queries)


def nearest_targets(queries: np.ndarray, target: np.ndarray, *, penalty: np.ndarray) -> np.ndarray:
    """Return for each query the row of `target` with the largest dot product less the row's penalty.

    Shapes:
        queries: [Q, D]; target: [W, D]; penalty: [W]; result: [Q].
    """
    blocks = [queries[start : start + BLOCK_ROWS] for start in range(0, len(queries), BLOCK_ROWS)]
    return np.concatenate([(block @ target.T - penalty).argmax(axis=1) for block in blocks])


def mean_similarity(vectors: np.ndarray, others: np.ndarray, neighbours: int) -> np.ndarray:
    """Return each vector's mean dot product with its nearest neighbours among `others`, the penalty of CSLS.

    Shapes:
        vectors: [W, D]; others: [V, D]; result: [W].
    """
    means = []
    for start in range(0, len(vectors), BLOCK_ROWS):
        scores = vectors[start : start + BLOCK_ROWS] @ others.T  # [block, V]
        means.append(np.take_along_axis(scores, top_k(scores, neighbours), axis=1).mean(axis=1))
    return np.concatenate(means)
