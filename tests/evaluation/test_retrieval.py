"""Retrieval: tasks, folds, distractors, one caption an image."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crosscap.evaluation.metrics import measure
from crosscap.evaluation.ranking import CUTOFFS
from crosscap.evaluation.retrieval import folds_of, pairings, rank_split
from crosscap.faults import InputError

COLUMNS = ["item_id", "image_id", "kind", "language"]


def make_items(images: int, *, each: dict[str, int], noise: float = 0.0) -> tuple[pd.DataFrame, np.ndarray]:
    generator = np.random.default_rng(0)
    names = [f"i{image}" for image in range(images)]
    rows = [(name, name, "image", "") for name in names]
    rows += [
        (f"{name}#{language}#{n}", name, "caption", language)
        for language, count in each.items()
        for name in names
        for n in range(count)
    ]
    points = generator.standard_normal((images, 12))
    items = pd.DataFrame(rows, columns=COLUMNS)
    matrix = points[[names.index(name) for name in items["image_id"]]]
    return items, (matrix + noise * generator.standard_normal(matrix.shape)).astype(np.float32)


def test_every_task_is_ranked_once_for_each_query() -> None:
    items, matrix = make_items(6, each={"en": 2, "de": 1})
    ranks = rank_split(items, matrix, similarity="cosine", languages=["en", "de"], benchmark="b", fold_size=None)
    counts = ranks.groupby(["task", "language"]).size().to_dict()
    assert counts == {
        ("text_to_image", "en"): 12,
        ("image_to_text", "en"): 6,
        ("text_to_image", "de"): 6,
        ("image_to_text", "de"): 6,
        ("caption_to_caption", "en-de"): 12,
        ("caption_to_caption", "de-en"): 6,
    }
    assert (ranks["rank_pessimistic"] == 0).all()
    english = ranks[ranks["language"] == "en-de"]
    assert english["query_id"].str.contains("#en#").all()


def test_an_image_without_captions_distracts_but_does_not_query() -> None:
    items, matrix = make_items(3, each={"en": 1})
    items, matrix = items.drop(index=5).reset_index(drop=True), np.delete(matrix, 5, axis=0)  # the caption of i2
    matrix[2] = matrix[3]  # and i2 now looks as i0's caption says
    ranks = rank_split(items, matrix, similarity="cosine", languages=["en"], benchmark="b", fold_size=None).set_index(
        "query_id"
    )
    assert ranks.loc["i0#en#0", "rank_pessimistic"] == 1
    assert ranks.loc["i0#en#0", "rank_optimistic"] == 0
    assert "i2" not in ranks.index


@pytest.mark.parametrize("similarity", ["cosine", "order"])
def test_a_fold_is_ranked_as_a_split_of_its_own(similarity: str) -> None:
    items, matrix = make_items(12, each={"en": 2, "de": 1}, noise=1.0)
    settings = {"similarity": similarity, "languages": ["en", "de"], "benchmark": "b"}
    ranks = rank_split(items, matrix, fold_size=4, **settings)
    folded = ranks[ranks["benchmark"] == "b folds of 4"]
    for fold in range(3):
        inside = items["image_id"].isin([f"i{image}" for image in range(4 * fold, 4 * fold + 4)]).to_numpy()
        alone = rank_split(items[inside], matrix[inside], fold_size=None, **settings)
        part = folded[folded["fold"] == fold + 1].reset_index(drop=True)
        given = ["benchmark", "fold"]
        pd.testing.assert_frame_equal(part.drop(columns=given), alone.drop(columns=given))
    assert sorted(folded["fold"].unique()) == [1, 2, 3]


@pytest.mark.parametrize("similarity", ["cosine", "order"])
def test_the_whole_split_is_ranked_with_folds_as_without(similarity: str) -> None:
    items, matrix = make_items(12, each={"en": 2, "de": 1}, noise=1.0)
    settings = {"similarity": similarity, "languages": ["en", "de"], "benchmark": "b"}
    run = {"experiment": "x", "seed": 0, "resamples": 20, "random_seed": 1}
    alone = rank_split(items, matrix, fold_size=None, **settings)
    both = rank_split(items, matrix, fold_size=4, **settings)
    assert list(both["benchmark"].unique()) == ["b", "b folds of 4"]
    assert set(alone["fold"]) == {0}
    pd.testing.assert_frame_equal(both[both["benchmark"] == "b"], alone)
    metrics = measure(both, **run)
    pd.testing.assert_frame_equal(metrics[metrics["benchmark"] == "b"], measure(alone, **run))


def test_metrics_of_folds_are_those_of_a_slow_loop() -> None:
    items, matrix = make_items(12, each={"en": 2}, noise=1.5)
    ranks = rank_split(items, matrix, similarity="cosine", languages=["en"], benchmark="b", fold_size=4)
    metrics = measure(ranks, experiment="x", seed=0, resamples=2, random_seed=0)
    metrics = metrics[metrics["benchmark"] == "b folds of 4"].set_index(["task", "metric"])["value"]
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    found: dict[int, list[float]] = {cutoff: [] for cutoff in CUTOFFS}
    for fold in (range(4), range(4, 8), range(8, 12)):
        hits = dict.fromkeys(CUTOFFS, 0)
        for caption in (row for row in range(12, 36) if (row - 12) // 2 in fold):
            scores = {image: float(unit[image] @ unit[caption]) for image in fold}
            rank = sorted(scores, key=lambda image: -scores[image]).index((caption - 12) // 2)
            hits = {cutoff: count + (rank < cutoff) for cutoff, count in hits.items()}
        found = {cutoff: [*shares, 100 * hits[cutoff] / 8] for cutoff, shares in found.items()}
    for cutoff, shares in found.items():
        assert metrics["text_to_image", f"R@{cutoff}"] == pytest.approx(np.mean(shares))
    assert 0 < metrics["text_to_image", "R@1"] < 100


@pytest.mark.parametrize(
    ("size", "name"), [(1000, "coco folds of 1K"), (5000, "coco folds of 5K"), (40, "coco folds of 40")]
)
def test_folds_are_named_as_the_field_does(size: int, name: str) -> None:
    assert folds_of("coco", size) == name


def test_the_test_split_of_coco_is_5000_images_and_makes_five_folds_of_1000_with_5000_captions() -> None:
    items, _ = make_items(5000, each={"en": 5})
    whole, *folds = pairings(items, languages=["en"], benchmark="coco", fold_size=1000)
    assert (whole.benchmark, whole.fold, len(whole.b), len(whole.a)) == ("coco", 0, 5000, 25000)
    assert {fold.benchmark for fold in folds} == {"coco folds of 1K"}
    assert [(fold.fold, len(fold.b), len(fold.a)) for fold in folds] == [(n, 1000, 5000) for n in range(1, 6)]
    for fold in folds:
        images = items["image_id"].to_numpy()[fold.b]
        assert images.tolist() == [f"i{n}" for n in range(1000 * fold.fold - 1000, 1000 * fold.fold)]  # in their order
        assert set(items["image_id"].to_numpy()[fold.a]) == set(images)


def test_with_one_caption_an_image_swapped_sides_swap_the_tasks() -> None:
    items, matrix = make_items(20, each={"en": 1}, noise=1.0)
    ranks = rank_split(items, matrix, similarity="cosine", languages=["en"], benchmark="b", fold_size=None)
    swapped = items.assign(kind=items["kind"].map({"image": "caption", "caption": "image"}), language="en")
    swapped_ranks = rank_split(swapped, matrix, similarity="cosine", languages=["en"], benchmark="b", fold_size=None)
    by_task = {task: list(rows["rank_pessimistic"]) for task, rows in ranks.groupby("task")}
    swapped_by_task = {task: list(rows["rank_pessimistic"]) for task, rows in swapped_ranks.groupby("task")}
    assert by_task["image_to_text"] == swapped_by_task["text_to_image"]
    assert by_task["text_to_image"] == swapped_by_task["image_to_text"]


def test_images_that_do_not_fill_the_folds_are_refused() -> None:
    items, matrix = make_items(10, each={"en": 1})
    with pytest.raises(InputError, match=r"10 images do not make whole folds of 4 images; set evaluation\.fold_size"):
        rank_split(items, matrix, similarity="cosine", languages=["en"], benchmark="b", fold_size=4)


def test_a_caption_without_its_image_is_refused() -> None:
    items, matrix = make_items(4, each={"en": 1})
    with pytest.raises(InputError, match="1 images have captions but no embedding, first: i0"):
        rank_split(items.iloc[1:], matrix[1:], similarity="cosine", languages=["en"], benchmark="b", fold_size=None)
