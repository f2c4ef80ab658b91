"""Retrieval on one split: images for captions, captions for images, and captions of one language for another's.

The protocol is that of Faghri et al. 2018 (VSE++) and, for captions against captions, of Mohammadshahi et al. 2019
(AME, table 5): a query is right at the best rank of any item of its image. Which captions belong to which image is a
column, so an image may have any number of them; one without captions in a language stays in the gallery to distract.

The whole split is ranked at once. With folds it is ranked in these as well, as a benchmark of its own: the images in
their order, so many a fold, with their captions (COCO's 5K and 1K).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from crosscap.evaluation.ranking import Ranks, mutual_ranks
from crosscap.faults import InputError

WHOLE_SPLIT = 0  # in the column fold; folds count from 1
THOUSAND = 1000
RANK_COLUMNS = [
    *("query_id", "image_id", "benchmark", "task", "language", "fold"),
    *("rank_optimistic", "rank_pessimistic"),
]


@dataclass(frozen=True)
class Pairing:
    """Two sets of items in one fold, rows `a` and `b` of the items frame, that are each other's queries and gallery."""

    a: np.ndarray
    b: np.ndarray
    task_a: str
    task_b: str
    language_a: str
    language_b: str
    benchmark: str
    fold: int

    def turned(self) -> Pairing:
        """Return the same with `b` for the queries and `a` for the gallery."""
        tasks, languages = (self.task_b, self.task_a), (self.language_b, self.language_a)
        return Pairing(self.b, self.a, *tasks, *languages, self.benchmark, self.fold)


def rank_split(
    embeddings: pd.DataFrame,
    matrix: np.ndarray,
    *,
    similarity: str,
    languages: Sequence[str],
    benchmark: str,
    fold_size: int | None,
) -> pd.DataFrame:
    """Rank all queries of a split and return the table ranks, of the queries whose image has an item in the gallery.

    `benchmark` names the whole split; with a `fold_size` its folds are ranked too, under the name `folds_of` gives.

    Tasks: image_to_text and text_to_image for each language, caption_to_caption for each ordered pair of languages
    ("en-de": English queries). With similarity "order", captions are compared by the mean of both directions.

    Shapes:
        embeddings: the plain columns of the table embeddings, N + C rows; matrix: [N + C, E].

    Raises:
        InputError: the images do not fill the folds, or a caption's image is missing.
    """
    tables = []
    for pairing in pairings(embeddings, languages=languages, benchmark=benchmark, fold_size=fold_size):
        between_captions = pairing.task_a == "caption_to_caption"
        ranks_a, ranks_b = mutual_ranks(
            matrix[pairing.a],
            matrix[pairing.b],
            groups_a=embeddings["image_id"].to_numpy()[pairing.a],
            groups_b=embeddings["image_id"].to_numpy()[pairing.b],
            similarity="order_symmetric" if between_captions and similarity == "order" else similarity,
        )
        tables += [_rank_rows(embeddings, pairing, ranks_a), _rank_rows(embeddings, pairing.turned(), ranks_b)]
    return pd.concat(tables, ignore_index=True)


def pairings(
    items: pd.DataFrame, *, languages: Sequence[str], benchmark: str, fold_size: int | None
) -> Iterator[Pairing]:
    """Yield what is ranked against what: each language's captions and the images, then pairs of languages.

    `items` has the columns image_id, kind and language of the table embeddings. The whole split comes first, then each
    fold.

    Raises:
        InputError: as `rank_split`.
    """
    is_image = (items["kind"] == "image").to_numpy()
    language = items["language"].to_numpy()
    for name, fold, inside in _parts(items, benchmark=benchmark, fold_size=fold_size):
        part = name, fold
        images = np.flatnonzero(is_image & inside)
        captions = {code: np.flatnonzero(~is_image & (language == code) & inside) for code in languages}
        for code in languages:
            yield Pairing(captions[code], images, "text_to_image", "image_to_text", code, code, *part)
        for one, other in combinations(languages, 2):
            both = f"{one}-{other}", f"{other}-{one}"
            yield Pairing(captions[one], captions[other], "caption_to_caption", "caption_to_caption", *both, *part)


def folds_of(benchmark: str, fold_size: int) -> str:
    """Return what a benchmark is called where it is measured in folds: ``coco folds of 1K``, ``scenes folds of 40``."""
    size = f"{fold_size // THOUSAND}K" if fold_size % THOUSAND == 0 else str(fold_size)
    return f"{benchmark} folds of {size}"


def _parts(items: pd.DataFrame, *, benchmark: str, fold_size: int | None) -> Iterator[tuple[str, int, np.ndarray]]:
    """Yield what is ranked at once: benchmark, fold, and which items are in it [N + C]."""
    images = items.loc[items["kind"] == "image", "image_id"]
    if images.empty or (fold_size and len(images) % fold_size):
        raise InputError(
            f"{len(images):,} images do not make whole folds of {fold_size or 1:,} images; set evaluation.fold_size "
            "to a number that divides the images of the split, or to null to rank the whole split alone"
        )
    positions = pd.Index(images).get_indexer(pd.Index(items["image_id"]))  # [N + C]: the place of each item's image
    missing = items.loc[positions < 0, "image_id"].unique()
    if len(missing):
        raise InputError(f"{len(missing):,} images have captions but no embedding, first: {missing[0]}")
    yield benchmark, WHOLE_SPLIT, np.ones(len(items), bool)
    if fold_size:
        for fold in range(len(images) // fold_size):
            yield folds_of(benchmark, fold_size), 1 + fold, positions // fold_size == fold


def _rank_rows(items: pd.DataFrame, pairing: Pairing, ranks: Ranks) -> pd.DataFrame:
    """Return the rows of the table ranks for those of the pairing's items `a` that have a right answer among `b`."""
    queries = items.iloc[pairing.a]
    rows = pd.DataFrame(
        {
            "query_id": queries["item_id"].to_numpy(),
            "image_id": queries["image_id"].to_numpy(),
            "benchmark": pairing.benchmark,
            "task": pairing.task_a,
            "language": pairing.language_a,
            "fold": np.int16(pairing.fold),
            "rank_optimistic": ranks.optimistic,
            "rank_pessimistic": ranks.pessimistic,
        },
        columns=RANK_COLUMNS,
    )
    return rows[ranks.pessimistic >= 0]
