"""How well a model finds images by captions of an added language, and captions by images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from crosscap.devices import best_device
from crosscap.evaluation.chance import chance_metrics
from crosscap.evaluation.metrics import RECALLS, measure
from crosscap.evaluation.retrieval import rank_split
from crosscap.faults import InputError
from crosscap.models.store import StoredModel
from crosscap.readers.folder import read_captions
from crosscap.schemas import TABLES
from crosscap.tables import read_metadata
from crosscap.text.tokens import TokenSettings, token_settings, tokenize
from crosscap.text.vocabulary import coverage
from crosscap.training.embed import embed_images, text_embeddings
from crosscap.training.inputs import read_images
from crosscap.training.texts import reading

NETWORK = ("backbone", "weights_sha256", "crops", "resize", "crop")  # what two tables of features must agree in
WHOLE: dict[str, Any] = {"benchmark": "captions", "fold_size": None}
BOOTSTRAP: dict[str, Any] = {"resamples": 1000, "random_seed": 1}


def measure_captions(
    stored: StoredModel, captions: Path, *, language: str, dataset: Path, split: str
) -> dict[str, object]:
    """Return the recalls of a language's captions and the images of a split, with intervals and chance, as plain facts.

    Args:
        stored: the model, which knows the language.
        captions: a captions file as of the reader `folder`; a column split is not looked at.
        language: of the captions; others in the file are left out.
        dataset: the results folder of a data set, which has its images and their features.
        split: whose images are ranked, those without captions in the language too.

    Raises:
        InputError: the captions have faults or are of other images, or the features are not what the model reads.
    """
    images, features = _images(stored, dataset, split)
    frame = _captions(captions, language, images=images, tokens=token_settings(stored.description))
    texts = dict(zip(frame["caption_id"], frame["text"], strict=True))
    read = reading(stored.model.architecture, stored.symbols, texts=texts, sentences={})
    caption_items, caption_matrix = text_embeddings(stored.model, frame[list(TABLES["tokens"])], reading=read)
    names = images["image_id"]
    image_items = pd.DataFrame({"item_id": names, "image_id": names, "kind": "image", "language": ""})
    items = pd.concat([image_items, caption_items], ignore_index=True)
    image_matrix = embed_images(stored.model, torch.from_numpy(features).to(best_device()))
    matrix = np.concatenate([image_matrix, caption_matrix])
    facts: dict[str, object] = {"split": split, "images": len(images), "captions": len(frame)}
    if language in stored.symbols.words:
        facts |= coverage(frame["tokens"], stored.symbols.words[language])
    return facts | {"recalls": _recalls(items, matrix, stored.model.architecture.similarity, language)}


def _images(stored: StoredModel, dataset: Path, split: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a split's rows of the table images and their features [N, R F]."""
    path = dataset / "features.parquet"
    images, features, regions = read_images(dataset / "images.parquet", path)
    needed, found = stored.model.architecture, (regions, features.shape[1] // regions)
    if found != (needed.regions, needed.feature_dimension):
        raise InputError(
            f"{path}: {found[0]} x {found[1]} numbers an image, the model reads {needed.regions} x "
            f"{needed.feature_dimension}; give the results of the data set that it was trained on"
        )
    _check_network(stored.description.get("features", {}), path)
    rows = (images["split"] == split).to_numpy()
    if not rows.any():
        raise InputError(f"{dataset / 'images.parquet'}: no image is in the split {split}; choose another --split")
    return images[rows].reset_index(drop=True), features[rows]


def _check_network(trained_on: Any, path: Path) -> None:
    """Check that features were made as those that the model was trained on, as far as both say."""
    made_by = read_metadata(path)
    for key in (key for key in NETWORK if key in trained_on and key in made_by):
        if trained_on[key] != made_by[key]:
            raise InputError(
                f"{path}: features of {key} {made_by[key]}, the model was trained on {trained_on[key]}; give features "
                "that were made likewise"
            )


def _captions(file: Path, language: str, *, images: pd.DataFrame, tokens: TokenSettings) -> pd.DataFrame:
    """Return the captions of `images` in a language: the columns of the table tokens, and text.

    `tokens` says how the model's captions were made into words.
    """
    given = read_captions(file, languages=[language])
    chosen = given.merge(images[["image_id", "split"]])
    if chosen.empty:
        raise InputError(
            f"{file}: none of its {len(given):,} captions in {language} is of one of the {len(images):,} images, such "
            f"as {images['image_id'].iloc[0]}; write the names as the data set does"
        )
    chosen["tokens"] = tokenize(chosen["text"].tolist(), language=language, **tokens)
    return chosen


def _recalls(items: pd.DataFrame, matrix: np.ndarray, similarity: str, language: str) -> list[dict[Any, Any]]:
    """Return each task's R@k with its interval and what chance would score."""
    ranks = rank_split(items, matrix, similarity=similarity, languages=[language], **WHOLE)
    metrics = measure(ranks, experiment="added", seed=0, **BOOTSTRAP)
    chance = chance_metrics(items, **WHOLE)
    both = metrics.merge(chance[["task", "metric", "value"]].rename(columns={"value": "chance"}), on=["task", "metric"])
    shown = both[both["metric"].isin(RECALLS)]
    return shown[["task", "metric", "value", "low", "high", "chance"]].to_dict("records")
