"""A ridge regression from image features to words: a baseline that takes seconds and is strong on small data.

It predicts the tf-idf weights of the words in an image's captions from the image's features, in closed form, as
differences from the mean image; a caption is compared with the prediction by the cosine. A trained model that loses to
it in a language it was trained on has learnt less than word counts tell. The penalty is the one with the best
text-to-image R@10 on the validation split.

On the Multi30K images at hand, adding the mean image's words back gains 4 points of text-to-image R@10 and loses 13 of
image-to-text, so it is left out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from crosscap.evaluation.chance import chance_metrics
from crosscap.evaluation.metrics import measure
from crosscap.evaluation.retrieval import rank_split
from crosscap.evaluation.similarity import normalise_rows
from crosscap.evaluation.tfidf import TfIdf, fit_tfidf, transform
from crosscap.faults import InputError
from crosscap.text.origins import without_translations

logger = logging.getLogger(__name__)

PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
CHUNK = 1024  # images whose words are held at once
SELECTION_CUTOFF = 10


@dataclass(frozen=True)
class _Ridge:
    """The regression for every penalty at once: X'X = basis diag(strengths) basis', and words = basis' X'Y.

    Shapes:
        mean: [F]; basis: [F, F]; strengths: [F]; words: [F, V].
    """

    mean: np.ndarray
    basis: np.ndarray
    strengths: np.ndarray
    words: np.ndarray


def baseline_metrics(
    ranks: pd.DataFrame,
    *,
    images: pd.DataFrame,
    tokens: pd.DataFrame,
    split: str,
    benchmark: str,
    fold_size: int | None,
    **settings: Any,
) -> pd.DataFrame:
    """Return the table metrics of ridge, from its ranks, and of chance; `settings` are those of `measure`.

    The other arguments are those of `ridge_ranks`.
    """
    items = split_items(images, tokens, split=split)
    ridge = measure(ranks, experiment="ridge", seed=0, **settings)
    return pd.concat([ridge, chance_metrics(items, benchmark=benchmark, fold_size=fold_size)])


def ridge_ranks(
    features: np.ndarray,
    *,
    images: pd.DataFrame,
    tokens: pd.DataFrame,
    split: str,
    benchmark: str,
    fold_size: int | None,
) -> pd.DataFrame:
    """Fit a regression for each language on the train split, and return the table ranks of `split`.

    A language without training captions, which only zero-shot systems are measured in, has no such baseline.

    Shapes:
        features: [N, F], row n of the image in row n of `images`; tokens: the table tokens of one or more languages.

    Raises:
        InputError: no language has train captions, or one that has them lacks val captions; as `rank_split`.
    """
    features, tokens = normalise_rows(features), without_translations(tokens, training=True)
    tokens = without_translations(tokens, training=False)
    learnt, selected = (set(tokens.loc[tokens["split"] == name, "language"]) for name in ("train", "val"))
    untaught = sorted(set(tokens["language"]) - learnt)
    if not learnt:
        raise InputError(f"the ridge baseline needs captions in split train; add some in {untaught}")
    if lacking := sorted(learnt - selected):
        raise InputError(f"the ridge baseline needs captions in split val; add some in {lacking}")
    if untaught:
        logger.info("no ridge baseline in %s: no training captions", ", ".join(untaught))
    of_languages = tokens[tokens["language"].isin(learnt)].groupby("language", sort=False)
    settings: Any = {"split": split, "benchmark": benchmark, "fold_size": fold_size}
    ranks = [_language_ranks(features, images, captions, **settings) for _, captions in of_languages]
    return pd.concat(ranks, ignore_index=True)


def split_items(images: pd.DataFrame, tokens: pd.DataFrame, *, split: str) -> pd.DataFrame:
    """Return the plain columns of the table embeddings for the images and captions of a split, in their order."""
    images, captions = images[images["split"] == split], tokens[tokens["split"] == split]
    of_images = images[["image_id"]].assign(item_id=images["image_id"], kind="image", language="")
    of_captions = captions[["image_id", "language"]].assign(item_id=captions["caption_id"], kind="caption")
    items = pd.concat([of_images, of_captions], ignore_index=True)
    return items[["item_id", "image_id", "kind", "language"]]


def _language_ranks(
    features: np.ndarray,
    images: pd.DataFrame,
    tokens: pd.DataFrame,
    *,
    split: str,
    benchmark: str,
    fold_size: int | None,
) -> pd.DataFrame:
    """Return the table ranks of one language with the penalty that is best on the val split."""
    documents = tokens[tokens["split"] == "train"].groupby("image_id", sort=False)["tokens"].agg(_joined)
    tfidf = fit_tfidf(list(documents))
    ridge = _fit_ridge(features[pd.Index(images["image_id"]).get_indexer(documents.index)], documents, tfidf=tfidf)

    def rank(name: str, penalty: float, size: int | None) -> pd.DataFrame:
        items = split_items(images, tokens, split=name)
        predicted = _predict(ridge, features[images["split"] == name], penalty)
        words = transform(tfidf, list(tokens.loc[tokens["split"] == name, "tokens"]))
        named: Any = {"languages": list(tokens["language"].unique()), "benchmark": benchmark}
        return rank_split(items, np.vstack([predicted, words]), similarity="cosine", fold_size=size, **named)

    penalty = max(PENALTIES, key=lambda penalty: _selection_recall(rank("val", penalty, None)))
    return rank(split, penalty, fold_size)


def _joined(captions: Iterable[Sequence[str]]) -> list[str]:
    """Return the words of all captions of an image."""
    return list(chain.from_iterable(captions))


def _fit_ridge(features: np.ndarray, documents: pd.Series, *, tfidf: TfIdf) -> _Ridge:
    """Return the regression of the documents' words on the features [N, F], whose rows have length 1."""
    mean = features.mean(axis=0)
    centred = features - mean
    strengths, basis = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    words = np.zeros((features.shape[1], len(tfidf.columns)), np.float32)
    for start in range(0, len(documents), CHUNK):
        chunk = slice(start, start + CHUNK)
        words += centred[chunk].T @ transform(tfidf, list(documents.iloc[chunk]))  # centred: the words' mean drops out
    basis = basis.astype(np.float32)
    return _Ridge(mean=mean, basis=basis, strengths=strengths.astype(np.float32), words=basis.T @ words)


def _predict(ridge: _Ridge, features: np.ndarray, penalty: float) -> np.ndarray:
    """Return the predicted word weights [N, V] as differences from the mean image."""
    return np.asarray((features - ridge.mean) @ ridge.basis / (ridge.strengths + penalty) @ ridge.words)


def _selection_recall(ranks: pd.DataFrame) -> float:
    """Return text-to-image R@10."""
    captions = ranks[ranks["task"] == "text_to_image"]
    return float((captions["rank_pessimistic"] < SELECTION_CUTOFF).mean())
