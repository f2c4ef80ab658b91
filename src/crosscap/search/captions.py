"""The captions of an index: read from a file of the user's, embedded, and kept beside their texts."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crosscap import tables
from crosscap.readers import folder
from crosscap.search import store
from crosscap.search.contents import CAPTION_COLUMNS, Contents
from crosscap.text.tokens import tokenize

if TYPE_CHECKING:
    from crosscap.search.queries import QueryReader  # loads torch, which embedded captions do without

logger = logging.getLogger(__name__)

TEXTS_AT_ONCE = 256


def read_captions(file: Path, items: pd.DataFrame, reader: QueryReader) -> pd.DataFrame:
    """Read the captions of an index's images in its languages: the table captions.

    The file is .csv, .tsv, .jsonl or .parquet with the columns image (the photo's path), language and caption. Captions
    of other images are left out, and their number is logged.

    Raises:
        InputError: the file has faults; all of them are listed.
    """
    captions = folder.read_captions(file, languages=reader.languages)
    kept = captions[captions["image_id"].isin(items["image_id"])].reset_index(drop=True)
    if len(kept) < len(captions):
        logger.warning(
            "%d of %d captions are of images that the index does not have", len(captions) - len(kept), len(captions)
        )
    return kept


def embed_captions(captions: pd.DataFrame, reader: QueryReader) -> np.ndarray:
    """Embed the rows of a table captions: [C, E]."""
    embedded = np.empty((len(captions), reader.model.architecture.joint_dimension), dtype=np.float32)
    for language, places in captions.groupby("language").indices.items():
        texts = captions["text"].iloc[places].tolist()
        words = tokenize(texts, language=str(language), **reader.tokens)
        order = np.argsort([len(said) for said in words], kind="stable")  # a batch costs as much as its longest
        for start in range(0, len(order), TEXTS_AT_ONCE):
            batch = order[start : start + TEXTS_AT_ONCE]
            chosen = [texts[row] for row in batch], [words[row] for row in batch]
            embedded[places[batch]] = reader.embed(*chosen, str(language))
    return embedded


def kept_captions(old: Contents, items: pd.DataFrame, reader: QueryReader) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the captions of an index and their embeddings, of the images that stay and the languages that are read."""
    captions, embeddings = old.captions
    read = captions["language"].isin(reader.languages)
    if not read.all():
        logger.warning("%d captions are left out: the model does not read their languages", (~read).sum())
    stay = (read & captions["image_id"].isin(items["image_id"])).to_numpy()
    return captions[stay].reset_index(drop=True), embeddings[stay]


def write_captions(captions: pd.DataFrame, embeddings: np.ndarray, place: Path) -> int:
    """Write the captions of an index, and return how many there are.

    Shapes:
        captions: [C], a table with the columns of captions; embeddings: [C, E].
    """
    if len(captions):
        tables.write_table(captions[CAPTION_COLUMNS], place / store.CAPTIONS, name="captions")
        np.save(place / store.CAPTION_EMBEDDINGS, np.ascontiguousarray(embeddings, dtype=np.float32))
    return len(captions)
