"""Chance against simulation; the ridge baseline on drawn features."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crosscap.evaluation.baselines import ridge_ranks, split_items
from crosscap.evaluation.chance import chance_metrics
from crosscap.evaluation.metrics import measure
from crosscap.evaluation.retrieval import rank_split
from crosscap.evaluation.tfidf import fit_tfidf, transform
from crosscap.faults import InputError

WORDS = ["dog", "cat", "ball", "tree", "boat", "hill", "red", "blue", "tall", "old"]


def make_tables(*, each: int = 2) -> tuple[np.ndarray, pd.DataFrame, pd.DataFrame]:
    """Images that show some of ten things; the features are a random projection of these, the captions name them."""
    generator = np.random.default_rng(0)
    splits = np.repeat(["train", "val", "test"], [120, 40, 40])
    images = pd.DataFrame({"image_id": [f"i{number}" for number in range(200)], "split": splits})
    shown = generator.random((200, 10)) < 0.4
    features = shown @ generator.standard_normal((10, 24)) + 0.1 * generator.standard_normal((200, 24))
    rows = [
        (f"i{number}#en#{n}", f"i{number}", "en", splits[number], [w for w, s in zip(WORDS, things, strict=True) if s])
        for number, things in enumerate(shown)
        for n in range(each)
    ]
    tokens = pd.DataFrame(rows, columns=["caption_id", "image_id", "language", "split", "tokens"])
    return features, images, tokens.assign(origin="human")


def recall_at_10(ranks: pd.DataFrame) -> float:
    return float((ranks["rank_pessimistic"] < 10).mean() * 100)


def test_tfidf_by_eye() -> None:
    tfidf = fit_tfidf([["a", "a", "b"], ["a", "c", "b"]])
    assert tfidf.columns == {"a": 0, "b": 1}  # c occurs once only
    assert tfidf.weights.tolist() == [1.0, 1.0]  # both words are in both documents
    vectors = transform(tfidf, [["a"] * 9 + ["b"] * 16, ["c"], []])
    assert vectors[0].tolist() == pytest.approx([0.6, 0.8])
    assert not vectors[1:].any()


def test_ridge_reads_the_features() -> None:
    features, images, tokens = make_tables()
    ranks = ridge_ranks(features, images=images, tokens=tokens, split="test", benchmark="b", fold_size=None)
    assert set(ranks["task"]) == {"text_to_image", "image_to_text"}
    assert recall_at_10(ranks) > 95
    shuffled = np.random.default_rng(1).permutation(features)
    ranks = ridge_ranks(shuffled, images=images, tokens=tokens, split="test", benchmark="b", fold_size=None)
    assert recall_at_10(ranks) < 50


def test_ridge_is_repeatable_and_keeps_languages_apart() -> None:
    features, images, tokens = make_tables(each=1)
    german = tokens.assign(caption_id=tokens["caption_id"].str.replace("en", "de"), language="de")
    arguments = {"images": images, "split": "test", "benchmark": "b", "fold_size": 20}
    one = ridge_ranks(features, tokens=tokens, **arguments)
    both = ridge_ranks(features, tokens=pd.concat([tokens, german]), **arguments)
    pd.testing.assert_frame_equal(both[both["language"] == "en"], one)
    assert set(both["language"]) == {"en", "de"}


def test_ridge_without_validation_captions_says_so() -> None:
    features, images, tokens = make_tables()
    with pytest.raises(InputError, match=r"needs captions in split val; add some in \['en'\]"):
        ridge_ranks(
            features,
            images=images,
            tokens=tokens[tokens["split"] != "val"],
            split="test",
            benchmark="b",
            fold_size=None,
        )


def test_ridge_leaves_out_languages_without_training_captions() -> None:
    features, images, tokens = make_tables()
    german = tokens[tokens["split"] == "test"].assign(language="de")
    arguments = {"images": images, "split": "test", "benchmark": "b", "fold_size": None}
    both = ridge_ranks(features, tokens=pd.concat([german, tokens]), **arguments)
    pd.testing.assert_frame_equal(both, ridge_ranks(features, tokens=tokens, **arguments))
    with pytest.raises(InputError, match=r"needs captions in split train; add some in \['de'\]"):
        ridge_ranks(features, tokens=german, **arguments)


@pytest.mark.parametrize("fold_size", [None, 20])
def test_chance_is_what_random_embeddings_score(fold_size: int | None) -> None:
    _, images, tokens = make_tables(each=3)
    german = tokens.iloc[::2].assign(caption_id=lambda rows: rows["caption_id"] + "de", language="de")  # 1 or 2 each
    items = split_items(images, pd.concat([tokens, german]), split="test")
    generator = np.random.default_rng(6)
    key = ["benchmark", "task", "language", "metric"]
    drawn = [
        measure(
            rank_split(
                items,
                generator.standard_normal((len(items), 64)),
                similarity="cosine",
                languages=["en", "de"],
                benchmark="b",
                fold_size=fold_size,
            ),
            experiment="x",
            seed=0,
            resamples=1,
            random_seed=0,
        ).set_index(key)["value"]
        for _ in range(30)
    ]
    chance = chance_metrics(items, fold_size=fold_size, benchmark="b")
    assert (chance["low"] == chance["value"]).all()
    exact = chance.set_index(key)["value"]
    assert set(exact.index) == {row for row in drawn[0].index if not row[3].endswith("_optimistic")}  # no ties
    mean, spread = pd.concat(drawn, axis=1).mean(axis=1), pd.concat(drawn, axis=1).std(axis=1)
    off = (exact - mean[exact.index]).abs()
    assert (
        off <= 4.5 * spread[exact.index] / np.sqrt(30) + 0.6 * exact.index.get_level_values(3).str.match("median")
    ).all()


def test_chance_by_eye() -> None:
    items = pd.DataFrame(
        {
            "item_id": list("xyab"),
            "image_id": list("xyxy"),
            "kind": ["image"] * 2 + ["caption"] * 2,
            "language": ["", "", "en", "en"],
        }
    )
    values = chance_metrics(items, fold_size=None, benchmark="b").set_index(["task", "metric"])["value"]
    assert values["text_to_image", "R@1"] == 50.0
    assert values["text_to_image", "R@5"] == 100.0
    assert values["text_to_image", "mean_rank"] == 1.5
    assert values["text_to_image", "median_rank"] == 1.0
    assert values["image_text", "rsum"] == 500.0


def test_machine_translations_do_not_enter_ridge_where_others_are_at_hand() -> None:
    features, images, tokens = make_tables()
    machine = tokens[tokens["split"] == "train"].assign(origin="machine")
    machine["tokens"] = [["nonsense"]] * len(machine)
    both = pd.concat([tokens, machine], ignore_index=True)
    settings = {"images": images, "split": "test", "benchmark": "b", "fold_size": None}
    plain = ridge_ranks(features, tokens=tokens, **settings)
    pd.testing.assert_frame_equal(ridge_ranks(features, tokens=both, **settings), plain)
    alone = ridge_ranks(features, tokens=tokens.assign(origin="machine"), **settings)
    pd.testing.assert_frame_equal(alone, plain)
