"""Our figures beside those of other programs, and what embeddings that know nothing may score.

The figures of pytrec_eval-terrier 0.5.11 (success_k, recip_rank) and ranx 0.3.21 (hit_rate@k, mrr) are of the scores
below, with every query's own items as the relevant ones. To make them again, in an environment with the two:

    qrels = {f"q{i}": {f"d{j}": 1 for j in np.flatnonzero(own[i])} for i in range(len(own))}
    run = {f"q{i}": {f"d{j}": float(v) for j, v in enumerate(row)} for i, row in enumerate(scores)}
    measures = {"success_1,5,10", "recip_rank"}
    found = pytrec_eval.RelevanceEvaluator(qrels, measures).evaluate(run)  # a query; take the means
    ranx.evaluate(Qrels(qrels), Run(run), ["hit_rate@1", "hit_rate@5", "hit_rate@10", "mrr"])
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscap.evaluation.metrics import measure
from crosscap.evaluation.ranking import CUTOFFS
from crosscap.evaluation.retrieval import rank_split

IMAGES, CAPTIONS = 37, 100
ORACLES = {  # R@1, R@5, R@10 as shares, and the mean reciprocal rank
    ("text_to_image", "pytrec_eval"): (0.24, 0.66, 0.84, 0.41480030581957483),
    ("text_to_image", "ranx"): (0.24, 0.66, 0.84, 0.41480030581957483),
    ("image_to_text", "pytrec_eval"): (0.2972972972972973, 0.7027027027027027, 0.8108108108108109, 0.4623220326567183),
    ("image_to_text", "ranx"): (0.2972972972972973, 0.7027027027027027, 0.8108108108108109, 0.4623220326567182),
}


def invented() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return images [N, E], captions [C, E] and the image of each caption [C]; images have one to three captions."""
    generator = np.random.default_rng(18)
    images = generator.standard_normal((IMAGES, 6))
    owner = generator.permutation(np.repeat(np.arange(IMAGES), 3))[:CAPTIONS]
    return images, images[owner] + 1.2 * generator.standard_normal((CAPTIONS, 6)), owner


def items(images: np.ndarray, captions: np.ndarray, owner: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the table embeddings and its matrix."""
    image_ids = [f"i{number}" for number in (*range(len(images)), *owner)]
    kinds = ["image"] * len(images) + ["caption"] * len(captions)
    names = [f"{kind}{number}" for number, kind in enumerate(kinds)]
    languages = ["" if kind == "image" else "en" for kind in kinds]
    frame = pd.DataFrame({"item_id": names, "image_id": image_ids, "kind": kinds, "language": languages})
    return frame, np.concatenate([images, captions]).astype(np.float32)


def ranked(frame: pd.DataFrame, matrix: np.ndarray) -> pd.DataFrame:
    return rank_split(frame, matrix, similarity="cosine", languages=["en"], benchmark="b", fold_size=None)


def figures(ranks: pd.DataFrame, task: str) -> dict[str, float]:
    table = measure(ranks, experiment="x", seed=1, resamples=2, random_seed=1)
    of_task = table[table["task"] == task]
    return dict(zip(of_task["metric"], of_task["value"], strict=True))


@pytest.mark.parametrize(("task", "program"), ORACLES)
def test_recalls_and_ranks_are_those_of_other_programs(task: str, program: str) -> None:
    *shares, reciprocal = ORACLES[task, program]
    ranks = ranked(*items(*invented()))
    ours = figures(ranks, task)
    assert [ours[f"R@{cutoff}"] / 100 for cutoff in CUTOFFS] == pytest.approx(shares, abs=1e-12)
    of_task = ranks.loc[ranks["task"] == task, "rank_pessimistic"]
    assert (1 / (1 + of_task)).mean() == pytest.approx(reciprocal, abs=1e-12)


@pytest.mark.parametrize("task", ["text_to_image", "image_to_text"])
def test_recalls_are_those_of_clip_benchmark(task: str) -> None:
    images, captions, owner = invented()
    lengths = np.outer(np.linalg.norm(captions, axis=1), np.linalg.norm(images, axis=1))
    scores, positive = captions @ images.T / lengths, owner[:, None] == np.arange(IMAGES)
    if task == "image_to_text":
        scores, positive = scores.T, positive.T
    ours = figures(ranked(*items(images, captions, owner)), task)
    for cutoff in CUTOFFS:  # its recall_at_k, and as its evaluate takes it: whether there is any true positive
        topk_indices = np.argsort(-scores, axis=1)[:, :cutoff]
        onehot = np.eye(scores.shape[1])[topk_indices]  # [queries, k, gallery]
        true_positives = (onehot * positive[:, None, :]).sum(axis=(1, 2))
        recall = true_positives / positive.sum(axis=1)
        assert ours[f"R@{cutoff}"] / 100 == pytest.approx((recall > 0).mean(), abs=1e-12)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_queries_and_of_the_gallery_changes_no_figure(seed: int) -> None:
    frame, matrix = items(*invented())
    shuffled = np.random.default_rng(seed).permutation(len(frame))
    again = ranked(frame.iloc[shuffled].reset_index(drop=True), matrix[shuffled])
    for task in ("text_to_image", "image_to_text"):
        assert figures(again, task) == pytest.approx(figures(ranked(frame, matrix), task), abs=1e-12)


@pytest.mark.parametrize("value", [0.0, 1.0, -3.5, 1e15])
def test_constant_embeddings_score_nothing(value: float) -> None:
    frame, matrix = items(*invented())
    ranks = ranked(frame, np.full_like(matrix, value))
    for task, gallery in (("text_to_image", IMAGES), ("image_to_text", CAPTIONS)):
        ours = figures(ranks, task)
        assert ours["R@1"] == 0 <= 100 / gallery  # at most what chance gives
        assert ours["R@1_optimistic"] == 100  # which only the other end of the ties shows
        assert ours["R@10"] == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e38])
def test_embeddings_that_are_not_numbers_have_no_figures(value: float) -> None:
    frame, matrix = items(*invented())
    matrix[5] = value
    with pytest.raises(
        ValueError, match="1 of 37 embeddings in b hold NaN or infinity, first in row 5; did the training"
    ):
        ranked(frame, matrix)
