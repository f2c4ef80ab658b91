"""Retrieval on one split: images for captions, captions for images, and captions of one language for another's.

The protocol is that of Faghri et al. 2018 (VSE++) and, for captions against captions, of Mohammadshahi et al. 2019
(AME, table 5): a query is right at the best rank of any item of its image. Which captions belong to which image is a
column, so an image may have any number of them; one without captions in a language stays in the gallery to distract.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from crosscap.evaluation.ranking import Ranks, mutual_ranks
from crosscap.faults import InputError

RANK_COLUMNS = ["query_id", "image_id", "task", "language", "fold", "rank_optimistic", "rank_pessimistic"]


@dataclass(frozen=True)
class Pairing:
    """Two sets of items in one fold, rows `a` and `b` of the items frame, that are each other's queries and gallery."""

    a: np.ndarray
    b: np.ndarray
    task_a: str
    task_b: str
    language_a: str
    language_b: str
    fold: int


def rank_split(
    embeddings: pd.DataFrame,
    matrix: np.ndarray,
    *,
    similarity: str,
    languages: Sequence[str],
    fold_size: int | None,
) -> pd.DataFrame:
    """Rank all queries of a split and return the table ranks, of the queries whose image has an item in the gallery.

    Tasks: image_to_text and text_to_image for each language, caption_to_caption for each ordered pair of languages
    ("en-de": English queries). With similarity "order", captions are compared by the mean of both directions.

    Shapes:
        embeddings: the plain columns of the table embeddings, N + C rows; matrix: [N + C, E].

    Raises:
        InputError: the images do not fill the folds, or a caption's image is missing.
    """
    tables = []
    for pairing in pairings(embeddings, languages=languages, fold_size=fold_size):
        between_captions = pairing.task_a == "caption_to_caption"
        ranks_a, ranks_b = mutual_ranks(
            matrix[pairing.a],
            matrix[pairing.b],
            groups_a=embeddings["image_id"].to_numpy()[pairing.a],
            groups_b=embeddings["image_id"].to_numpy()[pairing.b],
            similarity="order_symmetric" if between_captions and similarity == "order" else similarity,
        )
        a, b = embeddings.iloc[pairing.a], embeddings.iloc[pairing.b]
        tables.append(_rank_rows(a, ranks_a, task=pairing.task_a, language=pairing.language_a, fold=pairing.fold))
        tables.append(_rank_rows(b, ranks_b, task=pairing.task_b, language=pairing.language_b, fold=pairing.fold))
    return pd.concat(tables, ignore_index=True)


def pairings(items: pd.DataFrame, *, languages: Sequence[str], fold_size: int | None) -> Iterator[Pairing]:
    """Yield what is ranked against what: per fold each language's captions and the images, then pairs of languages.

    `items` has the columns image_id, kind and language of the table embeddings; folds follow the order of its images.

    Raises:
        InputError: as `rank_split`.
    """
    folds = _folds(items, fold_size=fold_size)
    is_image = (items["kind"] == "image").to_numpy()
    language = items["language"].to_numpy()
    for fold in range(folds.max() + 1):
        images = np.flatnonzero(is_image & (folds == fold))
        captions = {name: np.flatnonzero(~is_image & (language == name) & (folds == fold)) for name in languages}
        for name in languages:
            yield Pairing(captions[name], images, "text_to_image", "image_to_text", name, name, fold)
        for one, other in combinations(languages, 2):
            both = f"{one}-{other}", f"{other}-{one}"
            yield Pairing(captions[one], captions[other], "caption_to_caption", "caption_to_caption", *both, fold)


def _folds(items: pd.DataFrame, *, fold_size: int | None) -> np.ndarray:
    """Return the fold of each item, that of its image."""
    images = items.loc[items["kind"] == "image", "image_id"]
    if images.empty or (fold_size and len(images) % fold_size):
        raise InputError(
            f"{len(images):,} images do not make whole folds of {fold_size or 1:,} images; set evaluation.fold_size "
            "to a number that divides the images of the split, or to null to rank the whole split"
        )
    positions = pd.Index(images).get_indexer(pd.Index(items["image_id"]))
    missing = items.loc[positions < 0, "image_id"].unique()
    if len(missing):
        raise InputError(f"{len(missing):,} images have captions but no embedding, first: {missing[0]}")
    return np.asarray(positions // (fold_size or len(images)))


def _rank_rows(queries: pd.DataFrame, ranks: Ranks, *, task: str, language: str, fold: int) -> pd.DataFrame:
    """Return the rows of the table ranks for the queries that have a right answer in the gallery."""
    rows = pd.DataFrame(
        {
            "query_id": queries["item_id"].to_numpy(),
            "image_id": queries["image_id"].to_numpy(),
            "task": task,
            "language": language,
            "fold": np.int16(fold),
            "rank_optimistic": ranks.optimistic,
            "rank_pessimistic": ranks.pessimistic,
        },
        columns=RANK_COLUMNS,
    )
    return rows[ranks.pessimistic >= 0]
