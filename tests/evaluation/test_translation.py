"""The share of words whose nearest neighbour is a translation."""

import numpy as np
import pytest

from crosscap.evaluation.translation import compare_maps, csls_ranks, mean_similarity, translation_precision

SPECIAL_ROWS = 4


def slow_precision(source, target, pairs, k):
    """Cosine and CSLS retrieval, word by word."""
    unit = (
        [vector / np.linalg.norm(vector) for vector in source],
        [vector / np.linalg.norm(vector) for vector in target],
    )

    def nearby(vector, others):
        return np.mean(sorted((vector @ other for other in others), reverse=True)[:k])

    hits = {"precision_at_1": 0, "precision_at_1_csls": 0}
    words = sorted({first for first, _ in pairs})
    own, other = unit[0][SPECIAL_ROWS:], unit[1][SPECIAL_ROWS:]
    for word in words:
        x = unit[0][word]
        cosine = [x @ y for y in other]
        csls = [2 * x @ y - nearby(x, other) - nearby(y, own) for y in other]
        for key, scores in zip(hits, (cosine, csls), strict=True):
            hits[key] += (word, int(np.argmax(scores)) + SPECIAL_ROWS) in {tuple(pair) for pair in pairs}
    return {key: 100 * count / len(words) for key, count in hits.items()}


@pytest.mark.parametrize("seed", range(4))
def test_equals_the_slow_form(seed):
    rng = np.random.default_rng(seed)
    source, target = rng.normal(size=(40, 5)), rng.normal(size=(35, 5))
    target[:20] += 1.5 * source[:20]
    pairs = np.stack([rng.integers(SPECIAL_ROWS, 20, size=30)] * 2, axis=1)
    pairs[::3, 1] = rng.integers(SPECIAL_ROWS, 35, size=10)  # several translations of a word, some of them odd
    found = translation_precision(source, target, pairs=pairs, neighbours=3)
    assert found == pytest.approx(slow_precision(source, target, pairs.tolist(), 3))
    assert 0 < found["precision_at_1"] < 100


@pytest.mark.parametrize("seed", range(4))
def test_csls_ranks_equal_the_slow_form(seed):
    rng = np.random.default_rng(seed)
    source, target = rng.normal(size=(30, 4)), rng.normal(size=(25, 4))
    pairs = np.stack([rng.integers(SPECIAL_ROWS, high, size=20) for high in (30, 25)], axis=1)
    unit = [[vector / np.linalg.norm(vector) for vector in side[SPECIAL_ROWS:]] for side in (source, target)]
    hubness = [np.mean(sorted((y @ x for x in unit[0]), reverse=True)[:3]) for y in unit[1]]
    expected = []
    for word in sorted(set(pairs[:, 0])):
        scores = [2 * unit[0][word - SPECIAL_ROWS] @ y - penalty for y, penalty in zip(unit[1], hubness, strict=True)]
        right = {second - SPECIAL_ROWS for first, second in pairs.tolist() if first == word}
        best = max(scores[place] for place in right)
        expected.append(sum(score >= best for place, score in enumerate(scores) if place not in right))
    ranks = csls_ranks(source, target, pairs=pairs, neighbours=3)
    assert ranks.tolist() == expected
    first = translation_precision(source, target, pairs=pairs, neighbours=3)["precision_at_1_csls"]
    assert first == pytest.approx(100 * np.mean(ranks == 0))


def test_csls_ranks_over_several_blocks(monkeypatch):
    rng = np.random.default_rng(5)
    source, target = rng.normal(size=(30, 4)), rng.normal(size=(25, 4))
    pairs = np.stack([rng.integers(SPECIAL_ROWS, high, size=40) for high in (30, 25)], axis=1)
    whole = csls_ranks(source, target, pairs=pairs, neighbours=3)
    monkeypatch.setattr("crosscap.evaluation.translation.BLOCK_ROWS", 4)
    assert csls_ranks(source, target, pairs=pairs, neighbours=3).tolist() == whole.tolist()


def test_by_eye():
    filler = np.zeros((SPECIAL_ROWS, 2))
    source = np.concatenate([filler, [[1.0, 0.0], [0.0, 1.0]]])
    target = np.concatenate([filler, [[0.9, 0.1], [0.8, 0.3]]])
    # Word 4 has two translations and one query; word 5's nearest is row 5, which is not listed for it.
    pairs = np.array([[4, 4], [4, 5], [5, 4]])
    assert translation_precision(source, target, pairs=pairs, neighbours=1)["precision_at_1"] == 50.0


def test_special_symbols_are_never_found():
    target = np.concatenate([np.tile([1.0, 0.0], (SPECIAL_ROWS, 1)), [[0.9, 0.4], [0.0, 1.0]]])
    source = target.copy()
    assert set(translation_precision(source, target, pairs=np.array([[4, 4], [5, 5]]), neighbours=1).values()) == {
        100.0
    }


def at(degrees):
    """Vectors in the plane behind the rows of the special symbols."""
    angles = np.deg2rad(degrees)
    return np.concatenate([np.ones((SPECIAL_ROWS, 2)), np.stack([np.cos(angles), np.sin(angles)], axis=1)])


def test_csls_corrects_for_a_hub():
    # The target at 0 degrees is nearest to all three source words: right for the second only.
    pairs = np.array([[4, 4], [5, 5], [6, 6]])
    found = translation_precision(at([-30, 0, 30]), at([-70, 0, 70]), pairs=pairs, neighbours=1)
    assert found == {"precision_at_1": pytest.approx(100 / 3), "precision_at_1_csls": 100.0}


def test_no_pairs_are_refused():
    with pytest.raises(ValueError, match="no pairs"):
        translation_precision(np.ones((5, 2)), np.ones((5, 2)), pairs=np.empty((0, 2), dtype=int), neighbours=1)
    with pytest.raises(ValueError, match="no pairs"):
        csls_ranks(np.ones((5, 2)), np.ones((5, 2)), pairs=np.empty((0, 2), dtype=int), neighbours=1)


def test_a_rotation_undone_translates_all():
    rng = np.random.default_rng(3)
    source = rng.normal(size=(50, 6))
    rotation = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    pairs = np.stack([np.arange(SPECIAL_ROWS, 50)] * 2, axis=1)
    found = compare_maps(source, source @ rotation.T, maps={"right": rotation}, pairs=pairs, neighbours=3)
    assert found["right"] == {"precision_at_1": 100.0, "precision_at_1_csls": 100.0}
    assert found["raw"]["precision_at_1"] < 50


def test_mean_similarity_by_eye():
    vectors = np.array([[1.0, 0.0], [0.0, 1.0]])
    others = np.array([[1.0, 0.0], [0.5, 0.2], [0.1, 0.3]])
    np.testing.assert_allclose(mean_similarity(vectors, others, 2), [0.75, 0.25])
